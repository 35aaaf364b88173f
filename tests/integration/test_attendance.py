"""Marks on real databases: what is stored, what is refused, and how many statements it takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.attendance import history, queries, services
from seminar_app.attendance.errors import AttendanceIsShut, MinutesOutOfRange, NotOnTheSheet, ObservationDiffers, TooEarly
from seminar_app.attendance.models import Observation
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.attendance.services import Entry, NewObservation, Outcome, Seen
from seminar_app.attendance.services.rebuilding import rebuild, seminars_with_people
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import ExcusedRule, SeminarState
from tests.conftest import StatementCount
from tests.support.context import context
from tests.support.factories import Make

P, L, E, X, A = MarkStatus
ANA, BETO = "account:" + "a" * 32, "account:" + "b" * 32


@dataclass
class Sheet:
    """A seminar with two sessions and two agency groups; services are called on its first session."""

    session: Session
    now: datetime
    seminar: Seminar
    seminar_sessions: list[SeminarSession]
    agencies: list[Agency]
    people: list[Registration]

    def call(self, service: str, **values: Any) -> Any:
        change = context(values.pop("now", self.now), values.pop("actor", ANA))
        values = {"seminar_id": self.seminar.id, "session_id": self.seminar_sessions[0].public_id} | values
        with unit_of_work(self.session) as session:
            return getattr(services, service)(session, change, **values)

    def mark(self, person: int, status: MarkStatus, **values: Any) -> Any:
        return self.call("mark", registration=self.people[person].public_id, status=status, **values)

    def marks(self) -> dict[int, tuple[MarkStatus, int]]:
        """Return each mark and the minutes it is worth."""
        found = queries.marks_of_session(self.session, self.seminar_sessions[0].id).marks
        places = {person.id: number for number, person in enumerate(self.people)}
        self.session.rollback()
        return {places[key]: (mark.status, mark.worth(180, ExcusedRule.NOT_COUNTED)) for key, mark in found.items()}

    def observed(self) -> list[tuple[str, str]]:
        """Return the kind and the recorder of all that was observed, in order of arrival."""
        rows = self.session.execute(select(Observation.kind, Observation.recorded_by).order_by(Observation.id)).all()
        self.session.rollback()
        return [(row.kind.value, row.recorded_by) for row in rows]

    def observe(self, *observations: NewObservation, now: datetime | None = None) -> list[Outcome]:
        found: list[Outcome] = self.call("observe", observations=observations, now=now or self.now)
        return found

    def trail(self) -> list[tuple[str, str, dict[str, Any]]]:
        rows = self.session.execute(select(AuditRow.action, AuditRow.subject, AuditRow.details).order_by(AuditRow.sequence))
        found = [tuple(row) for row in rows]
        self.session.rollback()
        return found


@pytest.fixture(autouse=True)
def marks_and_outcomes_are_what_the_observations_make(session: Session) -> Iterator[None]:
    """At the end of each test of attendance all equals what is made of the observations again."""
    yield
    session.rollback()
    for seminar_id, _public_id, slug in seminars_with_people(session):
        found = rebuild(session, seminar_id, check=True)
        assert (slug, list(found.marks), list(found.participations)) == (slug, [], [])
    session.rollback()


@pytest.fixture
def sheet(session: Session, make: Make) -> Sheet:
    seminar = make.seminar(seats=50)
    seminar_sessions = [make.seminar_session(seminar), make.seminar_session(seminar, day=1)]
    pgr, pgj = make.agency("PGR"), make.agency("PGJ")
    cancun = make.agency("PGJ-ROO", parent=pgj)
    pool = make.pool(seminar, pgr, 20)
    people = [
        make.registration(seminar, make.person(surname1=name), agency=agency, pool=pool)
        for name, agency in (("Álvarez", pgr), ("Zamora", pgr), ("Núñez", cancun), ("Ortiz", pgj))
    ]
    return Sheet(session, seminar_sessions[0].starts_at + timedelta(hours=4), seminar, seminar_sessions, [pgr, pgj, cancun], people)


def test_a_mark_is_taken_and_says_who_took_it(sheet: Sheet) -> None:
    outcome = sheet.mark(0, L)
    assert (outcome.before, outcome.after.status, outcome.after.minutes) == (None, L, None)
    assert sheet.marks() == {0: (L, 165)}
    assert sheet.observed() == [("late", ANA)]
    assert sheet.trail() == [
        (
            "attendance.marked",
            f"registration:{sheet.people[0].public_id.hex}",
            {"session": sheet.seminar_sessions[0].public_id.hex, "from": None, "to": "late", "minutes": None},
        )
    ]


def test_the_same_mark_again_changes_nothing_and_leaves_no_trace(sheet: Sheet) -> None:
    sheet.mark(0, L, minutes=100)
    assert not sheet.mark(0, L, actor=BETO).changed
    assert not sheet.mark(0, L, minutes=100, actor=BETO).changed
    assert (sheet.marks(), sheet.observed(), len(sheet.trail())) == ({0: (L, 100)}, [("late", ANA)], 1)


def test_every_change_keeps_its_past_and_so_does_clearing(sheet: Sheet) -> None:
    sheet.mark(0, A)
    sheet.mark(0, L, minutes=0, actor=BETO)
    sheet.mark(0, P)
    outcome = sheet.call("clear", registration=sheet.people[0].public_id, actor=BETO)
    assert (outcome.before.status, outcome.after) == (P, None)
    assert not sheet.call("clear", registration=sheet.people[0].public_id).changed
    assert sheet.marks() == {}
    assert sheet.observed() == [("absent", ANA), ("late", BETO), ("present", ANA), ("cleared", BETO)]
    assert [action for action, _subject, _details in sheet.trail()] == ["attendance.marked"] * 3 + ["attendance.cleared"]


def test_of_two_coordinators_the_last_wins_is_told_whose_mark_it_was_and_the_mark_stays_a_conflict(sheet: Sheet) -> None:
    person = sheet.people[0].public_id
    (first,) = sheet.call("record", entries=[Entry(person, P, seen=Seen(None))])
    later = sheet.now + timedelta(minutes=1)
    (second,) = sheet.call("record", entries=[Entry(person, A, seen=Seen(None))], actor=BETO, now=later)
    assert (first.after.conflict, second.after.conflict) == (False, True)
    assert (second.overtaken, sheet.marks()) == (ANA, {0: (A, 0)})
    (third,) = sheet.call("record", entries=[Entry(person, P, seen=Seen(second.after.last))], now=later)
    assert (third.overtaken, third.after.conflict) == (None, True)
    assert sheet.observed() == [("present", ANA), ("absent", BETO), ("present", ANA)]


def test_two_coordinators_who_say_the_same_are_no_conflict(sheet: Sheet) -> None:
    person = sheet.people[0].public_id
    for number in range(2):
        seen = NewObservation(
            id=uuid.uuid4(), registration=person, kind=ObservationKind.PRESENT, observed_at=sheet.now + timedelta(minutes=number)
        )
        (outcome,) = sheet.observe(seen, now=sheet.now + timedelta(minutes=5))
        assert (outcome.after.status, outcome.after.conflict) == (P, False)  # type: ignore[union-attr]


def seen(sheet: Sheet, kind: str, minute: int, **values: Any) -> NewObservation:
    """Return what a device saw of the first person, minutes after the sheet's time."""
    base: dict[str, Any] = {"id": uuid.uuid4(), "registration": sheet.people[0].public_id, "kind": ObservationKind(kind)}
    return NewObservation(**base | {"observed_at": sheet.now + timedelta(minutes=minute), "method": MarkMethod.SCAN} | values)


