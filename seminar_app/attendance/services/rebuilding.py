"""Make marks and outcomes again from what was observed, or only compare: they must be equal at any time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Participation
from seminar_app.attendance.rules import ParticipationFacts
from seminar_app.attendance.services.observed import Kept, chunks, read_observed, without_sessions, write_marks
from seminar_app.attendance.services.participations import VALUES, begin_participations, facts_of, lock_registrations, write_participations
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

MADE = ("last", "status", "minutes", "time_in", "time_out", "still_in", "conflict")
"""Columns of a mark that the rule decides."""


class Rebuilt(Struct, frozen=True):
    """What was compared in one seminar, and what was not as it should be: marks, and outcomes that are not frozen.

    Attributes:
        registrations: number of them.
        marks: (registration id, session id) of marks that were missing, too many or different.
        participations: registration ids of outcomes that were missing or different.
    """

    registrations: int
    marks: Collection[tuple[int, int]]
    participations: Collection[int]


def seminars_with_people(session: Session) -> list[tuple[int, uuid.UUID, str]]:
    """Return (id, public id, slug) of the seminars that have registrations."""
    with_people = select(Registration.seminar_id).where(Registration.seminar_id == Seminar.id).exists()
    rows = session.execute(select(Seminar.id, Seminar.public_id, Seminar.slug).where(with_people).order_by(Seminar.id))
    return [(row.id, row.public_id, row.slug) for row in rows]


def rebuild(session: Session, seminar_id: int, *, check: bool = False) -> Rebuilt:
    """Compare the marks and outcomes of a seminar with its observations, and write those that differ. Frozen outcomes stay.

    Args:
        check: only compare.
    """
    states = lock_registrations(session, seminar_id, lock=not check)
    wrong_marks: list[tuple[int, int]] = []
    wrong: list[int] = []
    for some in chunks(states):
        facts, kept = read_observed(session, seminar_id, some)
        facts = facts or without_sessions(session, seminar_id)
        made = {(person, place): each for person, places in kept.items() for place, each in places.items()}
        different = set(_different_marks(session, some, made))
        wrong_marks += sorted(different)
        outcomes = {each: facts_of(facts, states[each], kept[each]) for each in some}
        off = _different_outcomes(session, some, outcomes)
        wrong += sorted(off)
        if not check:
            write_marks(session, {of: each.made for of, each in made.items() if of in different})
            _delete_marks(session, different - made.keys())
            added = _add_missing(session, seminar_id, some)
            _take_over_agencies(session, off)
            write_participations(session, {each: outcomes[each] for each in off})
            _freeze_added(session, seminar_id, added)
    return Rebuilt(len(states), wrong_marks, wrong)


def _different_marks(session: Session, registration_ids: Collection[int], made: dict[tuple[int, int], Kept]) -> Iterator[tuple[int, int]]:
    rows = session.execute(select(Mark.__table__).where(Mark.registration_id.in_(registration_ids)))
    there = {(row.registration_id, row.session_id): tuple(getattr(row, name) for name in MADE) for row in rows}
    wanted = {of: tuple(getattr(each.made, name) for name in MADE) for of, each in made.items()}
    yield from (of for of in there.keys() | wanted.keys() if there.get(of) != wanted.get(of))


def _different_outcomes(session: Session, registration_ids: Collection[int], wanted: dict[int, ParticipationFacts]) -> set[int]:
    rows: Any = session.execute(
        select(Participation.__table__, Participation.agency_version_id.is_distinct_from(Registration.agency_version_id).label("elsewhere"))
        .join(Registration, Registration.id == Participation.registration_id)
        .where(Participation.registration_id.in_(registration_ids), Participation.current)
    )
    there = {row.registration_id: row for row in rows}
    return {each for each in registration_ids if each not in there or _differs(there[each], wanted[each])}


def _differs(row: Any, wanted: ParticipationFacts) -> bool:
    if row.frozen_at is not None:
        return False
    return row.elsewhere or any(getattr(row, name) != getattr(wanted, name) for name in VALUES)


def _delete_marks(session: Session, which: Collection[tuple[int, int]]) -> None:
    for registration_id, session_id in which:
        session.execute(delete(Mark).where(Mark.registration_id == registration_id, Mark.session_id == session_id))


def _take_over_agencies(session: Session, registration_ids: Collection[int]) -> None:
    if not registration_ids:
        return
    of_registration = select(Registration.agency_version_id).where(Registration.id == Participation.registration_id).scalar_subquery()
    those = Participation.registration_id.in_(registration_ids), Participation.current, Participation.frozen_at.is_(None)
    session.execute(
        update(Participation).where(*those).values(agency_version_id=of_registration).execution_options(synchronize_session=False)
    )


def _add_missing(session: Session, seminar_id: int, registration_ids: Collection[int]) -> list[int]:
    there = set(
        session.scalars(
            select(Participation.registration_id).where(Participation.registration_id.in_(registration_ids), Participation.current)
        )
    )
    seminar = session.get_one(Seminar, seminar_id)
    missing = [each for each in registration_ids if each not in there]
    begin_participations(session, seminar, missing)
    return missing


def _freeze_added(session: Session, seminar_id: int, registration_ids: Collection[int]) -> None:
    """Freeze what was added to a completed seminar, as of its last change."""
    seminar = session.get_one(Seminar, seminar_id)
    if registration_ids and seminar.outcome_state is SeminarState.COMPLETED:
        added = Participation.registration_id.in_(registration_ids), Participation.current
        frozen = update(Participation).where(*added).values(frozen_at=seminar.changed_at or seminar.created_at)
        session.execute(frozen.execution_options(synchronize_session=False))
