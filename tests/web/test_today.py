"""The page «Today»: what each role finds there, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.today.rules import MOST_DEADLINES, MOST_SEMINARS, MOST_WAITING
from seminar_app.web.checks import Check, Finding, State
from seminar_app.web.disk import LEAST_FREE, DiskSpace
from seminar_app.web.job_runs import BACKUP, note_run
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What is read is tried on both databases in `tests/integration/test_today.py`."""

TODAY = NOW.date()
Begin = Callable[..., CheckingClient]


@pytest.fixture
def begin(app: Flask, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Sign in an account with these roles, on the day of the tests."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def signed_in(*grants: tuple[RoleName, dict[str, int]]) -> CheckingClient:
        account: UserAccount = make.account(*grants)
        return sign_in(CheckingClient(app.test_client()), account)

    return signed_in


@pytest.fixture
def office(make: Make) -> Office:
    return make.office()


@pytest.fixture
def health(app: Flask) -> Iterator[Callable[[State], None]]:
    """Replace all checks by one."""
    registered = app.extensions["checks"]

    def only(state: State) -> None:
        check = Check("backup", "Backup", lambda _session, _now: Finding(state, "Look at it."), 1)
        app.extensions["checks"] = {"backup": check}

    yield only
    app.extensions["checks"] = registered


def soon(make: Make, office: Office | None, days: int, length: int = 1, **values: Any) -> Seminar:
    """Return a seminar that begins so many days from today."""
    first = TODAY + timedelta(days=days)
    return make.seminar(office=office, starts_on=first, ends_on=first + timedelta(days=length - 1), **values)


def said(page: Page, section: str) -> str:
    """Return the words of a section, with one space between them."""
    return " ".join(page.one(f"section[aria-labelledby={section}]").to_text().split())


def sections(page: Page) -> list[str]:
    return [str(each.attrs["id"]) for each in page.select("main h2")]


def test_an_organizer_finds_what_waits_then_seminars_then_deadlines(begin: Begin, make: Make, office: Office) -> None:
    running, other = soon(make, office, -1, 3), soon(make, None, 2, title_en="Of another office")
    coming = soon(make, office, 5, list_freezes_on=TODAY + timedelta(days=2))
    pool = make.pool(running, agency := make.agency("INM"), 4)
    session = make.seminar_session(running, day=1, title_en="Casework")
    make.registration(running, agency=agency, pool=pool)
    for seminar in (coming, other):
        make.registration(seminar, agency=agency, state=RegistrationState.PENDING)
    page = begin((RoleName.ORGANIZER, {"office_id": office.id})).get("/staff/")
    assert sections(page) == ["waiting", "seminars", "deadlines"]
    waits = said(page, "waiting")
    assert f"{coming.title_en} Begins in 5 days · Cancún 1 person waits for your approval. Look at them" in waits
    assert [each.attrs["href"] for each in page.select(".waits a")] == [
        f"/staff/seminars/{running.slug}/settings#coordinators",
        f"/staff/seminars/{coming.slug}/roster/?state=pending",
        f"/staff/seminars/{coming.slug}/settings#coordinators",
    ]
    cards = said(page, "seminars")
    assert "Day 2 of 3" in cards
    assert "INM 1 of 4" in cards
    assert page.one(f"a[href='/staff/seminars/{running.slug}/attendance/{session.public_id}']").to_text() == "Take attendance"
    first = " ".join(page.select(".deadlines li")[0].to_text().split())
    assert first == f"in 2 days March 4, 2026 The list is frozen: it changes only with your approval {coming.title_en}"
    assert "Of another office" not in page.text


def test_nothing_that_waits_is_one_calm_sentence(begin: Begin, make: Make, office: Office) -> None:
    page = begin((RoleName.ORGANIZER, {"office_id": office.id})).get("/staff/")
    assert said(page, "waiting") == "What waits for you Nothing waits for you just now."
    assert page.select(".waits") == []
    assert "No seminar in the next eight weeks" in said(page, "seminars")
    assert sections(page) == ["waiting", "seminars"]


def test_long_lists_are_cut_with_a_way_to_all(begin: Begin, make: Make, office: Office) -> None:
    number = 12
    for days in range(number):
        seminar = soon(make, office, 15 + days)
        make.registration(seminar, state=RegistrationState.PENDING)
    client = begin((RoleName.ORGANIZER, {"office_id": office.id}))
    page = client.get("/staff/")
    shown = (len(page.select(".wait-group")), len(page.select(".today-seminar")), len(page.select("#deadlines ~ .deadlines li")))
    assert shown == (MOST_WAITING, MOST_SEMINARS, MOST_DEADLINES)
    everything = page.one("#waiting ~ p a")
    assert everything.to_text() == f"Show all {number} seminars in which something waits"
    assert len(client.get(str(everything.attrs["href"])).select(".wait-group")) == number
    dates = page.one("#deadlines ~ p a")
    assert len(client.get(str(dates.attrs["href"])).select(".deadlines li")) > MOST_DEADLINES


def test_forty_seminars_take_as_many_statements_as_two(begin: Begin, make: Make, office: Office, statements: StatementCount) -> None:
    agency = make.agency()
    grants = ((RoleName.ORGANIZER, {"office_id": office.id}), (RoleName.LIAISON, {"agency_id": agency.id}))

    def fill(numbers: range) -> None:
        for number in numbers:
            seminar = soon(make, office, number % 20 - 5, 2)
            make.seminar_session(seminar)
            make.registration(seminar, agency=agency, pool=make.pool(seminar, agency, 2))
            make.registration(seminar, agency=agency, state=RegistrationState.PENDING)

    fill(range(2))
    client = begin(*grants)
    client.get("/staff/")
    statements.statements.clear()
    client.get("/staff/")
    few = len(statements)
    fill(range(2, 40))
    statements.statements.clear()
    client.get("/staff/")
    assert len(statements) == few


def test_a_coordinator_finds_todays_sessions_with_a_button_each_and_no_other_seminar(begin: Begin, make: Make, office: Office) -> None:
    mine, other = soon(make, office, -1, 3), soon(make, office, 0, 1, title_en="Not hers")
    missed, now = make.seminar_session(mine, title_en="Missed"), make.seminar_session(mine, day=1, title_en="Casework", room="Room B")
    make.seminar_session(mine, day=2, title_en="Closing")
    make.seminar_session(other)
    pool = make.pool(mine, agency := make.agency(), 3)
    make.registration(mine, agency=agency, pool=pool)
    make.registration(mine, agency=agency, state=RegistrationState.WAITLISTED, queue_place=1, seat_asked_at=NOW)
    page = begin((RoleName.COORDINATOR, {"seminar_id": mine.id})).get("/staff/")
    assert sections(page) == ["door", "later"]
    address = f"/staff/seminars/{mine.slug}/attendance/"
    assert [each.attrs["href"] for each in page.select(".door-sessions a")] == [f"{address}{now.public_id}"]
    assert "9:00–12:00 Casework" in said(page, "door")
    assert [each.attrs["href"] for each in page.select(".waits a")] == [address, f"{address}{missed.public_id}"]
    assert "Closing" in said(page, "later")
    assert "Not hers" not in page.text


def test_a_liaison_finds_what_her_agency_must_do_by_when(begin: Begin, make: Make, office: Office) -> None:
    agency, stranger = make.agency("PGR"), make.agency("INM")
    seminar = soon(make, office, 20, list_freezes_on=TODAY + timedelta(days=9))
    make.pool(seminar, agency, 3, release_on=TODAY + timedelta(days=2))
    others = soon(make, office, 8, title_en="Not for her agency")
    make.pool(others, stranger, 5)
    make.registration(others, agency=stranger, state=RegistrationState.PENDING)
    page = begin((RoleName.LIAISON, {"agency_id": agency.id})).get("/staff/")
    assert sections(page) == ["agency", "own-seminars"]
    to_do = said(page, "agency")
    assert "3 seats have no name yet. They are released in 2 days, on March 4, 2026. Name people" in to_do
    assert "The list is frozen in 9 days, on March 11, 2026" in to_do
    assert {each.attrs["href"] for each in page.select(".waits a")} == {f"/staff/seminars/{seminar.slug}/agency"}
    assert "Not for her agency" not in page.text
    assert "waits for your approval" not in page.text


def test_an_auditor_finds_the_access_log_and_their_pages_and_no_seminar(begin: Begin, make: Make, office: Office) -> None:
    soon(make, office, 3, title_en="Secret")
    page = begin((RoleName.AUDITOR, {})).get("/staff/")
    assert sections(page) == ["oversight"]
    assert "No account has looked at personal data yet." in said(page, "oversight")
    assert "/staff/audit-log/" in {each.attrs["href"] for each in page.select("main a")}
    assert "Secret" not in page.text


def test_an_administrator_finds_how_the_installation_runs(
    begin: Begin, make: Make, session: Session, health: Callable[[State], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    health(State.WRONG)
    soon(make, None, 3, title_en="Of any office")
    monkeypatch.setattr("seminar_app.today.installation.disk_space", lambda: DiskSpace(LEAST_FREE // 2, 50 * LEAST_FREE))
    with unit_of_work(session) as work:
        note_run(work, BACKUP, now=NOW - timedelta(days=3))
    admin = begin((RoleName.ADMIN, {}))
    page = admin.get("/staff/")
    assert sections(page) == ["waiting", "seminars", "deadlines", "installation"]
    assert "Backup: Look at it. Open the installation" in said(page, "waiting")
    assert "Of any office" in page.text
    runs = said(page, "installation")
    assert "1 thing needs you." in runs
    assert "No message waits or failed." in runs
    assert "0.5 GB of 50 GB free" in runs
    assert "Made 3 days ago, which is too old." in runs
    health(State.DONE)
    with unit_of_work(session) as work:
        note_run(work, BACKUP, now=NOW - timedelta(hours=14))
    runs = said(admin.get("/staff/"), "installation")
    assert "Everything is in order." in runs
    assert "Made 14 hours ago." in runs


def test_parts_of_several_roles_stand_below_each_other_each_once(begin: Begin, make: Make, office: Office) -> None:
    seminar = soon(make, office, 3, state=SeminarState.CLOSED)
    page = begin(
        (RoleName.ORGANIZER, {"office_id": office.id}),
        (RoleName.ORGANIZER, {"office_id": make.office().id}),
        (RoleName.COORDINATOR, {"seminar_id": seminar.id}),
        (RoleName.LIAISON, {"agency_id": make.agency().id}),
        (RoleName.AUDITOR, {}),
    ).get("/staff/")
    assert sections(page) == ["waiting", "seminars", "deadlines", "door", "agency", "own-seminars", "oversight"]


def test_an_account_without_a_role_is_told_whom_to_ask(begin: Begin) -> None:
    assert "Your account has no role yet" in begin().get("/staff/").text