def test_an_observation_sent_twice_is_stored_once_and_another_under_its_id_is_refused(sheet: Sheet) -> None:
    one = seen(sheet, "present", -5)
    assert [outcome.stored for outcome in sheet.observe(one, one)] == [True, False]
    assert [outcome.stored for outcome in sheet.observe(one)] == [False]
    for other in (
        replace(one, kind=ObservationKind.ABSENT),
        replace(one, registration=sheet.people[1].public_id),
        replace(one, kind=ObservationKind.LATE, minutes=10),
    ):
        with pytest.raises(ObservationDiffers):
            sheet.observe(other)
    with pytest.raises(ObservationDiffers):
        sheet.call("observe", observations=[one], session_id=sheet.seminar_sessions[1].public_id, now=sheet.now + timedelta(days=2))
    assert sheet.observed() == [("present", ANA)]


def test_one_id_for_two_people_in_one_message_is_refused(sheet: Sheet) -> None:
    one = seen(sheet, "present", -5)
    with pytest.raises(ObservationDiffers):
        sheet.observe(one, replace(one, registration=sheet.people[1].public_id))
    with pytest.raises(ObservationDiffers):
        sheet.call("record", entries=[Entry(person.public_id, P, id=one.id) for person in sheet.people[:2]])
    assert (sheet.marks(), sheet.observed()) == ({}, [])


