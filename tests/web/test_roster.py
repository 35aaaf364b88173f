"""The roster, the seats and people, as staff use them."""

from __future__ import annotations

import sys
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import RosterAccess
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""


@dataclass
class House:
    """A seminar with two agency groups, and an account of each role."""

    office: Office
    seminar: Seminar
    pgr: Agency
    pgj: Agency
    organizer: UserAccount
    coordinator: UserAccount
    liaison: UserAccount
    stranger: UserAccount
    admin: UserAccount

    @property
    def url(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}"


@pytest.fixture
def house(make: Make, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office, elsewhere = make.office(), make.office()
    seminar = make.seminar(office=office, seats=2, slug="cancun-2026")
    pgr = make.agency("PGR")
    group = make.agency("PGJ", level=AgencyLevel.STATE)
    pgj = make.agency("PGJ-QROO", parent=group, level=AgencyLevel.STATE, state="Quintana Roo")
    return House(
        office,
        seminar,
        pgr,
        pgj,
        make.account((RoleName.ORGANIZER, {"office_id": office.id})),
        make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id})),
        make.account((RoleName.LIAISON, {"agency_id": group.id})),
        make.account((RoleName.ORGANIZER, {"office_id": elsewhere.id})),
        make.account((RoleName.ADMIN, {})),
    )


def states(session: Session) -> dict[str, str]:
    session.rollback()
    return {r.position or "": r.state.value for r in session.scalars(select(Registration))}


def open_pool(session: Session) -> SeatPool:
    session.rollback()
    return session.scalars(select(SeatPool).where(SeatPool.agency_id.is_(None))).one()


