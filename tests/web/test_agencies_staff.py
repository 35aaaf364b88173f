from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.agencies.queries import all_agencies, find_agency_by_code
from seminar_app.agencies.seed import seed_directory
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.seminars.models import SeatPool
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

INDEX = "/staff/agencies/"


@pytest.fixture
def seeded(session: Session, now: datetime, client: CheckingClient, make: Make, sign_in: SignIn) -> Session:
    """The directory of agencies, and an administrator signed in."""
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    sign_in(client, make.account((RoleName.ADMIN, {})))
    return session


def get(session: Session, code: str) -> Agency:
    session.rollback()
    session.expire_all()
    row = find_agency_by_code(session, code)
    assert row is not None
    return row


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditRow.action).where(AuditRow.action.like("agency.%")).order_by(AuditRow.sequence)))


@pytest.mark.both_engines
def test_the_directory_is_found_by_code_names_and_alias_without_accents(seeded: Session, client: CheckingClient) -> None:
    today = client.get(INDEX).text
    assert "Guardia Nacional" in client.get(f"{INDEX}?q=guardia nacional").text or "National Guard" in today
    assert "Office of the Attorney General of Mexico" not in today, "the PGR has ended"
    assert "Office of the Attorney General of Mexico" in client.get(f"{INDEX}?show=all").text
    through = client.get(f"{INDEX}?q=migracion").text
    assert "National Migration Institute" in through
    by_alias = client.get(f"{INDEX}?q=PFP").text
    assert "«PFP»" in by_alias
    assert "Federal Police" in by_alias
    assert "Quintana Roo" in client.get(f"{INDEX}?q=pgj quintana").text
    former = client.get(f"{INDEX}?q=pgr").text
    assert "Office of the Federal Prosecutor General" in former
    assert "«PGR»" in former
    empty = client.get(f"{INDEX}?q=zzz")
    assert "Nothing is called «zzz»" in empty.text
    for hostile in ("%F0%9F%98%80", "x" * 5000, "%25_%5C", "10" * 20, "'%20OR%201=1", "%3Cb%3E"):
        client.get(f"{INDEX}?q={hostile}")


def test_the_list_costs_the_same_however_long_it_is(seeded: Session, client: CheckingClient, statements: StatementCount) -> None:
    client.get(f"{INDEX}?q=inm")
    statements.statements.clear()
    client.get(f"{INDEX}?q=inm")
    few = len(statements)
    statements.statements.clear()
    client.get(f"{INDEX}?show=all")
    assert len(statements) == few <= 4


def test_a_page_of_one_agency_tells_its_history_with_dates_and_sources(seeded: Session, client: CheckingClient) -> None:
    pgr = client.get(f"{INDEX}PGR").text
    assert "December 20, 2018" in pgr
    assert "DOF" in pgr
    assert "FGR" in pgr
    assert "Took over from" in client.get(f"{INDEX}fgr").text
    client.get(f"{INDEX}PGJ")
    client.get(f"{INDEX}PF")
    client.language = "es"
    assert "Policía Federal" in client.get(f"{INDEX}PF").text
    for nobody in ("NOPE", "x" * 3000, "%F0%9F%98%80", "1' OR '1'='1"):
        client.get(f"{INDEX}{nobody}", status=404)


