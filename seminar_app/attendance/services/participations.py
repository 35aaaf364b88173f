"""Keep the outcome of each registration: in the transaction of every mark, and of every edit that touches it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from msgspec.structs import asdict
from sqlalchemy import Boolean, Integer, Table, and_, bindparam, case, false, func, insert, literal, select, true, update
from sqlalchemy.orm import Session

from seminar_app.attendance.models import REACHED, Participation
from seminar_app.attendance.rules import CompletionRule, CountedSession, ParticipationFacts, StoredMark, participation_of
from seminar_app.attendance.services.observed import AllKept, Kept, SeminarFacts, chunks, read_observed, without_sessions, write_marks
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import SeminarState, is_frozen

_table = cast(Table, Participation.__table__)
VALUES = ParticipationFacts.__struct_fields__
"""Columns that the rule decides."""

_OPEN = and_(_table.c.registration_id == bindparam("of_registration"), _table.c.current, _table.c.frozen_at.is_(None))
"""The outcome of a registration while it may still change."""

_WRITE = update(_table).where(_OPEN).values({name: bindparam(f"new_{name}") for name in VALUES})


def facts_of(facts: SeminarFacts, state: RegistrationState, kept: Mapping[int, Kept]) -> ParticipationFacts:
    """Return the outcome that all that was observed of one registration makes."""
    marks = [kept[place].made if place in kept else None for place in facts.sessions]
    return participation_of(
        state,
        [CountedSession(each.contact_minutes, each.counts) for each in facts.sessions.values()],
        [StoredMark(mark.status, mark.minutes) if mark and mark.status else None for mark in marks],
        rule=CompletionRule(facts.threshold_percent, facts.excused_rule),
        seminar=facts.outcome_state,
    )


def write_participations(session: Session, outcomes: Mapping[int, ParticipationFacts]) -> None:
    """Write outcomes by registration id. Frozen ones stay as they are."""
    rows = [
        {"of_registration": registration_id} | {f"new_{name}": value for name, value in asdict(outcome).items()}
        for registration_id, outcome in outcomes.items()
    ]
    if rows:
        session.connection().execute(_WRITE, rows[0] if len(rows) == 1 else rows)


_TO_ATTEND = func.coalesce(func.sum(case((SeminarSession.counts_for_completion, SeminarSession.contact_minutes), else_=0)), 0)
_COUNTED = func.coalesce(func.sum(case((SeminarSession.counts_for_completion, 1), else_=0)), 0)
_TO_COME = (
    select(_TO_ATTEND.label("to_attend"), _COUNTED.label("counted"))
    .where(SeminarSession.seminar_id == bindparam("seminar_id", type_=Integer()))
    .subquery()
)
_BEGIN: dict[str, Any] = {
    "registration_id": Registration.id,
    "version": literal(1),
    "current": true(),
    "seminar_id": Registration.seminar_id,
    "person_id": Registration.person_id,
    "seated": Registration.state == RegistrationState.REGISTERED,
    "agency_version_id": Registration.agency_version_id,
    "minutes_credited": literal(0),
    "contact_minutes": _TO_COME.c.to_attend,
    "percent": case((_TO_COME.c.to_attend > 0, literal(0, _table.c.percent.type))),
    "threshold_percent": bindparam("threshold_percent", type_=Integer()),
    "excused_rule": bindparam("excused_rule", type_=_table.c.excused_rule.type),
    "attended": false(),
    "sessions_attended": literal(0),
    "sessions_counted": _TO_COME.c.counted,
    "completed": and_(
        bindparam("asks_nothing", type_=Boolean()), Registration.state == RegistrationState.REGISTERED, _TO_COME.c.to_attend > 0
    ),
    "superseded": false(),
}
_BEGINNING = insert(_table).from_select(
    list(_BEGIN),
    select(*(value.label(name) for name, value in _BEGIN.items()))
    .select_from(cast(Table, Registration.__table__).join(_TO_COME, true()))
    .where(Registration.id.in_(bindparam("of_registrations", expanding=True))),
)


def begin_participations(session: Session, seminar: Seminar, registration_ids: Sequence[int]) -> None:
    """Add the outcomes of new registrations, of whom nothing was observed, in one statement for any thousand of them.

    Others wait for the seats meanwhile, so the database adds the minutes up; a test holds it equal to the rule.
    """
    values = {
        "seminar_id": seminar.id,
        "threshold_percent": seminar.threshold_percent,
        "excused_rule": seminar.excused_rule,
        "asks_nothing": seminar.outcome_state is not SeminarState.CANCELLED and seminar.threshold_percent == 0,
    }
    for some in chunks(registration_ids):
        session.connection().execute(_BEGINNING, values | {"of_registrations": some})


def _may_complete(seminar: Seminar, registration: Registration) -> bool:
    return registration.state is RegistrationState.REGISTERED and seminar.outcome_state is not SeminarState.CANCELLED


_FOLLOW = (
    update(_table)
    .where(_OPEN)
    .values(agency_version_id=bindparam("new_agency"), completed=and_(bindparam("may_complete", type_=Boolean()), REACHED))
)


def follow_registration(session: Session, seminar: Seminar, registration: Registration) -> None:
    """Keep the outcome true to the state and the agency of a registration that changed.

    A frozen outcome takes over only the agency as of then, as a new version.
    """
    values = {
        "of_registration": registration.id,
        "new_agency": registration.agency_version_id,
        "may_complete": _may_complete(seminar, registration),
    }
    session.execute(_FOLLOW, values)
    if is_frozen(seminar.state):
        _correct_agency(session, registration)


def _correct_agency(session: Session, registration: Registration) -> None:
    other = _table.c.agency_version_id.is_distinct_from(registration.agency_version_id) & _table.c.frozen_at.is_not(None)
    which = session.scalar(select(_table.c.id).where(_table.c.registration_id == registration.id, _table.c.current, other))
    if which is not None:
        session.execute(update(_table).where(_table.c.id == which).values(current=False))
        _copy(session, _table.c.id == which, agency_version_id=registration.agency_version_id)


def lock_registrations(
    session: Session, seminar_id: int, registration_ids: Collection[int] | None = None, *, lock: bool = True
) -> dict[int, RegistrationState]:
    """Return the states of a seminar's registrations, some or all, by id; nobody records attendance of them until the commit."""
    people = select(Registration.id, Registration.state).where(Registration.seminar_id == seminar_id).order_by(Registration.id)
    if registration_ids is not None:
        people = people.where(Registration.id.in_(registration_ids))
    return {row.id: row.state for row in session.execute(people.with_for_update(key_share=True) if lock else people)}