@pytest.mark.both_engines
def test_the_roster_is_grouped_counted_filtered_and_searched(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    url = f"{house.url}/roster/"
    assert "Nobody is registered yet" in client.get(url).text
    make.registration(house.seminar, make.person("Luz", "Ñáñez"), agency=house.pgr, pool=open_pool(session))
    make.registration(house.seminar, make.person("Ana", "Ruiz"), agency=house.pgj, state=RegistrationState.WAITLISTED, queue_place=1)
    make.registration(house.seminar, make.person("Eva", "Paz", reserved=True), agency=house.pgj, state=RegistrationState.PENDING)
    page = client.get(url)
    groups = [node.to_text().strip() for node in page.select(".group-row")]
    assert groups[0].startswith("PGR · Agency PGR")
    assert "1 registered" in groups[0]
    assert groups[1].startswith("PGJ")
    assert "Paz" not in page.text
    assert "R-" in page.text
    assert "Ñáñez" not in client.get(f"{url}?state=waitlisted").text
    assert "Ruiz" not in client.get(f"{url}?group=PGR").text
    assert "Nobody matches" in client.get(f"{url}?state=registered&group=PGJ").text
    found = client.follow(client.submit(url, {"words": "nanez"}, form="main form[role=search]"))
    assert "Ruiz" not in found.text
    assert "Ñáñez" in found.text
    filtered = client.submit(url, {"state": "waitlisted"}, form="main form[role=search]")
    assert filtered.response.headers["Location"].endswith("/roster/?state=waitlisted")
    token = page.select("[name=csrf_token]")[0].attrs["value"]
    assert "Nobody matches" in client.follow(client.post(url, {"words": "Eva Paz", "csrf_token": token})).text
    session.rollback()
    looks = session.scalars(select(AuditRow.actor).where(AuditRow.action == "roster.viewed")).all()
    assert len(looks) == 9
    assert set(looks) == {f"account:{house.organizer.public_id.hex}"}


def test_a_liaison_sees_and_opens_only_their_own_people(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    theirs = make.registration(house.seminar, make.person("Ana", "Ruiz"), agency=house.pgj)
    other = make.registration(house.seminar, make.person("Luz", "Ñáñez"), agency=house.pgr)
    sign_in(client, house.liaison)
    page = client.get(f"{house.url}/roster/")
    assert "Ruiz" in page.text
    assert "Ñáñez" not in page.text
    assert not page.select("a[href$='/roster/add']")
    client.get(f"{house.url}/roster/{theirs.public_id.hex}")
    client.get(f"{house.url}/roster/{other.public_id.hex}", status=404)
    client.get(f"{house.url}/roster/add", status=403)
    client.get(f"{house.url}/seats", status=403)
    people = client.follow(client.submit("/staff/people/", {"words": "a"}, form="main form[method=post]")).text
    assert "Ruiz" in people
    assert "Ñáñez" not in people
    client.get(f"/staff/people/{session.get_one(Registration, other.id).person_id}", status=404)


def succeed(session: Session, one: Agency, *heirs: Agency) -> None:
    """End an agency in 2018 and record its heirs."""
    with unit_of_work(session) as work:
        work.get_one(Agency, one.id).valid_to = date(2018, 12, 19)
        work.add_all(AgencySuccession(from_agency_id=one.id, to_agency_id=heir.id, happened_on=date(2018, 12, 20)) for heir in heirs)


def test_a_liaison_sees_what_her_agency_alone_succeeded_and_of_shared_quotas_the_seats_left(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn, statements: StatementCount
) -> None:
    fgr, gn, sspc, cns = (make.agency(code) for code in ("FGR", "GN", "SSPC", "CNS"))
    unit = make.agency("SEIDO", parent=house.pgr)
    quota, shared = make.pool(house.seminar, house.pgr, 28), make.pool(house.seminar, cns, 18)
    named = {"Ruiz": house.pgr, "Paz": unit, "Gil": cns, "Mora": gn}
    rows = {
        surname: make.registration(
            house.seminar, make.person("Ana", surname), agency=agency, pool=quota if surname in ("Ruiz", "Paz") else shared
        )
        for surname, agency in named.items()
    }
    sign_in(client, make.account((RoleName.LIAISON, {"agency_id": fgr.id})))
    url = f"{house.url}/roster/"
    assert "Nobody is registered yet" in client.get(url).text
    succeed(session, house.pgr, fgr)
    succeed(session, cns, gn, sspc)
    statements.statements.clear()
    page = client.get(url)
    hers = len(statements)
    assert [surname for surname in rows if surname in page.text] == ["Ruiz", "Paz"]
    assert "26 of 28" in page.text
    assert "CNS" not in page.text
    for surname, row in rows.items():
        client.get(f"{url}{row.public_id.hex}", status=200 if surname in ("Ruiz", "Paz") else 404)
    found = client.follow(client.submit("/staff/people/", {"words": "ana"}, form="main form[method=post]")).text
    assert [surname for surname in rows if surname in found] == ["Ruiz", "Paz"]
    sign_in(client, make.account((RoleName.LIAISON, {"agency_id": gn.id})))
    page = client.get(url)
    assert [surname for surname in rows if surname in page.text] == ["Mora"]
    assert "16 of 18" in page.text
    assert "Shared with other agencies" in page.text
    client.get(f"{url}{rows['Gil'].public_id.hex}", status=404)
    sign_in(client, house.coordinator)
    statements.statements.clear()
    client.get(url)
    assert hers <= len(statements) + 2, "her reach, and the quotas she may draw from"
    session.rollback()
    assert session.scalar(select(func.count()).where(AuditRow.action == "roster.viewed")) == 4


def test_another_offices_roster_is_not_found_and_the_coordinators_is_for_reading(
    client: CheckingClient, app: Flask, make: Make, house: House, sign_in: SignIn
) -> None:
    somebody = make.registration(house.seminar, make.person("Ana", "Ruiz"), agency=house.pgj)
    sign_in(client, house.stranger)
    for path in (
        "/roster/",
        f"/roster/{somebody.public_id.hex}",
        "/roster/add",
        "/roster/add/new",
        f"/roster/add/{somebody.public_id.hex}",
        "/seats",
        "/roster/zzz",
    ):
        client.get(f"{house.url}{path}", status=404)
    assert "Nobody matches" in client.follow(client.submit("/staff/people/", {"words": "Ruiz"}, form="main form[method=post]")).text
    client = sign_in(CheckingClient(app.test_client()), house.coordinator)
    assert "Ruiz" in client.get(f"{house.url}/roster/").text
    client.get(f"{house.url}/roster/add", status=403)


def test_staff_approve_decline_remove_with_reason_and_take_it_back(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    for name in ("Ana", "Beto", "Carla"):
        make.registration(house.seminar, make.person(name), agency=house.pgr, position=name, state=RegistrationState.PENDING)
    url = f"{house.url}/roster/"

    def press(word: str, name: str) -> str:
        page = client.get(url)
        form = next(
            f
            for f in page.select("main form")
            if any((b.attrs.get("aria-label") or "").startswith(f"{word}:") and name in b.attrs["aria-label"] for b in f.query("button"))
        )
        token = form.query("[name=csrf_token]")[0].attrs["value"]
        return client.follow(client.post(form.attrs["action"], {"csrf_token": token, "state": ""})).text

    for name in ("Ana", "Beto"):
        assert "registered" in press("Approve", name)
    assert "is off the list" in press("Decline", "Carla")
    press("Restore", "Carla")
    assert states(session) == {"Ana": "registered", "Beto": "registered", "Carla": "waitlisted"}
    ana = session.scalars(select(Registration).where(Registration.position == "Ana")).one()
    own = f"{url}{ana.public_id.hex}"
    assert "choose why" in client.submit(own, {"reason": ""}, form="#remove form", status=422).text
    page = client.follow(client.submit(own, {"reason": "documents_incomplete", "note": "falta oficio"}, form="#remove form"))
    assert states(session) == {"Ana": "removed", "Beto": "registered", "Carla": "registered"}
    undo = page.one(".notice-undo form")
    token = undo.query("[name=csrf_token]")[0].attrs["value"]
    client.post(undo.attrs["action"], {"csrf_token": token})
    assert states(session)["Ana"] == "waitlisted"
    assert "falta oficio" in client.get(own).text
    assert "can no longer be done" in client.follow(client.post(f"{own}/approve", {"csrf_token": token})).text


def test_no_message_is_promised_to_somebody_without_an_address(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    for email, said in ((None, "There is no e-mail address, so please tell this person"), ("a@pgr.example", "leaves in two minutes")):
        person = make.person("Ana", email=email)
        own = make.registration(house.seminar, person, agency=house.pgr, pool=open_pool(session), position="Ana").public_id.hex
        address = f"{house.url}/roster/{own}"
        page = client.follow(client.submit(address, {"reason": "other", "note": "cambio"}, form="#remove form"))
        assert said in page.one(".notice-undo").to_text()
        session.rollback()
        assert session.scalar(select(func.count()).select_from(Message)) == (0 if email is None else 1)


def test_a_completed_seminars_list_offers_no_change_and_leads_to_reopening(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    seated = make.registration(house.seminar, make.person("Ana"), agency=house.pgr, pool=open_pool(session), position="Ana")
    for name, state in (("Beto", RegistrationState.PENDING), ("Carla", RegistrationState.WITHDRAWN)):
        make.registration(house.seminar, make.person(name), agency=house.pgr, position=name, state=state)
    own, url = f"{house.url}/roster/{seated.public_id.hex}", f"{house.url}/roster/"
    open_removal = client.get(own).fields("#remove form")
    typed = client.get(f"{house.url}/roster/add/new").fields("main form.form")
    with unit_of_work(session):
        session.get_one(Seminar, house.seminar.id).state = SeminarState.COMPLETED
    before = states(session)
    deeds = ("approve", "decline", "restore", "remove")
    offered = [f"form[action$='/{deed}']" for deed in deeds] + ["a[href$='#remove']", "a[href$='/roster/add']", "#remove"]
    for registration in session.scalars(select(Registration)).all():
        page = client.get(f"{url}{registration.public_id.hex}")
        assert page.select("main a[href$='/resume']")
        assert not any(page.select(css) for css in offered)
        assert page.select("a[href$='/correct']"), "data are still corrected"
    page = client.get(url)
    assert "The seminar is completed, so its list no longer changes." in page.text
    assert not any(page.select(css) for css in offered)
    for path in ("add", "add/new"):
        assert client.get(f"{url}{path}", status=303).response.headers["Location"] == url
    late = client.follow(client.post(f"{own}/remove", open_removal | {"reason": "other"}))
    assert "Reopen it first, with a reason." in late.text
    values = {"given_names": "Dora", "surname1": "Ruiz", "sex": "-", "agency": "PGR", "language": "es"}
    refused = client.post(f"{url}add/new", typed | values, status=422)
    assert "Reopen it first, with a reason." in refused.text
    assert refused.one("[name=given_names]").attrs["value"] == "Dora"
    assert states(session) == before


def test_staff_register_somebody_by_hand(client: CheckingClient, session: Session, house: House, sign_in: SignIn) -> None:
    sign_in(client, house.organizer)
    values = {"given_names": "Ana", "surname1": "Ruiz", "sex": "-", "agency": "PGJ-QROO", "position": "Perito", "email": ""}
    page = client.follow(client.submit(f"{house.url}/roster/add/new", values))
    assert "Ruiz, Ana" in page.text
    kept = session.scalars(select(Registration)).one()
    assert (kept.state_name, kept.notice_id, kept.source.value) == ("Quintana Roo", None, "staff")
    assert session.scalars(select(Message)).all() == []


@pytest.mark.both_engines
def test_registering_somebody_begins_with_the_people_in_reach(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    earlier = make.seminar(office=house.office)
    known = make.person("Luz", "Ñáñez", email="luz@pgr.example", agency_id=house.pgr.id)
    make.registration(earlier, known, agency=house.pgr)
    stranger = make.person("Luz", "Paz", email="paz@pgr.example")
    make.registration(make.seminar(), stranger, agency=house.pgr)
    sign_in(client, house.organizer)
    url = f"{house.url}/roster/add"
    assert "Look for the person first" in client.get(url).text
    found = client.follow(client.submit(url, {"words": "luz"}, form="main form[role=search]"))
    assert "Ñáñez" in found.text
    assert "Paz" not in found.text
    client.get(f"{url}/{stranger.public_id.hex}", status=404)
    form = client.get(found.select("main table a")[0].attrs["href"])
    assert "luz@pgr.example" in form.text
    assert not form.select("[name=given_names]")
    client.submit(f"{url}/{known.public_id.hex}", {"position": "Fiscal", "agency": "PGJ-QROO"})
    session.rollback()
    made = session.scalars(select(Registration).where(Registration.position == "Fiscal")).one()
    assert (made.person_id, made.state_name) == (known.id, "Quintana Roo")
    assert session.scalars(select(Message.to_address)).all() == ["luz@pgr.example"]
    assert "On the roster already" in client.follow(client.submit(url, {"words": "luz"}, form="main form[role=search]")).text
    again = client.submit(f"{url}/{known.public_id.hex}", {"position": "Otra"}, status=422)
    assert "on the roster of this seminar already" in again.text
    assert "Nobody matches" in client.follow(client.submit(url, {"words": "zzz"}, form="main form[role=search]")).text


def test_who_may_be_known_already_is_asked_once_before_somebody_new_is_made(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    known = make.person("María de la Luz", "Ñáñez", "Ibáñez", email="luz@pgr.example", agency_id=house.pgr.id)
    make.registration(make.seminar(office=house.office), known, agency=house.pgr)
    make.registration(make.seminar(), make.person("María de la Luz", "Ñáñez", "Ibáñez"), agency=house.pgr)
    sign_in(client, house.organizer)
    url = f"{house.url}/roster/add/new"
    typed = {
        "given_names": "Ma. de la Luz",
        "surname1": "Nañez",
        "sex": "-",
        "surname2": "Ibañez",
        "agency": "PGR",
        "email": "otra@pgr.example",
    }
    asked = client.submit(url, typed, status=422)
    assert "Is it this person?" in asked.text
    assert len(asked.select(".likely-names li")) == 1
    assert session.scalars(select(Registration).where(Registration.seminar_id == house.seminar.id)).all() == []
    kept = asked.fields("main form")
    assert kept["given_names"] == ["Ma. de la Luz"]
    client.post(url, kept | {"another": "1"})
    session.rollback()
    made = session.scalars(select(Registration).where(Registration.seminar_id == house.seminar.id)).one()
    assert made.person_id != known.id


def test_a_number_that_cannot_be_read_is_named_in_our_words_in_each_part_of_a_form(
    client: CheckingClient, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    url = f"{house.url}/seats"
    page = client.submit(url, {"quotas-0-agency": "PGR", "quotas-0-size": "many"}, status=422)
    assert "Please write a whole number." in page.text
    assert "Not a valid" not in page.text


def test_a_liaison_is_led_to_no_page_that_their_role_does_not_open(client: CheckingClient, house: House, sign_in: SignIn) -> None:
    sign_in(client, house.liaison)
    roster = client.get(f"{house.url}/roster/")
    for link in roster.select(".seminar-header a, .side-list a"):
        client.get(link.attrs["href"])


@pytest.mark.both_engines
def test_seats_that_somebody_else_shared_out_meanwhile_are_not_shared_out_again_unseen(
    client: CheckingClient, house: House, session: Session, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    url = f"{house.url}/seats"
    stale = client.get(url).fields("main form")
    client.submit(url, {"capacity": "40"}, form="main form")
    mine: dict[str, Any] = stale | {"quotas-0-agency": ["PGR"], "quotas-0-size": ["1"]}
    client.post(url, {name: value for name, value in mine.items() if name != "opened"}, status=422)
    told = client.post(url, mine, status=422)
    assert "Somebody else has changed this" in told.text
    assert sorted(p.size for p in session.scalars(select(SeatPool))) == [40]
    client.post(url, told.fields("main form") | {"capacity": "41"})
    session.rollback()
    assert sorted(p.size for p in session.scalars(select(SeatPool))) == [1, 40]


def test_seats_for_no_agency_are_refused_at_their_line_with_all_that_was_typed(
    client: CheckingClient, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    url = f"{house.url}/seats"
    told = "Please choose the agency or group that these seats are for, or empty the line."
    for written in ({"quotas-0-size": "18"}, {"quotas-0-size": "0"}, {"quotas-0-release_on": "2026-05-01"}):
        page = client.submit(url, {"capacity": "40", "quotas-1-agency": "PGR", "quotas-1-size": "2"} | written, status=422)
        assert told in page.one("#quotas-0-agency-error").to_text()
        assert all(page.fields("main form")[name] in (value, [value]) for name, value in written.items())
        assert page.one("select[name=quotas-1-agency] option[selected]").attrs["value"] == "PGR"
    fields = client.get(url).fields("main form")
    page = client.post(url, fields | {"quotas-0-agency-typed": "SEDENA", "quotas-0-size": ""}, status=422)
    assert "«SEDENA»" in page.one("#quotas-0-agency-error").to_text()
    assert page.select("[data-combo-box]")[0].attrs["data-combo-typed"] == "SEDENA"
    session.rollback()
    assert [pool.size for pool in session.scalars(select(SeatPool))] == [2]


def test_a_quota_of_an_agency_that_has_ended_still_names_it(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    make.pool(house.seminar, make.agency("PF", valid_to=date(2019, 12, 31)), 5)
    sign_in(client, house.organizer)
    page = client.get(f"{house.url}/seats")
    assert page.one("select[name=quotas-0-agency] option[selected]").attrs["value"] == "PF"


def test_seats_are_shared_out_and_those_who_wait_are_seated(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    url = f"{house.url}/seats"
    for place in (1, 2):
        make.registration(house.seminar, agency=house.pgj, state=RegistrationState.WAITLISTED, queue_place=place)
    make.registration(house.seminar, agency=house.pgr, pool=open_pool(session))
    wanted = {"capacity": "4", "quotas-0-agency": "PGJ", "quotas-0-size": "2", "quotas-0-release_on": "2026-05-01"}
    page = client.follow(client.submit(url, wanted, form="main form"))
    assert "2 people who waited" in page.text
    assert sorted(p.size for p in session.scalars(select(SeatPool))) == [2, 2]
    refusals = {
        "quotas add up to 9": {"quotas-0-size": "9"},
        "cannot be smaller than 2": {"quotas-0-size": "1"},
        "has two quotas": {"quotas-1-agency": "PGJ", "quotas-1-size": "1"},
        "outside the quotas": {"capacity": "2"},
        "from 1 to": {"capacity": "100000000000000000000"},
        "from 0 to": {"quotas-1-agency": "PGR", "quotas-1-size": "-1"},
    }
    for sentence, values in refusals.items():
        assert sentence in client.submit(url, values, form="main form", status=422).text
    client.submit(url, {"capacity": "5", "quotas-1-agency": "PGR", "quotas-1-size": "1"}, form="main form")
    client.submit(url, {"quotas-1-agency": "", "quotas-1-size": ""}, form="main form")
    session.rollback()
    assert sorted(p.size for p in session.scalars(select(SeatPool))) == [0, 2, 3]


@pytest.mark.both_engines
def test_a_rosters_statements_do_not_grow_with_it(
    client: CheckingClient, make: Make, house: House, sign_in: SignIn, statements: StatementCount
) -> None:
    sign_in(client, house.admin)
    counts = []
    for more in (2, 25):
        for _ in range(more):
            make.registration(house.seminar, make.person("Ana", "Ruiz"), agency=house.pgj)
        for path in (f"{house.url}/roster/", f"{house.url}/seats"):
            statements.statements.clear()
            client.get(path)
            counts.append(len(statements))
        token = client.get(f"{house.url}/roster/").select("[name=csrf_token]")[0].attrs["value"]
        statements.statements.clear()
        found = client.post("/staff/people/", {"words": "ruiz", "csrf_token": token})
        statements.statements.clear()
        client.follow(found)
        counts.append(len(statements))
    assert counts[:2] == counts[3:5]
    assert counts[5] <= counts[2]  # a common name needs no count first


def test_a_person_is_opened_with_their_seminars_and_the_look_is_recorded(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    person = make.person("Luz", "Ñáñez")
    make.registration(house.seminar, person, agency=house.pgr)
    make.registration(make.seminar(title_en="Somebody else's"), person, agency=house.pgr)
    sign_in(client, house.organizer)
    assert "Ñáñez Ibáñez, Luz" in client.follow(client.submit("/staff/people/", {"words": "nanez"}, form="main form[method=post]")).text
    page = client.get(f"/staff/people/{person.public_id.hex}")
    assert "Seminar 2" not in page.text
    assert "Somebody else" not in page.text
    assert "PGR" in page.text
    for bad in (uuid.uuid4().hex, "x", "9" * 400, "%F0%9F%91%A9"):
        client.get(f"/staff/people/{bad}", status=404)
    session.rollback()
    assert session.scalars(select(AuditRow).where(AuditRow.action == "person.viewed")).one().subject == f"person:{person.public_id.hex}"
    for nasty in ("\0", "9" * 21, "x" * 5000, "%", "_", "R-ZZZZ", "R-00FF", "@"):
        token = client.get("/staff/people/").select("[name=csrf_token]")[0].attrs["value"]
        response = client.flask.post("/staff/people/", data={"words": nasty, "csrf_token": token}, follow_redirects=True)
        assert response.status_code in (200, 400, 422)


@pytest.mark.both_engines
def test_a_roster_of_hundreds_stands_on_pages_that_keep_the_filters(
    client: CheckingClient, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[RosterAccess.__module__], "PAGE_SIZE", 4)
    seminar = make.seminar(seats=20)
    for number in range(9):
        make.registration(seminar, make.person(given_names="Ana", surname1=f"Paz{chr(97 + number)}"))
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id})))
    pages = [client.get(f"/staff/seminars/{seminar.slug}/roster/?state=withdrawn&page={number}") for number in (1, 2, 3, 99)]
    assert [len(page.select("tr[id^=r-]")) for page in pages] == [4, 4, 1, 1]
    ways = [str(link.attrs["href"]) for link in pages[0].select(".paging a")]
    assert ways
    assert all("state=withdrawn" in way and "page=" in way for way in ways)
    assert all("9 of 9" in page.text for page in pages)


@pytest.mark.both_engines
def test_a_search_stands_under_an_address_without_words_and_back_leads_to_it(
    client: CheckingClient, make: Make, house: House, sign_in: SignIn
) -> None:
    people = [make.registration(house.seminar, make.person(name, "Ruiz"), agency=house.pgj) for name in ("Ana", "Eva")]
    sign_in(client, house.organizer)
    for place in (f"{house.url}/roster/", "/staff/people/"):
        form = "main form[role=search]"
        sent = client.submit(place, {"words": "Ana Ru"}, form=form)
        address = sent.response.headers["Location"]
        assert "ana" not in address.lower().replace(house.url, "")
        for _back in range(2):
            found = client.get(address)
            assert ("Ruiz López, Ana" in found.text or "Ana" in found.text, "Eva" in found.text) == (True, False)
            assert found.one("[name=words]").attrs["value"] == "Ana Ru"
        opened = next(link.attrs["href"] for link in found.select("main table a") if "Ruiz" in link.to_text())
        back = client.get(opened).one(".back-link").attrs["href"]
        assert "Eva" not in client.get(back).text
        assert client.get(back).one("[name=words]").attrs["value"] == "Ana Ru"
    again = client.get(address.partition("?")[0] + "?find=0123456789ab")  # of another browser, or long ago
    assert "Ruiz" not in again.text
    assert people


def test_the_same_search_again_keeps_its_address(client: CheckingClient, make: Make, house: House, sign_in: SignIn) -> None:
    make.registration(house.seminar, make.person("Ana", "Ruiz"), agency=house.pgj)
    sign_in(client, house.organizer)
    addresses = {client.submit("/staff/people/", {"words": "ruiz"}, form="main form").response.headers["Location"] for _ in range(2)}
    assert len(addresses) == 1
    assert "Ruiz" in client.get(addresses.pop()).text


@pytest.mark.both_engines
def test_who_has_no_agency_stands_last_in_a_group_of_its_own_and_is_assigned(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    roster = f"{house.url}/roster/"
    assert "waits for an agency" not in client.get(f"{house.url}/").text
    values = {"given_names": "Ana", "surname1": "Ruiz", "sex": "-", "agency": "-", "agency_text": "Cruz Roja", "position": "", "email": ""}
    assert "Please write the name" in client.submit(f"{roster}add/new", values | {"agency_text": ""}, status=422).text
    client.submit(f"{roster}add/new", values)
    other = make.agency("ZZZ", level=AgencyLevel.OTHER)
    make.registration(house.seminar, make.person("Luz", "Ñáñez"), agency=other, pool=open_pool(session))
    hidden = make.person("Eva", "Paz", reserved=True)
    make.registration(house.seminar, hidden, agency_text="Oficina de Sonora", state=RegistrationState.PENDING)
    page = client.get(roster)
    groups = [node.to_text().strip() for node in page.select(".group-row")]
    assert [group.split(" ")[0] for group in groups] == ["ZZZ", "Not"]
    assert groups[1].startswith("Not assigned")
    assert "1 registered" in groups[1]
    assert "Cruz Roja" in page.text
    assert "Sonora" not in page.text
    assert [node.to_text() for node in page.select("[name=group] option")] == ["All", "ZZZ", "Not assigned"]
    overview = client.get(f"{house.url}/")
    assert "2 people wait for an agency to be assigned." in overview.text
    found = client.get(overview.one("a[href*='group=']").attrs["href"])
    assert "Cruz Roja" in found.text
    assert "Ñáñez" not in found.text
    session.rollback()
    written = session.scalars(select(Registration).where(Registration.agency_text == "Cruz Roja")).one()
    own = f"{roster}{written.public_id.hex}"
    assert "Cruz Roja · not assigned" in client.get(own).text
    known = f"{roster}add/{session.get_one(Person, written.person_id).public_id.hex}"
    session.rollback()
    assert "not assigned" not in client.get(known).text
    fields = client.get(f"{own}/correct").fields("main form")
    assert (fields["agency"], fields["agency_text"]) == (["-"], ["Cruz Roja"])
    client.submit(f"{own}/correct", {"agency": "PGR"})
    assert "1 person waits for an agency" in client.get(f"{house.url}/").text
    assert "Cruz Roja" not in client.get(roster).text


def test_a_liaison_sees_nobody_without_an_agency(
    client: CheckingClient, make: Make, session: Session, house: House, sign_in: SignIn
) -> None:
    person = make.person("Ana", "Ruiz", agency_id=house.pgj.id)
    unlisted = make.registration(house.seminar, person, agency_text="Cruz Roja", pool=open_pool(session))
    sign_in(client, house.liaison)
    assert "Ruiz" not in client.get(f"{house.url}/roster/").text
    assert "Ruiz" not in client.get(f"{house.url}/roster/?group=-").text
    client.get(f"{house.url}/roster/{unlisted.public_id.hex}", status=404)
    assert "Cruz Roja" not in client.get(f"/staff/people/{person.public_id.hex}").text


def test_one_release_date_holds_for_each_quota_without_its_own(
    client: CheckingClient, session: Session, house: House, sign_in: SignIn
) -> None:
    sign_in(client, house.organizer)
    two = {
        "quotas-0-agency": "PGJ",
        "quotas-0-size": "2",
        "quotas-1-agency": "PGR",
        "quotas-1-size": "1",
        "quotas-1-release_on": "2026-05-20",
    }
    client.submit(f"{house.url}/seats", {"capacity": "9", "release_all": "2026-05-01"} | two, form="main form")
    session.rollback()
    pools = session.scalars(select(SeatPool).where(SeatPool.seminar_id == house.seminar.id, SeatPool.agency_id.is_not(None)))
    assert sorted((pool.size, pool.release_on) for pool in pools) == [(1, date(2026, 5, 20)), (2, date(2026, 5, 1))]
