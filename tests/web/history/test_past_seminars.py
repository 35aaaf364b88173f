"""An organizer enters a past seminar, brings its list, says what its people did, and reads its numbers."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core.actor import RoleName
from seminar_app.history.models import AnnouncedNumber, Headcount
from seminar_app.messages.models import Message
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.support.nominating import cells
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
PAST = {
    "title_es": "Trata de personas",
    "city": "Mérida",
    "country": "MX",
    "time_zone": "America/Merida",
    "starts_on": "2012-05-07",
    "ends_on": "2012-05-09",
    "hours": "22,5",
}
S = "/staff/seminars/merida-2012"


@pytest.fixture
def organizer(client: CheckingClient, make: Make, sign_in: SignIn) -> CheckingClient:
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": make.office().id}), language="en"))


def enter(organizer: CheckingClient, **values: str) -> Page:
    return organizer.submit("/staff/past-seminars/new", PAST | values)


def state(session: Session) -> SeminarState:
    session.rollback()
    return session.scalars(select(Seminar.state)).one()


def test_a_list_becomes_the_roster_of_a_past_seminar(organizer: CheckingClient, make: Make, session: Session) -> None:
    make.agency("PGR")
    refused = organizer.submit("/staff/past-seminars/new", PAST | {"hours": "90", "known": "names"}, status=422)
    assert "at most 14 hours each day" in refused.text
    assert enter(organizer, known="names").response.headers["Location"] == f"{S}/past"
    assert "Go on with the past seminar" in organizer.get(f"{S}/").text
    pasted = {"agency": "PGR", "pasted": cells(("Rosa", "Ortega", "Luna", "rosa@pgr.example", "Fiscal"))}
    made = organizer.submit(f"{S}/nominations/", pasted | {"submission_id": uuid.uuid4().hex})
    found = str(made.response.headers["Location"])
    organizer.submit(f"{found}/columns")
    assert "1 seat" in organizer.get(found).text
    organizer.submit(found, form="form[action$='/import']")
    page = organizer.get(f"{S}/past")
    assert "Pasted cells" in page.text
    assert "Please choose what this list says" in organizer.submit(f"{S}/past", status=422).text
    organizer.submit(f"{S}/past", {"outcomes-0": "completed"})
    assert state(session) is SeminarState.COMPLETED
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    numbers = organizer.get(f"{S}/reconciliation").select(".reconciliation-number td")
    assert [each.to_text() for each in numbers] == ["1", "1", "1", "1"]
    assert "Its outcomes stand" in organizer.get(f"{S}/past").text


def test_headcounts_are_recorded_changed_and_removed(organizer: CheckingClient, make: Make, session: Session) -> None:
    make.agency("PGR")
    location = enter(organizer, known="numbers").response.headers["Location"]
    assert location == f"{S}/headcounts/new"
    wrong = {"agency": "PGR", "women-registered": "3", "women-attended": "4", "men-registered": "two"}
    page = organizer.submit(location, wrong, status=422)
    assert "Please write a whole number" in page.text
    assert "4 attended, but only 3 were registered" in organizer.submit(location, wrong | {"men-registered": "2"}, status=422).text
    counted: dict[str, Any] = {
        "agency": "PGR",
        "women-registered": "3",
        "women-attended": "3",
        "women-completed": "2",
        "source": "Report, p. 3",
    }
    organizer.submit(location, counted)
    assert "PGR already has a headcount" in organizer.submit(location, counted, status=422).text
    listed = organizer.get(f"{S}/headcounts")
    assert "Report, p. 3" in listed.text
    change = str(listed.one(".row-actions a").attrs["href"])
    stale = organizer.get(change).fields("main .form")
    organizer.submit(change, {"women-registered": "5"}, form="main .form")
    session.rollback()
    assert session.execute(select(Headcount.registered, Headcount.completed, Headcount.minutes)).one() == (5, 2, 2 * 1_350)
    assert "Somebody else has changed this" in organizer.post(change, stale, status=422).text
    assert "5 · 3 · 2" in organizer.get(f"{S}/reconciliation").text
    organizer.submit(change, form=".remove-headcount")
    assert "No headcounts yet" in organizer.get(f"{S}/headcounts").text


def test_an_announced_number_stands_beside_what_the_records_say(organizer: CheckingClient, make: Make, session: Session) -> None:
    enter(organizer, known="numbers")
    form = organizer.get(f"{S}/reconciliation/announced").fields("main form")
    organizer.submit(f"{S}/reconciliation/announced", {"number": "90", "more_than": "y", "source": "Press release"})
    assert (
        "Somebody else has changed this"
        in organizer.post(f"{S}/reconciliation/announced", form | {"number": "80", "source": "Another"}, status=422).text
    )
    session.rollback()
    assert session.scalars(select(AnnouncedNumber.number)).all() == [90]
    text = organizer.get(f"{S}/reconciliation").text
    assert "More than 90 announced · 0 attended by the records" in text
    assert "Press release" in text