def refresh(session: Session, seminar_id: int, registration_ids: Collection[int] | None = None, *, marks: bool = False) -> int:
    """Make outcomes of a seminar again, of some registrations or of all. Their rows are locked, so no mark comes between.

    Args:
        marks: also make the marks again that times in and out decide, because sessions were edited.

    Returns:
        How many registrations there were.
    """
    states = lock_registrations(session, seminar_id, registration_ids)
    for some in chunks(states):
        facts, kept = read_observed(session, seminar_id, some)
        facts = facts or without_sessions(session, seminar_id)
        write_participations(session, {each: facts_of(facts, states[each], kept[each]) for each in some})
        if marks:
            write_marks(session, measured(kept))
    return len(states)


def measured(kept: AllKept) -> dict[tuple[int, int], Any]:
    """Return the marks that times in and out decide, which change with the session's times.

    Who was there from the beginning, went out and came back has neither a first nor a last time, and is still in.
    """
    return {
        (person, place): each.made
        for person, places in kept.items()
        for place, each in places.items()
        if each.made.time_in is not None or each.made.time_out is not None or each.made.still_in
    }


def freeze(session: Session, context: ChangeContext, seminar_id: int) -> None:
    """Freeze the outcomes of a seminar that was completed."""
    refresh(session, seminar_id)
    of_seminar = (_table.c.seminar_id == seminar_id) & _table.c.current & _table.c.frozen_at.is_(None)
    session.execute(update(_table).where(of_seminar).values(frozen_at=context.now))


def thaw(session: Session, seminar_id: int) -> None:
    """Add the next version, which may change again, of each frozen outcome of a seminar that was reopened."""
    frozen = (_table.c.seminar_id == seminar_id) & _table.c.current & _table.c.frozen_at.is_not(None)
    ids = session.scalars(select(_table.c.id).where(frozen)).all()
    for some in chunks(ids):
        session.execute(update(_table).where(_table.c.id.in_(some)).values(current=False))
        _copy(session, _table.c.id.in_(some), frozen_at=None)
    refresh(session, seminar_id)


def _copy(session: Session, which: Any, **changed: Any) -> None:
    """Add the next version of some rows, current, with some values changed."""
    columns = [column for column in _table.c if column.name != "id"]
    new = {"version": _table.c.version + 1, "current": True} | changed
    values = select(*(_value(new[column.name], column) if column.name in new else column for column in columns)).where(which)
    session.execute(insert(_table).from_select([column.name for column in columns], values.order_by(_table.c.id)))


def _value(value: Any, column: Any) -> Any:
    return value if hasattr(value, "label") else bindparam(None, value, type_=column.type).label(column.name)


def supersede(session: Session, registration_ids: Collection[int], *, superseded: bool) -> None:
    """Say of registrations that left when two records were merged that they are not counted, or are again."""
    of_these = _table.c.registration_id.in_(registration_ids) & _table.c.current
    session.execute(update(_table).where(of_these).values(superseded=superseded))