def test_an_administrator_adds_an_agency_and_every_refusal_is_a_sentence(seeded: Session, client: CheckingClient) -> None:
    page = client.submit(
        f"{INDEX}new",
        {
            "code": "fge-roo-cun",
            "name_es": "Vicefiscalía Zona Norte",
            "name_en": "Northern Deputy Office",
            "level": "state",
            "country": "mx",
            "state": "Quintana Roo",
            "parent": "FGE-ROO",
            "valid_from": "2020-01-01",
            "aliases": "Vicefiscalía\n\n  Zona Norte \nVicefiscalía",
        },
    )
    assert "FGE-ROO-CUN is in the directory" in client.follow(page).text
    added = get(seeded, "FGE-ROO-CUN")
    assert added.country == "MX"
    assert all_agencies(seeded)[added.id].aliases == ("Vicefiscalía", "Zona Norte")
    assert actions(seeded) == ["agency.added"]
    good = {"code": "X-1", "name_es": "X", "name_en": "X", "level": "other", "country": "MX"}
    for wrong, sentence in [
        ({"code": "INM"}, "The code INM is already that of Instituto Nacional de Migración"),
        ({"code": "new"}, "This word cannot be a code"),
        ({"code": "Ñandú 1"}, "letters without accents"),
        ({"country": "Mexico"}, "at most 2"),
        ({"parent": "NOPE"}, "choose an agency of the list"),
        ({"valid_from": "0001-01-01"}, "between 1800 and 2199"),
        ({"valid_from": "yesterday"}, "not a date"),
        ({"name_es": "x" * 5000}, "too long"),
        ({"name_en": "a\0b"}, "cannot be kept"),
        ({"name_es": ""}, "name in Spanish"),
        ({"aliases": "¡!"}, "no letter or digit"),
        ({"level": "galactic"}, "choose one of the options"),
    ]:
        assert sentence in client.submit(f"{INDEX}new", good | wrong, status=422).text, wrong
    assert find_agency_by_code(seeded, "X-1") is None


@pytest.mark.both_engines
def test_two_administrators_do_not_overwrite_each_other(seeded: Session, client: CheckingClient) -> None:
    url = f"{INDEX}INM/edit"
    stale = client.get(url).fields("main form")
    client.submit(url, {"name_en": "Migration Institute"})
    stale["name_en"] = ["Overwritten"]
    told = client.post(url, stale, status=422)
    assert "Somebody else has changed this" in told.text
    assert get(seeded, "INM").name_en == "Migration Institute"
    assert actions(seeded) == ["agency.edited"]
    without: dict[str, Any] = {name: value for name, value in stale.items() if name != "version"}
    for forged in [without, *(without | {"version": version} for version in ("", "1' OR", "9" * 30, "-1"))]:
        assert "Somebody else has changed this" in client.post(url, forged, status=422).text
    client.post(url, told.fields("main form"))
    seeded.expire_all()
    assert get(seeded, "INM").name_en == "Overwritten", "what was typed was kept, and saved when it was sent again"


@pytest.mark.both_engines
def test_the_tree_never_becomes_a_ring(seeded: Session, client: CheckingClient) -> None:
    sentence = "this agency or one of its own offices"
    assert sentence in client.submit(f"{INDEX}CNS/edit", {"parent": "PF"}, status=422).text
    assert sentence in client.submit(f"{INDEX}CNS/edit", {"parent": "CNS"}, status=422).text
    client.submit(f"{INDEX}INM/edit", {"parent": "CNS"})
    assert get(seeded, "INM").parent_id == get(seeded, "CNS").id