def test_a_device_that_saw_the_mark_overtakes_nobody_with_a_chain(sheet: Sheet) -> None:
    mark = sheet.mark(0, A)
    came = seen(sheet, "in", 1, follows=mark.last)
    left = seen(sheet, "out", 2, follows=came.id)
    blind = seen(sheet, "in", 3)
    outcomes = sheet.observe(came, left, blind, now=sheet.now + timedelta(minutes=5))
    assert [outcome.overtaken for outcome in outcomes] == [None, None, ANA]


def test_by_another_clock_somebody_leaves_before_they_came(sheet: Sheet) -> None:
    came = seen(sheet, "in", -60)
    (_came, left) = sheet.observe(came, seen(sheet, "out", -70, follows=came.id))
    assert left.after is not None
    assert left.after.time_in == left.after.time_out == came.observed_at


def test_a_device_whose_clock_is_ahead_observed_no_later_than_its_message_came(sheet: Sheet) -> None:
    sheet.observe(seen(sheet, "present", 600))
    assert sheet.session.scalars(select(Observation.observed_at)).one() == sheet.now


def test_nobody_is_present_more_than_an_hour_before_a_session_but_may_be_excused(sheet: Sheet) -> None:
    begins = sheet.seminar_sessions[0].starts_at
    early = begins - timedelta(minutes=60, seconds=1)
    for status in (P, L, E):
        with pytest.raises(TooEarly):
            sheet.mark(0, status, now=early)
    with pytest.raises(TooEarly):
        sheet.call("mark_all", status=P, now=early)
    with pytest.raises(TooEarly):
        sheet.observe(seen(sheet, "in", 0, observed_at=early), now=begins)
    sheet.mark(0, X, now=early)
    sheet.mark(1, A, now=early)
    sheet.mark(2, P, now=begins - timedelta(minutes=60))
    assert sheet.marks() == {0: (X, 0), 1: (A, 0), 2: (P, 180)}


def test_minutes_that_nobody_said_follow_a_corrected_session(sheet: Sheet) -> None:
    sheet.mark(0, L)
    sheet.mark(1, E, minutes=165)
    sheet.mark(2, L, minutes=100)
    marks = queries.marks_of_session(sheet.session, sheet.seminar_sessions[0].id).marks
    worth = {minutes: [mark.worth(minutes, ExcusedRule.NOT_COUNTED) for mark in marks.values()] for minutes in (60, 180, 240)}
    assert worth == {60: [45, 45, 60], 180: [165, 165, 100], 240: [225, 225, 100]}


def test_the_same_entry_sent_again_from_a_page_is_stored_once_and_after_a_lost_answer_follows_itself(sheet: Sheet) -> None:
    person = sheet.people[0].public_id
    first = Entry(person, P, seen=Seen(None))
    for _ in range(2):
        sheet.call("record", entries=[first])
    (second,) = sheet.call("record", entries=[Entry(person, A, seen=Seen(None), after=[first.id, uuid.uuid4()])])
    assert (second.overtaken, second.after.conflict) == (None, False)
    assert sheet.observed() == [("present", ANA), ("absent", ANA)]
    with pytest.raises(ObservationDiffers):
        sheet.call("record", entries=[replace(first, status=L)])


def test_who_is_not_on_the_sheet_is_refused_and_nothing_is_written(sheet: Sheet, make: Make) -> None:
    stranger = make.registration(make.seminar(), pool=None)
    waiting = make.registration(sheet.seminar, state=RegistrationState.WAITLISTED, queue_place=1)
    removed = make.registration(sheet.seminar, state=RegistrationState.REMOVED, removal_reason=RemovalReason.NO_SHOW)
    for registration in (stranger.public_id, waiting.public_id, removed.public_id, uuid.uuid4()):
        with pytest.raises(NotOnTheSheet):
            sheet.call("record", entries=[Entry(sheet.people[0].public_id, P), Entry(registration, P)])
    assert (sheet.marks(), sheet.trail()) == ({}, [])


def test_a_session_of_another_seminar_is_not_found(sheet: Sheet, make: Make) -> None:
    elsewhere = make.seminar_session(make.seminar())
    for session_id in (elsewhere.public_id, uuid.uuid4()):
        with pytest.raises(NotFound):
            sheet.mark(0, P, session_id=session_id)


@pytest.mark.parametrize("minutes", [-1, 181, 10**20])
def test_minutes_beyond_the_session_are_refused(sheet: Sheet, minutes: int) -> None:
    with pytest.raises(MinutesOutOfRange):
        sheet.mark(0, L, minutes=minutes)
    assert sheet.marks() == {}


