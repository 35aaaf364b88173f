"""Staff pages about seminars: who sees what, from a new draft to the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.offices.models import Office
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import RegistrationMode, SeminarState, SubstitutesBy
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
HOSTILE = ("a\0b", "\ud800", "x" * 5000, "🎓" * 300, "9" * 20, "[1]", "' OR 1=1 --", "<script>alert(1)</script>")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    return set_to


@pytest.fixture
def office(make: Make) -> Office:
    return make.office(name_en="HSI Cancún", country="MX")


@pytest.fixture
def organizer(client: CheckingClient, make: Make, office: Office, sign_in: SignIn) -> CheckingClient:
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id})))


def new_seminar(**values: Any) -> dict[str, Any]:
    base = {
        "title_es": "Trata de personas",
        "city": "Cancún",
        "country": "MX",
        "time_zone": "America/Cancun",
        "starts_on": "2026-06-03",
        "ends_on": "2026-06-05",
        "capacity": "90",
    }
    return base | values


def test_a_seminar_from_a_new_draft_to_published_and_back(
    organizer: CheckingClient, session: Session, at: Callable[[datetime], None]
) -> None:
    at(NOW)
    assert "No seminars yet" in organizer.get("/staff/seminars/").text
    made = organizer.submit("/staff/seminars/new", new_seminar(registration_closes="2026-05-20T18:00"))
    assert made.response.headers["Location"] == "/staff/seminars/cancun-2026/sessions/program", "its program is next"
    assert "No sessions yet" in organizer.get("/staff/seminars/cancun-2026/sessions/").text
    assert "At least one session" in organizer.get("/staff/seminars/cancun-2026/").text
    values = {"title_es": "Mañana", "starts": "09:00", "ends": "11:00", "speakers-0": "Ana Núñez, HSI", "speakers-1": "Luis"}
    added = organizer.follow(organizer.submit("/staff/seminars/cancun-2026/sessions/new", values))
    assert "Ana Núñez; Luis" in added.text
    overview = organizer.follow(organizer.submit("/staff/seminars/cancun-2026/", form="form[action$=publish]"))
    assert "The seminar is published." in overview.text
    assert "May 20, 2026, 18:00" in overview.text
    assert "cancun-2026" in organizer.get("/").response.get_data(as_text=True)
    undone = organizer.submit("/staff/seminars/cancun-2026/?done=publish", form=".notice-undo form")
    assert "is a draft again" in organizer.follow(undone).text
    organizer.get("/seminars/cancun-2026", status=404)
    assert session.scalars(select(Seminar.state)).all() == [SeminarState.DRAFT]
    again = organizer.submit("/staff/seminars/new", new_seminar(), form="form.form")
    assert again.response.headers["Location"] == "/staff/seminars/cancun-2026-06/sessions/program", "a free address is proposed"


def test_what_is_typed_wrong_stays_with_its_sentence(organizer: CheckingClient) -> None:
    cases = [
        (new_seminar(ends_on="2026-06-01"), "The last day comes before the first day."),
        (new_seminar(title_es=""), "Please give the seminar a title"),
        (new_seminar(starts_on="mañana"), "This is not a date we can read."),
        (new_seminar(capacity="0"), "Please write a number of seats between 1"),
        (new_seminar(capacity="1" + "0" * 20), "Please write a number of seats between 1"),
        (new_seminar(capacity="muchos"), "Please write a whole number."),
        (new_seminar(registration_mode="code"), "Registration by code needs the code"),
        (new_seminar(threshold_percent="101"), "percentage from 0 to 100"),
        (new_seminar(slug="No Address"), "An address takes small letters"),
        (new_seminar(time_zone="America/Tijuana", registration_opens="2026-03-08T02:30"), "the clocks in this time zone skip 2:30"),
        (new_seminar(time_zone="America/Tijuana", registration_opens="2026-11-01T01:30"), "show 1:30 twice"),
    ]
    for values, sentence in cases:
        page = organizer.submit("/staff/seminars/new", values, status=422)
        assert sentence in page.text, sentence
        assert page.one("input[name=city]").attrs["value"] == "Cancún"
        assert page.select(".error-summary")


def test_all_that_is_missing_is_said_at_once_in_the_order_of_the_page(organizer: CheckingClient) -> None:
    empty = {"title_es": "", "city": "", "starts_on": "", "registration_mode": "code", "asks_curp": "required"}
    refused = organizer.submit("/staff/seminars/new", new_seminar() | empty, status=422)
    fields = [(link.attrs["href"] or "").removeprefix("#").removesuffix("-0") for link in refused.select(".error-summary a")]
    assert fields == ["title_es", "city", "starts_on", "registration_code", "identity_reason_es"]


def test_what_is_seldom_changed_is_folded_and_open_where_something_is_wrong(organizer: CheckingClient) -> None:
    page = organizer.get("/staff/seminars/new")
    assert [part for part in page.select("details.form-fold") if "open" in part.attrs] == []
    assert "Open to anybody who has the address. Automatic" in page.text
    wrong = new_seminar(registration_mode="code", slug="No Address")
    opened = [
        part.to_text() for part in organizer.submit("/staff/seminars/new", wrong, status=422).select("details.form-fold[open] .fold-title")
    ]
    assert opened == ["Registration"]
    right = new_seminar(registration_mode="code", registration_code="TRATA", slug="No Address")
    opened = [
        part.to_text() for part in organizer.submit("/staff/seminars/new", right, status=422).select("details.form-fold[open] .fold-title")
    ]
    assert opened == ["Address"]


def test_a_new_seminar_begins_like_an_earlier_one_of_the_office(organizer: CheckingClient, make: Make, office: Office) -> None:
    assert organizer.get("/staff/seminars/new").select("[name=like]") == [], "there is none yet"
    earlier, foreign = make.seminar(office=office, title_en="Trafficking"), make.seminar()
    offered = organizer.get("/staff/seminars/new").select("[name=like] option")
    assert [(each.attrs["value"], each.to_text()) for each in offered[1:]] == [(earlier.slug, "Trafficking, Cancún, June 3, 2026")]
    chosen = organizer.get(f"/staff/seminars/new?like={earlier.slug}", status=303)
    assert chosen.response.headers["Location"] == f"/staff/seminars/{earlier.slug}/copy"
    organizer.get(f"/staff/seminars/new?like={foreign.slug}", status=404)


def test_each_save_of_a_draft_leads_to_the_next_step(organizer: CheckingClient, session: Session) -> None:
    program = organizer.submit("/staff/seminars/new", new_seminar()).response.headers["Location"]
    seats = organizer.submit(program, {"lines-0-title_es": "Indicios", "do": "save"}).response.headers["Location"]
    assert organizer.get(seats).fields("main form")["capacity"] == ["90"], "they are typed once"
    assert organizer.submit(seats, {"do": "stay"}).response.headers["Location"] == seats
    overview = organizer.submit(seats, {"do": "save"}).response.headers["Location"]
    organizer.submit(overview, form="form[action$=publish]")
    assert organizer.submit(seats).response.headers["Location"] == seats
    assert session.scalars(select(Seminar.state)).all() == [SeminarState.PUBLISHED]


def test_an_organizer_chooses_among_their_own_offices_only(organizer: CheckingClient, make: Make) -> None:
    foreign = make.office()
    page = organizer.get("/staff/seminars/new")
    assert str(foreign.id) not in [option.attrs["value"] for option in page.select("select[name=office_id] option")]
    refused = organizer.submit("/staff/seminars/new", new_seminar(office_id=str(foreign.id)), status=422)
    assert "Please choose one of the options." in refused.text


def pages_of(seminar: Seminar, seminar_session: SeminarSession) -> dict[str, str]:
    base = f"/staff/seminars/{seminar.slug}"
    return {
        f"{base}/": "GET",
        f"{base}/settings": "BOTH",
        f"{base}/copy": "BOTH",
        f"{base}/cancel": "BOTH",
        f"{base}/resume": "BOTH",
        f"{base}/sessions/": "GET",
        f"{base}/sessions/new": "BOTH",
        f"{base}/sessions/program": "BOTH",
        f"{base}/sessions/{seminar_session.public_id}": "BOTH",
        f"{base}/sessions/{seminar_session.public_id}/delete": "POST",
        f"{base}/sessions/restore": "POST",
        **{f"{base}/{c}": "POST" for c in ("publish", "unpublish", "close", "reopen", "complete", "archive", "unarchive")},
    }


def test_the_seminar_of_another_office_is_not_found(organizer: CheckingClient, make: Make) -> None:
    foreign = make.seminar()
    seminar_session = make.seminar_session(foreign)
    token = organizer.get("/staff/seminars/new").one("main [name=csrf_token]").attrs["value"]
    for path, method in pages_of(foreign, seminar_session).items():
        if method != "POST":
            organizer.get(path, status=404)
        if method != "GET":
            organizer.post(path, {"csrf_token": token}, status=404)


def test_the_session_of_another_seminar_is_not_found(organizer: CheckingClient, make: Make, office: Office) -> None:
    mine, seminar_session = make.seminar(office=office), make.seminar_session(make.seminar(office=office))
    organizer.get(f"/staff/seminars/{mine.slug}/sessions/{seminar_session.public_id}", status=404)


def test_a_coordinator_reads_what_an_organizer_changes(client: CheckingClient, make: Make, office: Office, sign_in: SignIn) -> None:
    seminar, other = make.seminar(office=office), make.seminar(office=office)
    seminar_session = make.seminar_session(seminar)
    sign_in(client, make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id})))
    page = client.get("/staff/seminars/")
    assert [a.attrs["href"] for a in page.select("tbody th a")] == [f"/staff/seminars/{seminar.slug}/"]
    for path, method in pages_of(seminar, seminar_session).items():
        if method == "GET":
            read = client.get(path)
            assert read.select("main form") == []
        elif method == "BOTH":
            client.get(path, status=403)
    client.get(f"/staff/seminars/{other.slug}/", status=404)
    client.get("/staff/seminars/new", status=403)


def test_a_liaison_finds_public_seminars_and_no_figures(client: CheckingClient, make: Make, sign_in: SignIn) -> None:
    seminar = make.seminar(seats=4321)
    make.seminar(state=SeminarState.DRAFT)
    sign_in(client, make.account((RoleName.LIAISON, {"agency_id": make.agency().id})))
    page = client.get("/staff/seminars/")
    assert [a.attrs["href"] for a in page.select("tbody th a")] == [f"/staff/seminars/{seminar.slug}/agency"]
    assert "4321" not in page.text
    client.get(f"/staff/seminars/{seminar.slug}/", status=403)


@pytest.mark.both_engines
def test_the_list_is_filtered_by_its_address_with_as_many_statements_for_any_number(
    organizer: CheckingClient, make: Make, office: Office, statements: StatementCount
) -> None:
    make.seminar(office=office, title_en="Trafficking in Cancún")
    make.seminar(office=office, title_en="Laundering", city="Toluca", starts_on=date(2025, 2, 1), ends_on=date(2025, 2, 2))
    statements.statements.clear()
    organizer.get("/staff/seminars/")
    few = len(statements)
    for _ in range(10):
        make.seminar(office=office, state=SeminarState.DRAFT)
    statements.statements.clear()
    assert len(organizer.get("/staff/seminars/").select("tbody tr")) == 12
    assert len(statements) == few
    assert len(organizer.get("/staff/seminars/?state=draft").select("tbody tr")) == 10
    assert len(organizer.get("/staff/seminars/?year=2025").select("tbody tr")) == 1
    assert len(organizer.get("/staff/seminars/?q=CANCUN+traff").select("tbody tr")) == 1
    assert "No seminar matches" in organizer.get("/staff/seminars/?q=nothing+like+it").text
    for strange in ("?state=x&year=%C2%B2&page=-1", "?q=%25_%5C", "?year=99999", "?year=0000", "?page=9999999999"):
        organizer.get(f"/staff/seminars/{strange}")
    organizer.get("/staff/seminars/?q=%00", status=400)


@pytest.mark.both_engines
def test_a_stale_edit_keeps_what_was_typed_and_shows_what_the_other_saved(organizer: CheckingClient, make: Make, office: Office) -> None:
    seminar = make.seminar(office=office, venue="Hotel A")
    url = f"/staff/seminars/{seminar.slug}/settings"
    before = organizer.get(url).fields("main form")
    organizer.submit(url, {"venue": "Hotel B"})
    mine: dict[str, Any] = before | {"venue": ["Hotel C"]}
    organizer.post(url, {name: value for name, value in mine.items() if name != "version"}, status=422)
    page = organizer.post(url, mine, status=422)
    assert "Somebody else changed this seminar" in page.text
    assert page.one("[name=venue]").attrs["value"] == "Hotel C"
    assert "Venue Hotel B" in page.text
    organizer.post(url, page.fields("main form"))
    assert organizer.get(url).one("[name=venue]").attrs["value"] == "Hotel C"


def test_settings_leave_out_what_is_fixed_and_a_forged_field_changes_nothing(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    seminar = make.seminar(office=office)
    url = f"/staff/seminars/{seminar.slug}/settings"
    page = organizer.get(url)
    assert page.select("[name=slug]") == []
    forged: dict[str, Any] = page.fields("main form") | {"slug": "stolen", "office_id": "1", "state": "completed", "title_en": "New title"}
    organizer.post(url, forged)
    found = session.scalars(select(Seminar)).one()
    assert (found.slug, found.title_en, found.state) == (seminar.slug, "New title", SeminarState.PUBLISHED)
    done = make.seminar(office=office, state=SeminarState.COMPLETED)
    assert organizer.get(f"/staff/seminars/{done.slug}/settings").select("[name=starts_on]") == []
    gone = make.seminar(office=office, state=SeminarState.CANCELLED)
    assert organizer.get(f"/staff/seminars/{gone.slug}/settings").select("main form.form") == []


@pytest.mark.both_engines
def test_sessions_are_refused_edited_deleted_and_put_back(organizer: CheckingClient, make: Make, office: Office, session: Session) -> None:
    seminar = make.seminar(office=office)
    first = make.seminar_session(seminar, title_en="Opening")
    base = f"/staff/seminars/{seminar.slug}/sessions/"
    for values, sentence in (
        ({"day": "2026-06-03", "starts": "10:00", "ends": "11:00"}, "This overlaps with «Opening», which is from 9:00 to 12:00."),
        ({"day": "2026-07-03", "starts": "10:00", "ends": "11:00"}, "outside the seminar's days (June 3, 2026 to June 5, 2026)"),
        ({"day": "2026-06-04", "starts": "10:00", "ends": "09:00"}, "ends before it begins"),
        ({"day": "2026-06-04", "starts": "10:00", "ends": "11:00", "contact_minutes": "90"}, "the 60 minutes that the session lasts"),
        ({"day": "2026-06-04", "starts": "25:00", "ends": "11:00"}, "This is not a time we can read."),
        ({"day": "2026-06-04", "starts": "10:00", "ends": "11:00", "speakers-1": "x" * 300}, "A name or an affiliation is too long"),
    ):
        assert sentence in organizer.submit(f"{base}new", {"title_es": "Otra"} | values, status=422).text
    another = organizer.submit(f"{base}new", {"title_es": "Otra", "another": "1", "ends": "14:00"})
    assert another.response.headers["Location"] == f"{base}new"
    assert organizer.follow(another).fields("main form.form")["starts"] == ["14:00"]
    night = {"title_es": "Guardia", "day": "2026-06-04", "starts": "22:00", "ends": "01:30"}
    assert "22:00 – 1:30" in organizer.follow(organizer.submit(f"{base}new", night)).text
    guard = session.scalars(select(SeminarSession).where(SeminarSession.title_es == "Guardia")).one()
    assert guard.contact_minutes == 210
    organizer.submit(f"{base}{guard.public_id}", {"ends": "00:30"})
    session.rollback()
    guard = session.get_one(SeminarSession, guard.id, populate_existing=True)
    assert guard.contact_minutes == 150, "the minutes of a whole session follow its hours"
    with unit_of_work(session) as work:
        for added in work.scalars(select(SeminarSession).where(SeminarSession.id != first.id)):
            work.delete(added)
    organizer.submit(f"{base}{first.public_id}", {"room": "Salon B", "counts_for_completion": None})
    page = organizer.get(base)
    assert "Salon B" in page.text
    assert "180, not counted" in page.text
    after = organizer.follow(organizer.submit(base, form="form[action$=delete]"))
    assert "«Opening» is deleted" in after.text
    back = organizer.follow(organizer.submit(base, form=".notice-undo form"))
    assert "The session is back." in back.text
    row = session.scalars(select(SeminarSession)).one()
    assert (row.public_id, row.room, row.starts_at) == (first.public_id, "Salon B", first.starts_at)
    pool = session.scalars(select(SeatPool)).one()
    make.mark(make.registration(seminar, pool=pool), row)
    assert "cannot be deleted" in organizer.follow(organizer.submit(base, form="form[action$=delete]")).text


def test_cancelling_says_how_many_are_told_and_cannot_be_taken_back(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    seminar = make.seminar(office=office)
    make.registration(seminar, pool=session.scalars(select(SeatPool)).one())
    make.registration(seminar, state=RegistrationState.WAITLISTED, queue_place=1)
    for state in (RegistrationState.NOMINATED, RegistrationState.INVITED, RegistrationState.PENDING, RegistrationState.DECLINED):
        make.registration(seminar, state=state)
    make.registration(seminar, make.person("Beto", email=None, phone="+529981234567"), pool=session.scalars(select(SeatPool)).one())
    make.registration(seminar, make.person("Carla", email=None), state=RegistrationState.WITHDRAWN)
    url = f"/staff/seminars/{seminar.slug}/cancel"
    asked = organizer.get(url)
    assert "5 people are told by mail at once" in asked.text
    assert "1 person has no e-mail address and has to be told by phone" in asked.text
    listed = organizer.get(asked.one("main a[href*='mail=none']").attrs["href"])
    assert [row.to_text() for row in listed.select("tbody tr:not(.group-row) th")] == ["López Ibáñez, Beto"]
    assert "998 123 4567" in listed.text
    assert "Please say why" in organizer.submit(url, {"reason": " "}, status=422).text
    page = organizer.follow(organizer.submit(url, {"reason": "Hurricane"}))
    sent = session.execute(select(Message.kind, Message.context)).all()
    assert [(kind, facts["reason"]) for kind, facts in sent] == [("seminar_cancelled", "Hurricane")] * 5, "as many as were promised"
    assert "5 people are being told by mail" in page.text
    assert page.select("main a[href*='mail=none']")
    assert ["The seminar begins" in page.text, "Registration closes" in page.text] == [False, False], "it has no future dates any more"
    assert "Hurricane" in page.text
    assert "Hurricane" in organizer.get(f"/seminars/{seminar.slug}").text
    assert page.select(".notice-undo") == []


def test_reopening_a_completed_seminar_says_what_it_does_and_asks_why(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    seminar = make.seminar(office=office, state=SeminarState.COMPLETED)
    base = f"/staff/seminars/{seminar.slug}/"
    link = organizer.get(base).one("main a[href$='/resume']").attrs["href"]
    page = organizer.get(link)
    for sentence in ("until you complete it anew", "Certificates that were issued stay as they are."):
        assert sentence in page.text
    assert "Please say why the seminar is reopened." in organizer.submit(link, {"reason": " "}, status=422).text
    organizer.submit(link, {"reason": "x" * 301}, status=422)
    assert session.scalars(select(Seminar.state)).all() == [SeminarState.COMPLETED]
    done = organizer.follow(organizer.submit(link, {"reason": "The sheet of the second day came in late."}))
    assert "The seminar is open again for corrections." in done.text
    session.rollback()
    assert session.execute(select(Seminar.state, Seminar.state_reason)).all() == [(SeminarState.CLOSED, None)]
    row = session.scalars(select(AuditRow).where(AuditRow.action == "seminar.resumed")).one()
    assert row.details == {"before": "completed", "after": "closed", "reason": "The sheet of the second day came in late."}
    again = organizer.follow(organizer.get(link, status=303))
    assert "in another state" in again.text


def test_coordinators_are_assigned_and_withdrawn_in_the_settings(organizer: CheckingClient, make: Make, office: Office) -> None:
    seminar, foreign = make.seminar(office=office), make.seminar()
    anna = make.account((RoleName.COORDINATOR, {}), name="Ana Coordinadora")
    url = f"/staff/seminars/{seminar.slug}/settings"
    assigned = organizer.follow(organizer.submit(url, {"account": str(anna.public_id)}, form="form[action$=coordinators]"))
    assert "Ana Coordinadora can run the door now." in assigned.text
    withdrawn = organizer.follow(organizer.submit(url, form="form[action$=withdraw]"))
    assert "Ana Coordinadora no longer runs the door." in withdrawn.text
    token = organizer.get(url).one("form.form [name=csrf_token]").attrs["value"]
    for slug, account in ((foreign.slug, anna.public_id), (seminar.slug, seminar.public_id), (seminar.slug, "x")):
        for path in ("coordinators", "coordinators/withdraw"):
            organizer.post(f"/staff/seminars/{slug}/settings/{path}", {"account": str(account), "csrf_token": token}, status=404)


def test_a_published_seminar_with_people_does_not_become_a_draft_again(organizer: CheckingClient, make: Make, office: Office) -> None:
    seminar = make.seminar(office=office)
    make.registration(seminar)
    token = organizer.get("/staff/seminars/new").one("main [name=csrf_token]").attrs["value"]
    answer = organizer.post(f"/staff/seminars/{seminar.slug}/unpublish", {"csrf_token": token})
    assert "People have already registered" in organizer.follow(answer).text


def test_a_copy_and_the_archive(organizer: CheckingClient, make: Make, office: Office, at: Callable[[datetime], None]) -> None:
    at(datetime(2026, 7, 1, tzinfo=UTC))
    seminar = make.seminar(office=office, slug="cancun-2026")
    make.seminar_session(seminar)
    base = f"/staff/seminars/{seminar.slug}"
    done = organizer.follow(organizer.submit(f"{base}/", form="form[action$=complete]"))
    assert "The seminar is completed." in done.text
    archived = organizer.follow(organizer.submit(f"{base}/", form="form[action$='/archive']"))
    assert "The seminar is archived." in archived.text
    assert "cancun-2026" not in organizer.get("/staff/seminars/").response.get_data(as_text=True)
    assert "Please write the first day." in organizer.submit(f"{base}/copy", {"starts_on": ""}, status=422).text
    copied = organizer.submit(f"{base}/copy", {"starts_on": "2027-06-02"})
    assert copied.response.headers["Location"] == "/staff/seminars/cancun-2027/"
    assert "June 2–4, 2027" in organizer.follow(copied).text


def test_a_copy_asks_who_gets_the_seats_of_agencies_that_have_ended(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    old, gone = make.agency("OLD", valid_to=date(2026, 12, 31)), make.agency("GONE", valid_to=date(2026, 12, 31))
    heirs = [make.agency(code) for code in ("ONE", "TWO", "ONLY")]
    with unit_of_work(session):
        for before, after in ((old, heirs[0]), (old, heirs[1]), (gone, heirs[2])):
            session.add(AgencySuccession(from_agency_id=before.id, to_agency_id=after.id, happened_on=date(2027, 1, 1)))
    seminar = make.seminar(office=office, slug="cancun-2026")
    make.pool(seminar, old, 8)
    make.pool(seminar, gone, 5)
    url = f"/staff/seminars/{seminar.slug}/copy"
    first = organizer.submit(url, {"starts_on": "2027-06-02", "slug": "otra"})
    second = first.response.headers["Location"]
    assert second == f"{url}?starts_on=2027-06-02&address=otra"
    page = organizer.get(second)
    fields = page.fields("main form")
    assert (fields["starts_on"], fields["slug"]) == (["2027-06-02"], ["otra"])
    assert "OLD: 8 seats" in page.text
    seats = {name: value for name, (value, *_) in fields.items() if name.startswith("seats-")}
    assert seats == {
        "seats-GONE-to-ONLY": "5",
        "seats-GONE-to-GONE": "",
        "seats-OLD-to-ONE": "",
        "seats-OLD-to-TWO": "",
        "seats-OLD-to-OLD": "",
    }
    wrong = organizer.submit(second, {"seats-OLD-to-ONE": "3", "seats-OLD-to-TWO": "4", "seats-GONE-to-ONLY": "5"}, status=422)
    assert "The quota of OLD has 8 seats; what you wrote adds up to 7. Please correct one of the numbers." in wrong.text
    assert wrong.fields("main form")["seats-OLD-to-TWO"] == ["4"]
    assert wrong.one("#seats-OLD-to-ONE").attrs["aria-invalid"] == "true"
    organizer.submit(second, {"seats-OLD-to-ONE": "8", "seats-GONE-to-ONLY": "five"}, status=422)
    made = organizer.submit(second, {"seats-OLD-to-ONE": "3", "seats-OLD-to-OLD": "5"})
    assert made.response.headers["Location"] == "/staff/seminars/otra/"
    sizes = session.execute(
        select(Agency.code, SeatPool.size)
        .join(Agency, Agency.id == SeatPool.agency_id)
        .join(Seminar, Seminar.id == SeatPool.seminar_id)
        .where(Seminar.slug == "otra")
        .order_by(Agency.code)
    )
    assert [tuple(row) for row in sizes] == [("OLD", 5), ("ONE", 3), ("ONLY", 5)]
    kept = organizer.get("/staff/seminars/otra/seats").fields("main form")
    assert {"OLD", "ONE", "ONLY"} <= {value for name, values in kept.items() if name.endswith("agency") for value in values}
    organizer.get(f"{url}?starts_on=9999-12-31")


def test_a_quota_that_nobody_can_hold_is_named_before_and_after_publishing(
    organizer: CheckingClient, make: Make, office: Office, session: Session, at: Callable[[datetime], None]
) -> None:
    at(NOW)
    gone = make.agency("GONE", valid_to=date(2025, 12, 31))
    seminar = make.seminar(office=office, state=SeminarState.DRAFT)
    make.seminar_session(seminar)
    make.pool(seminar, gone, 5)
    url = f"/staff/seminars/{seminar.slug}"
    sentence = "5 seats are kept for GONE, and nobody can hold them: on June 3, 2026 no agency exists that is GONE or succeeded it."
    page = organizer.get(f"{url}/")
    assert sentence in page.one(".checklist").to_text()
    assert not page.select("form[action$='/publish']")
    token = page.one("main [name=csrf_token]").attrs["value"]
    answer = organizer.follow(organizer.post(f"{url}/publish", {"csrf_token": token}))
    assert "nobody could hold the seats of GONE" in answer.text
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.PUBLISHED
    assert sentence in organizer.get(f"{url}/").text


def test_people_who_wait_beside_free_seats_are_named_before_registration_opens_too(
    organizer: CheckingClient, make: Make, office: Office, at: Callable[[datetime], None]
) -> None:
    at(NOW)
    seminar = make.seminar(office=office, seats=0, registration_opens_at=datetime(2026, 5, 1, tzinfo=UTC))
    make.pool(seminar, make.agency("KEPT"), 5)
    make.registration(seminar, state=RegistrationState.WAITLISTED, queue_place=1)
    page = organizer.get(f"/staff/seminars/{seminar.slug}/")
    assert "1 person waits although there are free seats" in page.text


def test_what_was_closed_completed_or_archived_is_taken_back(
    organizer: CheckingClient, make: Make, office: Office, session: Session, at: Callable[[datetime], None]
) -> None:
    seminar = make.seminar(office=office)
    make.seminar_session(seminar)
    base = f"/staff/seminars/{seminar.slug}/"
    days = {"close": NOW, "complete": datetime(2026, 7, 1, tzinfo=UTC), "archive": datetime(2026, 7, 1, tzinfo=UTC)}
    there = {"close": SeminarState.CLOSED, "complete": SeminarState.COMPLETED, "archive": SeminarState.ARCHIVED}
    back = {"close": SeminarState.PUBLISHED, "complete": SeminarState.CLOSED, "archive": SeminarState.COMPLETED}
    for change, day in days.items():
        at(day)
        if change == "archive":
            organizer.submit(base, form="form[action$='/complete']")
        for form, page, state in (
            (f"form[action$='/{change}']", base, there[change]),
            (".notice-undo form", f"{base}?done={change}", back[change]),
        ):
            if change == "complete" and state is back[change]:
                link = organizer.get(page).one(".notice-undo a").attrs["href"]
                organizer.submit(link, {"reason": "A sheet came in late."})
            else:
                organizer.submit(page, form=form)
            session.rollback()
            assert session.scalars(select(Seminar.state)).all() == [state], (change, form)


def test_a_change_that_does_not_follow_is_a_sentence(organizer: CheckingClient, make: Make, office: Office) -> None:
    seminar = make.seminar(office=office, state=SeminarState.DRAFT)
    token = organizer.get("/staff/seminars/new").one("main [name=csrf_token]").attrs["value"]
    for change, sentence in (("close", "in another state"), ("publish", "cannot be published yet")):
        answer = organizer.post(f"/staff/seminars/{seminar.slug}/{change}", {"csrf_token": token})
        assert sentence in organizer.follow(answer).text


def test_the_overview_says_how_full_what_is_next_and_what_is_wrong(
    organizer: CheckingClient, make: Make, office: Office, at: Callable[[datetime], None], statements: StatementCount
) -> None:
    at(datetime(2026, 5, 25, tzinfo=UTC))
    seminar, agency = make.seminar(office=office, seats=5), make.agency("PGR")
    pool = make.pool(seminar, agency, 2, release_on=date(2026, 5, 28))
    make.registration(seminar, pool=pool, agency=agency)
    url = f"/staff/seminars/{seminar.slug}/"
    page = organizer.get(url)
    for words in ("PGR 1 of 2", "Open to all 0 of 5", "May 28, 2026 Unused seats", "June 3, 2026 The seminar begins", "Nobody is assigned"):
        assert words in page.text, words
    statements.statements.clear()
    organizer.get(url)
    few = len(statements)
    for _ in range(5):
        make.registration(seminar, agency=agency)
        make.pool(seminar, make.agency(), 3)
    statements.statements.clear()
    organizer.get(url)
    assert len(statements) == few


def test_who_awaits_approval_needs_nobody_once_the_seminar_is_completed(organizer: CheckingClient, make: Make, office: Office) -> None:
    for state, waits in ((SeminarState.CLOSED, True), (SeminarState.COMPLETED, False), (SeminarState.ARCHIVED, False)):
        seminar = make.seminar(office=office, state=state)
        make.registration(seminar, state=RegistrationState.PENDING)
        assert ("waits for your approval" in organizer.get(f"/staff/seminars/{seminar.slug}/").text) is waits


def send(client: CheckingClient, url: str, values: dict[str, Any], language: str) -> int:
    """Send a form that no browser sends: lone surrogates as their bytes."""
    body = urlencode(values, doseq=True, errors="surrogatepass")
    headers = {"Accept-Language": language}
    return client.flask.post(url, data=body, content_type="application/x-www-form-urlencoded", headers=headers).status_code


@pytest.mark.full  # `tests/fuzz` tries such values at every form
@pytest.mark.parametrize("language", ["es", "en"])
def test_whatever_is_typed_gets_a_sentence_or_is_kept(organizer: CheckingClient, make: Make, office: Office, language: str) -> None:
    seminar = make.seminar(office=office)
    make.seminar_session(seminar)
    settings = f"/staff/seminars/{seminar.slug}/settings"
    for url in ("/staff/seminars/new", settings, f"/staff/seminars/{seminar.slug}/sessions/new"):
        fields: dict[str, Any] = dict(organizer.get(url).fields("main form.form"))
        for evil in HOSTILE:
            sent = {name: evil for name in fields if name != "csrf_token"} | {"csrf_token": fields["csrf_token"]}
            status = send(organizer, url, sent, language)
            assert status in (400, 422), (url, evil[:20], status)
    fields = dict(organizer.get(settings).fields("main form.form"))
    for name in (
        "title_es",
        "venue",
        "objectives_en",
        "starts_on",
        "version",
        "hosts-0",
        "threshold_percent",
        "country",
        "registration_opens",
    ):
        for evil in HOSTILE:
            assert send(organizer, settings, fields | {name: evil}, language) in (303, 400, 422), (name, evil[:20])


@pytest.mark.parametrize("mode", list(RegistrationMode))
def test_every_mode_is_offered_with_what_it_means_and_kept(
    client: CheckingClient, make: Make, session: Session, sign_in: SignIn, mode: RegistrationMode
) -> None:
    office = make.office()
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id}), language="en"))
    new = client.get("/staff/seminars/new")
    assert [each.attrs["value"] for each in new.select("input[name=registration_mode]")] == list(RegistrationMode)
    for hint in ("The form stands on", "takes nobody without it", "You invite people by name", "Liaisons send the names"):
        assert hint in new.text
    seminar = make.seminar(office=office)
    settings = f"/staff/seminars/{seminar.slug}/settings"
    client.submit(settings, {"registration_mode": mode.value, "registration_code": "TRATA"}, form="main .form-wide")
    session.rollback()
    assert session.get_one(Seminar, seminar.id).registration_mode is mode
    assert client.get(settings).one("input[name=registration_mode][checked]").attrs["value"] == mode.value


def test_the_day_of_the_freeze_and_who_decides_about_substitutes_are_settings(
    client: CheckingClient, make: Make, session: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office = make.office()
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id}), language="en"))
    seminar = make.seminar(office=office)
    settings = f"/staff/seminars/{seminar.slug}/settings"
    late = client.submit(settings, {"list_freezes_on": "2026-06-06"}, form="main .form-wide", status=422)
    assert "until June 5, 2026, the last day of the seminar" in late.text
    client.submit(settings, {"list_freezes_on": "2026-05-28", "substitutes_by": "organizer"}, form="main .form-wide")
    session.rollback()
    kept = session.get_one(Seminar, seminar.id)
    assert (kept.list_freezes_on, kept.substitutes_by) == (date(2026, 5, 28), SubstitutesBy.ORGANIZER)
    overview = client.get(f"/staff/seminars/{seminar.slug}/")
    assert "The list is frozen: it changes only with your approval" in overview.text
    client.submit(f"/staff/seminars/{seminar.slug}/copy", {"starts_on": "2026-07-03", "slug": "otra"})
    session.rollback()
    copy = session.scalars(select(Seminar).where(Seminar.slug == "otra")).one()
    assert (copy.list_freezes_on, copy.substitutes_by) == (date(2026, 6, 27), SubstitutesBy.ORGANIZER)
    client.submit(settings, {"list_freezes_on": ""}, form="main .form-wide")
    session.rollback()
    assert session.get_one(Seminar, seminar.id).list_freezes_on is None