def test_before_an_agency_is_retired_the_page_says_whom_it_concerns(
    seeded: Session, client: CheckingClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("seminar_app.agencies.staff_routes.now", lambda: NOW)
    url = f"{INDEX}INM/retire"
    assert "Nobody has registered with it" in client.get(url).text
    inm, coming, past = get(seeded, "INM"), make.seminar(), make.seminar(starts_on=date(2020, 6, 3), ends_on=date(2020, 6, 5))
    pools = {row.seminar_id: row for row in seeded.scalars(select(SeatPool))}
    twice = make.person()
    make.registration(past, twice, agency=inm, pool=pools[past.id])
    make.registration(coming, twice, agency=inm, pool=pools[coming.id])
    make.registration(past, agency=inm, pool=pools[past.id])
    make.registration(past, agency=inm)
    make.registration(past, agency=get(seeded, "PF"), pool=pools[past.id])
    said = client.get(url).text
    assert "3 people have registered with it; 2 of them got a seat." in said
    assert "1 person is on the list of a seminar that is not over" in said


def test_an_agency_ends_with_successors_and_that_can_be_undone(seeded: Session, client: CheckingClient) -> None:
    url = f"{INDEX}INM/retire"
    for wrong, sentence in [
        ({}, "last day, or the year"),
        ({"last_day": "2030-12-31", "year": "2030"}, "leave the year empty"),
        ({"year": "10" * 20}, "between 1800 and 2199"),
        ({"year": "soon"}, "whole number"),
        ({"last_day": "1990-01-01"}, "before it began, on October 19, 1993"),
        ({"last_day": "2030-12-31", "successor": "INM"}, "INM became this agency"),
    ]:
        assert sentence in client.submit(url, wrong, status=422).text, wrong
    page = client.submit(url, {"last_day": "2025-12-31", "successor": "GN", "successor_2": "SSPC", "successor_3": "GN", "source": "DOF"})
    after = client.follow(page)
    assert "INM has ended" in after.text
    assert "January 1, 2026" in after.text
    assert get(seeded, "INM").valid_to == date(2025, 12, 31)
    assert "already" in client.submit(url, {"year": "2026"}, status=422).text
    client.submit(page.response.headers["Location"], form=".notice-undo form")
    assert get(seeded, "INM").valid_to is None
    inm = get(seeded, "INM").id
    assert seeded.scalars(select(AgencySuccession).where(AgencySuccession.from_agency_id == inm)).all() == []
    assert actions(seeded) == ["agency.retired", "agency.retirement_undone"]
    assert (
        "nothing to undo"
        in client.post(f"{INDEX}INM/undo-retirement", client.get(f"{INDEX}PF").fields("form[action$=undo-retirement]"), status=422).text
    )


def test_of_an_end_may_be_known_only_the_year(seeded: Session, client: CheckingClient) -> None:
    page = client.submit(f"{INDEX}INM/retire", {"year": "2025", "successor": "GN"})
    assert "2025, day not established" in client.follow(page).text
    assert get(seeded, "INM").valid_to == date(2025, 12, 31)


def test_aliases_are_added_once_and_removed_with_a_way_back(seeded: Session, client: CheckingClient) -> None:
    url, form = f"{INDEX}INM", "form.add-alias"
    client.submit(url, {"alias": "La Migra"}, form=form)
    assert "already found" in client.submit(url, {"alias": "la  MIGRÁ"}, form=form, status=422).text
    assert "no letter or digit" in client.submit(url, {"alias": "…"}, form=form, status=422).text
    assert "cannot be kept" in client.submit(url, {"alias": "a\0"}, form=form, status=422).text
    assert "La Migra" in client.get(f"{INDEX}?q=migra").text or "Migration" in client.get(f"{INDEX}?q=migra").text
    token = client.get(url).fields(form) | {"alias": ["La Migra"]}
    page = client.follow(client.post(f"{url}/aliases/remove", token))
    assert "no longer found as «La Migra»" in page.text
    client.post(f"{url}/aliases/remove", token, status=404)
    client.submit(f"{url}?removed=La+Migra", form=".notice-undo form")
    assert "La Migra" in client.get(url).text
    assert actions(seeded) == ["agency.alias_added", "agency.alias_removed", "agency.alias_added"]


def test_organizers_read_and_others_do_not_enter(seeded: Session, client: CheckingClient, make: Make, sign_in: SignIn) -> None:
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": make.office().id})))
    page = client.get(f"{INDEX}PGR")
    assert not page.select("main form")
    assert not client.get(INDEX).select("a[href$=new]")
    for method, path in [("get", "new"), ("get", "INM/edit"), ("get", "INM/retire")]:
        getattr(client, method)(f"{INDEX}{path}", status=403)
    sign_in(client, make.account((RoleName.AUDITOR, {})))
    client.get(INDEX, status=403)
    assert actions(seeded) == []