@pytest.mark.parametrize("state", [SeminarState.DRAFT, SeminarState.COMPLETED, SeminarState.ARCHIVED])
def test_a_draft_a_completed_seminar_and_the_archive_take_no_marks(sheet: Sheet, state: SeminarState) -> None:
    with unit_of_work(sheet.session) as session:
        session.get_one(Seminar, sheet.seminar.id).state = state
    with pytest.raises(AttendanceIsShut):
        sheet.mark(0, P)
    with pytest.raises(AttendanceIsShut):
        sheet.call("mark_all", status=P)


def test_all_of_an_agency_are_present_and_marks_already_taken_stay(sheet: Sheet) -> None:
    sheet.mark(2, A)
    group = {sheet.agencies[1].id, sheet.agencies[2].id}
    assert len(sheet.call("mark_all", status=P, agencies=group)) == 1
    assert sheet.marks() == {2: (A, 0), 3: (P, 180)}
    assert sheet.call("mark_all", status=P, agencies=group) == []
    assert len(sheet.call("mark_all", status=P)) == 2
    assert [details.get("to") for _action, _subject, details in sheet.trail()] == ["absent", "present", {"present": 2}]


def test_the_sheet_is_grouped_and_hides_a_reserved_identity(sheet: Sheet, make: Make) -> None:
    secret = make.person("Clandestina", "Secreta", reserved=True)
    with unit_of_work(sheet.session) as session:
        row = session.get_one(Registration, sheet.people[1].id)
        row.person_id, row.reserved_code = secret.id, "BCDFG"
    groups = queries.people_by_group(sheet.session, sheet.seminar.id)
    assert [(group.agency.code, [person.shown.surname1 for person in group.people]) for group in groups] == [
        ("PGJ", ["Núñez", "Ortiz"]),
        ("PGR", ["Álvarez", groups[1].people[1].name]),
    ]
    assert groups[1].people[1].name == "R-BCDFG"
    assert "ecreta" not in repr(groups)


def test_who_lost_the_seat_after_marks_stays_in_the_export_only(sheet: Sheet) -> None:
    sheet.mark(0, P)
    with unit_of_work(sheet.session) as session:
        row = session.get_one(Registration, sheet.people[0].id)
        row.state, row.seat_pool_id, row.removal_reason = RegistrationState.REMOVED, None, RemovalReason.DOCUMENTS
    now = sum(len(group.people) for group in queries.people_by_group(sheet.session, sheet.seminar.id))
    ever = sum(len(group.people) for group in queries.people_by_group(sheet.session, sheet.seminar.id, former=True))
    assert (now, ever) == (3, 4)


def test_the_past_names_the_people_who_wrote_it(sheet: Sheet, make: Make) -> None:
    ana = make.account(name="Ana Coordinadora")
    audit_name = f"account:{ana.public_id.hex}"
    sheet.mark(0, A, actor=audit_name)
    sheet.mark(0, P, actor="command", now=sheet.now + timedelta(minutes=3))
    past = history.observations_of(sheet.session, sheet.people[0].id)
    assert [(one.kind.value, one.recorded_by) for one in past] == [("present", "command"), ("absent", audit_name)]
    assert history.account_names(sheet.session, {audit_name, "command", None}) == {audit_name: "Ana Coordinadora"}


def test_a_hundred_marks_take_as_many_statements_as_ten(sheet: Sheet, make: Make, statements: StatementCount) -> None:
    pool = make.pool(sheet.seminar, sheet.agencies[1], 200)
    costs = []
    for number in (10, 100):
        more = [make.registration(sheet.seminar, agency=sheet.agencies[0], pool=pool).public_id for _ in range(number)]
        statements.statements.clear()
        sheet.call("record", entries=[Entry(public_id, P) for public_id in more])
        sheet.call("record", entries=[Entry(public_id, A) for public_id in more])
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 16
    assert sheet.session.scalar(select(func.count()).select_from(Observation)) == 220
    sheet.session.rollback()
    statements.statements.clear()
    queries.attendance_of(sheet.session, sheet.seminar, former=True)
    assert len(statements) == 4


def test_of_two_words_about_one_person_the_last_counts(sheet: Sheet) -> None:
    """Our pages send one entry for each person, but `was-<id>` can be written in more than one way."""
    person = sheet.people[0].public_id
    for words in ((P, A), (L, E)):
        outcomes = sheet.call("record", entries=[Entry(person, word) for word in words])
        assert [outcome.after.status for outcome in outcomes] == [words[-1]]
    assert (sheet.marks(), sheet.observed()) == ({0: (E, 165)}, [("absent", ANA), ("left_early", ANA)])
