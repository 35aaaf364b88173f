"""One person recorded twice at the same moment: nothing is lost and nothing doubled, and without the lock it would be.

Each broken twin takes the lock of the registrations out.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.attendance import services
from seminar_app.attendance.errors import AttendanceIsShut
from seminar_app.attendance.models import Mark, Observation, Participation
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.attendance.services import Entry, NewObservation, Seen, participations, sheet
from seminar_app.attendance.services.participations import lock_registrations
from seminar_app.attendance.services.rebuilding import rebuild
from seminar_app.core import unit_of_work
from seminar_app.core.inserts import insert_rows
from seminar_app.registration.models import Registration
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import change_state, states
from seminar_app.seminars.services.making import trail
from tests.support.context import context
from tests.support.factories import Make
from tests.support.marks import wrong_marks
from tests.support.two_transactions import Ended, Point, Work, both_at_once

ANA, BETO = "account:" + "a" * 32, "account:" + "b" * 32
TWINS = pytest.mark.parametrize("locked", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"])


@dataclass
class Door:
    """A seminar with two sessions and two people, and what is recorded of them. The first transaction is held before it writes."""

    app: Flask
    session: Session
    monkeypatch: pytest.MonkeyPatch
    seminar_id: int
    session_ids: list[uuid.UUID]
    people: list[uuid.UUID]
    now: datetime

    def at_once(self, first: Work, second: Work, *, locked: bool) -> Ended:
        point = Point()
        self.monkeypatch.setattr(sheet, "insert_rows", point.before(insert_rows))
        if not locked:
            self.monkeypatch.setattr(sheet, "_LOCK", _without_lock())
            self.monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
        return both_at_once(self.app, point, first, second)

    def says(self, status: MarkStatus, by: str, *, place: int = 0, seen: Seen | None = None, later: int = 0) -> Work:
        entries = [Entry(self.people[0], status, seen=seen)]
        where: dict[str, Any] = {"seminar_id": self.seminar_id, "session_id": self.session_ids[place]}
        change = context(self.now + timedelta(seconds=later), by)
        return lambda session: services.record(session, change, entries=entries, **where)

    def sends(self, observations: Sequence[NewObservation]) -> Work:
        where: dict[str, Any] = {"seminar_id": self.seminar_id, "session_id": self.session_ids[0]}
        return lambda session: services.observe(session, context(self.now), observations=observations, **where)

    def completes(self, session: Session) -> object:
        after = context(self.now + timedelta(days=9))
        return change_state(session, after, seminar_id=self.seminar_id, change=Change.COMPLETE).state

    def frozen(self) -> list[tuple[int, bool]]:
        rows = self.session.execute(
            select(Participation.minutes_credited, Participation.frozen_at.is_not(None)).order_by(Participation.registration_id)
        ).all()
        self.session.rollback()
        return [(row[0], row[1]) for row in rows]

    def wrong_outcomes(self) -> list[int]:
        found = list(rebuild(self.session, self.seminar_id, check=True).participations)
        self.session.rollback()
        return found

    def stored(self) -> int:
        found = self.session.scalar(select(func.count()).select_from(Observation))
        self.session.rollback()
        return found or 0

    def marks(self) -> list[tuple[MarkStatus | None, bool]]:
        rows = self.session.execute(select(Mark.status, Mark.conflict).order_by(Mark.session_id, Mark.registration_id)).all()
        self.session.rollback()
        return [(row.status, row.conflict) for row in rows]


def _without_lock() -> object:
    broken = sheet._LOCK.with_for_update()
    broken._for_update_arg = None
    return broken


@pytest.fixture
def door(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Door:
    seminar = make.seminar()
    seminar_sessions = [make.seminar_session(seminar), make.seminar_session(seminar, hour=13)]
    agency = make.agency("PGR")
    pool = make.pool(seminar, agency, 5)
    names = ("Álvarez", "Zamora")
    people = [make.registration(seminar, make.person(surname1=name), agency=agency, pool=pool).public_id for name in names]
    now = seminar_sessions[1].starts_at
    session_ids = [each.public_id for each in seminar_sessions]
    session.close()
    return Door(app, session, monkeypatch, seminar.id, session_ids, people, now)


@TWINS
def test_two_coordinators_who_mark_one_person_at_once_are_a_conflict(door: Door, *, locked: bool) -> None:
    nothing = Seen(None)
    ended = door.at_once(
        door.says(MarkStatus.PRESENT, ANA, seen=nothing), door.says(MarkStatus.ABSENT, BETO, seen=nothing, later=1), locked=locked
    )
    assert door.stored() == 2
    assert ended.waited is locked
    if locked:
        assert (door.marks(), wrong_marks(door.session)) == ([(MarkStatus.ABSENT, True)], [])
        assert ended.late[0].overtaken == ANA
    else:
        assert wrong_marks(door.session), "the first to read wrote a mark without the other's observation"


@TWINS
def test_who_marks_without_a_page_follows_whoever_was_first(door: Door, *, locked: bool) -> None:
    door.at_once(door.says(MarkStatus.PRESENT, ANA), door.says(MarkStatus.ABSENT, BETO, later=1), locked=locked)
    follows = door.session.scalars(select(Observation.follows).order_by(Observation.observed_at)).all()
    assert (follows[1] is not None) is locked
    assert (wrong_marks(door.session) == []) is locked


@TWINS
def test_what_is_observed_of_one_person_in_two_sessions_is_written_one_after_the_other(door: Door, *, locked: bool) -> None:
    ended = door.at_once(door.says(MarkStatus.PRESENT, ANA), door.says(MarkStatus.LATE, BETO, place=1), locked=locked)
    assert ended.waited is locked
    assert door.marks() == [(MarkStatus.PRESENT, False), (MarkStatus.LATE, False)]
    assert wrong_marks(door.session) == []
    assert (not door.wrong_outcomes()) is locked, "each counted its own session only"


@TWINS
def test_a_mark_at_the_moment_of_completion_is_in_the_outcome_or_refused(door: Door, *, locked: bool) -> None:
    """The mark is first: the completion waits for it, and freezes an outcome that has it."""
    if not locked:
        door.monkeypatch.setattr(participations, "lock_registrations", partial(lock_registrations, lock=False))
        door.monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
    point = Point()
    door.monkeypatch.setattr(sheet, "insert_rows", point.before(insert_rows))
    ended = both_at_once(door.app, point, door.says(MarkStatus.PRESENT, ANA), door.completes)
    assert not isinstance(ended.early, Exception)
    assert (door.frozen() == [(180, True), (0, True)]) is locked, ended


@TWINS
def test_a_mark_that_waits_for_the_completion_is_refused(door: Door, *, locked: bool) -> None:
    if not locked:
        door.monkeypatch.setattr(sheet, "_LOCK", _without_lock())
    point = Point()
    door.monkeypatch.setattr(states, "trail", point.before(trail))
    ended = both_at_once(door.app, point, door.completes, door.says(MarkStatus.PRESENT, ANA))
    assert isinstance(ended.late, AttendanceIsShut) is locked, ended
    assert (door.stored() == 0) is locked
    assert door.frozen() == [(0, True), (0, True)]


@TWINS
def test_of_one_message_sent_twice_at_once_each_observation_is_stored_once_and_both_are_answered(door: Door, *, locked: bool) -> None:
    came = [
        NewObservation(id=uuid.uuid4(), registration=person, kind=ObservationKind.IN, observed_at=door.now, method=MarkMethod.SCAN)
        for person in door.people
    ]
    left = [
        NewObservation(
            id=uuid.uuid4(),
            registration=one.registration,
            kind=ObservationKind.OUT,
            observed_at=door.now,
            method=one.method,
            follows=one.id,
        )
        for one in came
    ]
    message = [*came, *left]
    ended = door.at_once(door.sends(message), door.sends(message[::-1]), locked=locked)
    assert door.stored() == len(message)
    assert wrong_marks(door.session) == []
    assert [outcome.stored for outcome in ended.late] == [not locked] * 4
    if locked:
        assert [outcome.stored for outcome in ended.early] == [True] * 4
        assert [outcome.after for outcome in ended.late] == [outcome.after for outcome in reversed(ended.early)]
    else:
        assert isinstance(ended.early, IntegrityError)


@TWINS
def test_two_who_mark_all_at_once_mark_everybody_once(door: Door, *, locked: bool) -> None:
    def mark_all(session: Session) -> object:
        change = context(door.now)
        where: dict[str, Any] = {"seminar_id": door.seminar_id, "session_id": door.session_ids[0]}
        return services.mark_all(session, change, status=MarkStatus.PRESENT, **where)

    ended = door.at_once(mark_all, mark_all, locked=locked)
    assert len(ended.early) == len(door.people)
    assert len(ended.late) == (0 if locked else len(door.people))
    assert door.stored() == (1 if locked else 2) * len(door.people)


@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "broken"])
@pytest.mark.postgresql_only
def test_a_person_who_loses_the_seat_while_being_marked_is_marked_first(door: Door, *, locked: bool) -> None:
    """The lock is on the row that says who holds a seat."""
    registration_id = door.session.scalars(select(Registration.id).where(Registration.public_id == door.people[0])).one()
    door.session.close()

    def lose(session: Session) -> object:
        return session.get_one(Registration, registration_id, with_for_update=True).id

    assert door.at_once(door.says(MarkStatus.PRESENT, ANA), lose, locked=locked).waited is locked
