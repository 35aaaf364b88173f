"""The page on which all sessions of a seminar are written at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession, Speaker
from seminar_app.seminars.rules import SeminarState, local_of
from tests.conftest import StatementCount
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
DAYS = ("2026-06-03", "2026-06-04", "2026-06-05")


@pytest.fixture
def office(make: Make) -> Office:
    return make.office(name_en="HSI Cancún", country="MX")


@pytest.fixture
def organizer(client: CheckingClient, make: Make, office: Office, sign_in: SignIn) -> CheckingClient:
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id})))


@pytest.fixture
def draft(make: Make, office: Office) -> Seminar:
    return make.seminar(office=office, slug="draft", title_en=None, state=SeminarState.DRAFT)


def url(seminar: Seminar) -> str:
    return f"/staff/seminars/{seminar.slug}/sessions/program"


def lines(page: Page, *names: str) -> list[tuple[str, ...]]:
    """Return these values of each line of the page."""
    fields = page.fields("main form")
    numbers = dict.fromkeys(int(name.split("-")[1]) for name in fields if name.startswith("lines-"))
    return [tuple(fields.get(f"lines-{number}-{name}", [""])[0] for name in names) for number in numbers]


def stored(session: Session) -> list[tuple[str | None, date, time, time, int]]:
    session.rollback()
    rows = session.scalars(select(SeminarSession).order_by(SeminarSession.starts_at)).all()
    spans = [(row, local_of(row.starts_at, "America/Cancun"), local_of(row.ends_at, "America/Cancun")) for row in rows]
    return [(row.title_es, starts.date(), starts.time(), ends.time(), row.contact_minutes) for row, starts, ends in spans]


MORNING, AFTERNOON = ("09:00", "13:00"), ("14:30", "18:00")


def test_a_new_seminar_is_proposed_its_days_and_lines_without_a_title_are_not_made(
    organizer: CheckingClient, draft: Seminar, session: Session
) -> None:
    page = organizer.get(url(draft))
    assert lines(page, "day", "starts", "ends") == [(day, *hours) for day in DAYS for hours in (MORNING, AFTERNOON)]
    assert page.select("[name=lines-0-title_en]") == [], "it has no title in English"
    typed = {
        "lines-0-title_es": "Indicios",
        "lines-0-speakers-0": "Ana Núñez, HSI",
        "lines-0-speakers-1": "Luis",
        "lines-3-title_es": "Taller",
    }
    saved = organizer.submit(url(draft), typed | {"lines-3-contact_minutes": "165", "do": "save"})
    assert saved.response.headers["Location"] == "/staff/seminars/draft/seats", "a draft gets its seats next"
    day = date(2026, 6, 3)
    assert stored(session) == [
        ("Indicios", day, time(9), time(13), 240),
        ("Taller", day.replace(day=4), time(14, 30), time(18), 165),
    ]
    assert session.execute(select(Speaker.name, Speaker.affiliation).order_by(Speaker.position)).all() == [
        ("Ana Núñez", "HSI"),
        ("Luis", None),
    ]
    again = organizer.get(url(draft))
    assert lines(again, "day", "title_es", "contact_minutes") == [
        (DAYS[0], "Indicios", ""),
        (DAYS[1], "Taller", "165"),
        (DAYS[2], "", ""),
        (DAYS[2], "", ""),
    ], "days that have a session are proposed none"
    kept = organizer.submit(url(draft), {"do": "stay"})
    assert kept.response.headers["Location"] == url(draft)
    assert len(session.scalars(select(AuditRow).where(AuditRow.action.like("session.%"))).all()) == 2, "what is unchanged is not saved"


def test_the_hours_of_the_last_seminar_of_the_office_are_proposed(
    organizer: CheckingClient, draft: Seminar, make: Make, office: Office
) -> None:
    last = make.seminar(office=office, starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 12))
    for day in range(2):
        make.seminar_session(last, day=day, hour=8, minutes=240)
        make.seminar_session(last, day=day, hour=14, minutes=150)
    make.seminar_session(last, day=2, hour=10)
    foreign = make.seminar(starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 1))
    make.seminar_session(foreign, hour=20)
    assert lines(organizer.get(url(draft)), "starts", "ends")[:2] == [("08:00", "12:00"), ("14:00", "16:30")]


@pytest.mark.both_engines
def test_sessions_are_edited_added_and_deleted_at_once_and_may_exchange_their_times(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    seminar = make.seminar(office=office)
    first = make.seminar_session(seminar, title_es="Uno", room="Salón A", minutes=120)
    make.seminar_session(seminar, title_es="Dos", hour=11, minutes=120)
    make.seminar_session(seminar, title_es="Tres", hour=14, minutes=60)
    for day in (1, 2):
        make.seminar_session(seminar, day=day)
    page = organizer.get(url(seminar))
    assert lines(page, "title_es")[:3] == [("Uno",), ("Dos",), ("Tres",)]
    typed = {"lines-0-starts": "11:00", "lines-0-ends": "13:00", "lines-1-starts": "09:00", "lines-1-ends": "11:00", "lines-2-delete": "y"}
    spare = {"lines-5-day": DAYS[2], "lines-5-starts": "15:00", "lines-5-ends": "16:00", "lines-5-title_en": "Closing"}
    done = organizer.submit(url(seminar), typed | spare | {"do": "save"})
    assert done.response.headers["Location"] == f"/staff/seminars/{seminar.slug}/sessions/"
    titles = [(title, starts) for title, _day, starts, _ends, _minutes in stored(session)]
    assert titles[:2] == [("Dos", time(9)), ("Uno", time(11))]
    assert titles[-1] == (None, time(15))
    assert "Tres" not in dict(titles)
    assert session.get_one(SeminarSession, first.id, populate_existing=True).room == "Salón A", "what the page does not show stays"


def test_what_is_wrong_stands_at_its_cell_and_nothing_is_saved(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    seminar = make.seminar(office=office)
    held = make.seminar_session(seminar, title_es="Uno", title_en="One")
    make.mark(make.registration(seminar, pool=session.scalars(select(SeatPool)).one()), held)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"lines-1-title_es": "Otra", "lines-1-ends": "08:00"}, "lines-1-ends", "ends before it begins"),
        ({"lines-1-title_es": "Otra", "lines-1-starts": ""}, "lines-1-starts", "Please write when it begins."),
        ({"lines-1-title_es": "Otra", "lines-1-starts": "25:00"}, "lines-1-starts", "This is not a time we can read."),
        (
            {"lines-1-title_es": "Otra", "lines-1-contact_minutes": "999"},
            "lines-1-contact_minutes",
            "the 240 minutes that the session lasts",
        ),
        ({"lines-1-title_es": "Otra", "lines-1-day": DAYS[0], "lines-1-starts": "10:00"}, "lines-1-starts", "This overlaps with «One»"),
        ({"lines-1-speakers-0": "Ana"}, "lines-1-title_en", "Please give the session a title"),
        ({"lines-0-title_es": "", "lines-0-title_en": ""}, "lines-0-title_en", "Please give the session a title"),
        ({"lines-1-title_es": "Otra", "lines-1-speakers-1": "x" * 201}, "lines-1-speakers-1", "A name or an affiliation is too long"),
        ({"lines-0-delete": "y"}, "lines-0-title_en", "cannot be deleted"),
        ({"lines-1-title_es": "Otra", "lines-1-day": "2026-07-01"}, "lines-1-day", "Please choose one of the options."),
    ]
    for typed, field, sentence in cases:
        page = organizer.submit(url(seminar), typed | {"lines-2-title_es": "Buena", "do": "save"}, status=422)
        assert sentence in page.one(f"#{field}-error").to_text(), sentence
        assert page.fields("main form")["lines-2-title_es"] == ["Buena"]
    both = {"lines-1-title_es": "A", "lines-1-ends": "08:00", "lines-2-title_es": "B", "lines-2-ends": "08:00", "do": "save"}
    assert len(organizer.submit(url(seminar), both, status=422).select(".error-summary a")) == 2, "all that is wrong is said at once"
    assert len(stored(session)) == 1


@pytest.mark.both_engines
def test_a_session_that_somebody_else_changed_or_deleted_is_shown_and_kept_as_typed(
    organizer: CheckingClient, make: Make, office: Office, session: Session
) -> None:
    seminar = make.seminar(office=office)
    one, two = make.seminar_session(seminar, title_en="One"), make.seminar_session(seminar, title_en="Two", day=1)
    mine: dict[str, Any] = organizer.get(url(seminar)).fields("main form") | {"do": "save", "lines-0-title_en": "Mine"}
    with unit_of_work(session) as work:
        work.get_one(SeminarSession, one.id).title_en = "Theirs"
        work.delete(work.get_one(SeminarSession, two.id))
    page = organizer.post(url(seminar), mine, status=422)
    assert "it is now «Theirs» on June 3, 2026, from 9:00 to 12:00" in page.text
    assert "Somebody else has deleted this session" in page.text
    assert page.fields("main form")["lines-0-title_en"] == ["Mine"]
    organizer.post(url(seminar), page.fields("main form") | {"do": "save"})
    session.rollback()
    rows = session.execute(select(SeminarSession.title_en, SeminarSession.public_id).order_by(SeminarSession.starts_at)).all()
    assert [title for title, _public_id in rows] == ["Mine", "Two"]
    assert [public_id == before.public_id for (_title, public_id), before in zip(rows, (one, two), strict=True)] == [True, False]


def test_a_line_as_it_is_stored_by_now_is_no_stale_edit(organizer: CheckingClient, make: Make, office: Office, session: Session) -> None:
    seminar = make.seminar(office=office)
    one = make.seminar_session(seminar, title_en="One")
    mine: dict[str, Any] = organizer.get(url(seminar)).fields("main form") | {"do": "save", "lines-0-title_en": "Same"}
    with unit_of_work(session) as work:
        work.get_one(SeminarSession, one.id).title_en = "Same"
    organizer.post(url(seminar), mine)


def test_a_day_is_added_and_repeated_without_losing_what_was_typed(organizer: CheckingClient, draft: Seminar, session: Session) -> None:
    typed = {"lines-0-title_es": "Uno", "lines-0-starts": "25:00", "lines-1-title_es": "Dos", "lines-1-speakers-0": "Ana, HSI"}
    again = organizer.submit(url(draft), typed | {"do": "copy", "copy_from": DAYS[0], "copy_to": DAYS[2]}, status=200)
    assert lines(again, "day", "starts", "title_es") == [
        (DAYS[0], "25:00", "Uno"),
        (DAYS[0], "14:30", "Dos"),
        (DAYS[1], "09:00", ""),
        (DAYS[1], "14:30", ""),
        (DAYS[2], "25:00", "Uno"),
        (DAYS[2], "14:30", "Dos"),
    ], "and what was only proposed on that day is gone"
    assert again.fields("main form")["lines-5-speakers-0"] == ["Ana, HSI"]
    more = organizer.post(url(draft), again.fields("main form") | {"do": "day"}, status=200)
    assert lines(more, "day", "starts")[6:] == [(DAYS[2], ""), (DAYS[2], "")], "every day has lines already"
    without: dict[str, Any] = {
        name: value for name, value in again.fields("main form").items() if not name.startswith(("lines-2", "lines-3"))
    }
    second = organizer.post(url(draft), without | {"do": "day"}, status=200)
    assert lines(second, "day", "starts", "ends")[4:] == [(DAYS[1], *MORNING), (DAYS[1], *AFTERNOON)]
    assert stored(session) == []
    strange = {"do": "copy", "copy_from": "x", "copy_to": "2026-07-01"}
    organizer.post(url(draft), without | strange, status=200)


def test_titles_that_are_pasted_fill_the_lines_from_where_they_are_pasted(organizer: CheckingClient, draft: Seminar) -> None:
    pasted = {"pasted": "Dos\tAna, HSI; Luis\r\nTres\n\nCuatro", "paste_at": "1", "do": "paste"}
    page = organizer.submit(url(draft), {"lines-0-title_es": "Uno"} | pasted, status=200)
    assert lines(page, "day", "starts", "title_es", "speakers-0", "speakers-1")[:5] == [
        (DAYS[0], "09:00", "Uno", "", ""),
        (DAYS[0], "14:30", "Dos", "Ana, HSI", "Luis"),
        (DAYS[1], "09:00", "Tres", "", ""),
        (DAYS[1], "14:30", "Cuatro", "", ""),
        (DAYS[2], "09:00", "", "", ""),
    ]
    assert page.one("#pasted").to_text() == ""


def test_a_program_that_is_pasted_with_its_hours_takes_the_place_of_what_was_proposed(
    organizer: CheckingClient, draft: Seminar, session: Session
) -> None:
    text = "Día\tHora\tTema\n4 de junio\t10:00 – 12:00\tDos\n\t8:00 – 9:30\tUno\n5/6\t14:00\t15:00\t45\tTres\tAna, HSI"
    page = organizer.submit(url(draft), {"pasted": text, "do": "paste"}, status=200)
    assert lines(page, "day", "starts", "ends", "contact_minutes", "title_es") == [
        (DAYS[0], *MORNING, "", ""),
        (DAYS[0], *AFTERNOON, "", ""),
        (DAYS[1], "08:00", "09:30", "", "Uno"),
        (DAYS[1], "10:00", "12:00", "", "Dos"),
        (DAYS[2], "14:00", "15:00", "45", "Tres"),
    ]
    organizer.post(url(draft), page.fields("main form") | {"do": "save"})
    assert [(title, minutes) for title, *_times, minutes in stored(session)] == [("Uno", 90), ("Dos", 120), ("Tres", 45)]


def test_speakers_of_earlier_seminars_are_offered_by_their_office_only(
    organizer: CheckingClient, draft: Seminar, make: Make, office: Office, session: Session
) -> None:
    ours, theirs = make.seminar_session(make.seminar(office=office)), make.seminar_session(make.seminar())
    with unit_of_work(session) as work:
        for row, name in ((ours, "Ana Villarreal"), (theirs, "Nobody of ours")):
            work.add(Speaker(public_id=uuid.uuid4(), session_id=row.id, position=0, name=name, affiliation="OPDAT"))
    for page in (organizer.get(url(draft)), organizer.get(f"/staff/seminars/{draft.slug}/sessions/new")):
        assert [each.attrs["value"] for each in page.select("#speakers-known option")] == ["Ana Villarreal, OPDAT"]


def test_a_long_program_takes_as_many_statements_and_a_flood_of_lines_is_refused(
    organizer: CheckingClient, make: Make, office: Office, statements: StatementCount
) -> None:
    seminar = make.seminar(office=office)
    make.seminar_session(seminar)
    statements.statements.clear()
    organizer.get(url(seminar))
    few = len(statements)
    for hour in range(13, 19):
        make.seminar_session(seminar, hour=hour, minutes=60)
    statements.statements.clear()
    page = organizer.get(url(seminar))
    assert len(statements) == few
    flood: dict[str, Any] = page.fields("main form") | {f"lines-{number}-title_es": "x" for number in range(900)}
    organizer.post(url(seminar), flood, status=413)


def test_a_seminar_that_is_over_has_its_program_on_the_page_of_sessions(organizer: CheckingClient, make: Make, office: Office) -> None:
    over = make.seminar(office=office, state=SeminarState.COMPLETED)
    assert organizer.get(url(over), status=303).response.headers["Location"] == f"/staff/seminars/{over.slug}/sessions/"
