"""Reads training that others held, limited to the people whom the account may see."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.history.models import OutsideTraining
from seminar_app.history.rules import TrainingState
from seminar_app.people.models import Person
from seminar_app.people.queries import SHOWN
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.queries import organizing, reach_of
from seminar_app.registration.queries.people import people_as_shown

PAGE_SIZE = 50


class ShownTraining(Struct, frozen=True):
    """A report as it may be shown. Who held it and where is withheld of a reserved identity: it may tell the person's state or agency."""

    id: int
    public_id: uuid.UUID
    title: str
    provider: str | None
    place: str | None
    country: str | None
    starts_on: date
    ends_on: date
    minutes: int
    state: TrainingState
    reported_by: str
    decided_by: str | None
    reason: str | None
    version: int


def as_shown(row: OutsideTraining, *, hidden: bool) -> ShownTraining:
    """Return what may be shown of a report. `hidden`: its person is shown by code."""
    return ShownTraining(
        id=row.id,
        public_id=row.public_id,
        title=row.title,
        provider=None if hidden else row.provider,
        place=None if hidden else row.place,
        country=None if hidden else row.country,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        minutes=row.minutes,
        state=row.state,
        reported_by=row.reported_by,
        decided_by=row.decided_by,
        reason=row.reason,
        version=row.version,
    )


class TrainingLine(Struct, frozen=True):
    """A report and its person, as the account may see them. `decides`: whether the account may decide on it."""

    training: ShownTraining
    person: ShownPerson
    decides: bool


class TrainingList(Struct, frozen=True):
    """One page of reports, and whether there are more. `waiting`: number of those within reach that wait for a decision."""

    lines: Sequence[TrainingLine]
    more: bool
    waiting: int


def outside_minutes(session: Session, person_ids: Collection[int], since: date | None = None, until: date | None = None) -> dict[int, int]:
    """Return the approved minutes of training that others held, by person, in one statement; people without any are left out.

    Args:
        person_ids: of records that were not merged into others; a merge moves what the other record had.
        since, until: the period, both days included. The last day of a training decides.
    """
    wanted = select(OutsideTraining.person_id, func.sum(OutsideTraining.minutes)).where(
        OutsideTraining.person_id.in_(person_ids), OutsideTraining.state == TrainingState.APPROVED
    )
    if since is not None:
        wanted = wanted.where(OutsideTraining.ends_on >= since)
    if until is not None:
        wanted = wanted.where(OutsideTraining.ends_on <= until)
    return {person_id: int(minutes) for person_id, minutes in session.execute(wanted.group_by(OutsideTraining.person_id))}


def trainings_of(session: Session, person: ShownPerson) -> list[ShownTraining]:
    """Return the reports about a person whom the account sees, the newest training first."""
    theirs = select(OutsideTraining).where(OutsideTraining.person_id == person.id)
    rows = session.scalars(theirs.order_by(OutsideTraining.starts_on.desc(), OutsideTraining.id.desc()))
    return [as_shown(row, hidden=person.hidden) for row in rows]


def trainings_in_reach(session: Session, actor: Actor, *, state: TrainingState | None, page: int) -> TrainingList:
    """Return the reports about people whom the account may see, the newest first, in a constant number of statements."""
    wanted = [] if state is None else [OutsideTraining.state == state]
    rows = _rows(session, actor, *wanted, page=page)
    counted = select(func.count()).select_from(OutsideTraining).join(Person, Person.id == OutsideTraining.person_id)
    waiting = session.scalar(counted.where(OutsideTraining.state == TrainingState.REPORTED, reach_of(session, actor))) or 0
    return TrainingList(_lines(session, actor, rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE, waiting)


def waiting_for(session: Session, actor: Actor) -> int:
    """Return how many reports wait for a decision of this account; 0 for one that decides on none."""
    organizer = organizing(actor)
    if not organizer.grants:
        return 0
    counted = select(func.count()).select_from(OutsideTraining).join(Person, Person.id == OutsideTraining.person_id)
    return session.scalar(counted.where(OutsideTraining.state == TrainingState.REPORTED, reach_of(session, organizer))) or 0


def get_training(session: Session, actor: Actor, public_id: uuid.UUID) -> TrainingLine:
    """Return one report about a person whom the account may see.

    Raises:
        NotFound: there is none.
    """
    rows = _rows(session, actor, OutsideTraining.public_id == public_id)
    if not rows:
        raise NotFound
    return _lines(session, actor, rows)[0]


def may_decide(session: Session, actor: Actor, person_id: int) -> bool:
    """Whether the account may decide on reports about a person: as an organizer or administrator who may see the person."""
    return person_id in _decided_by(session, actor, [person_id])


def _rows(session: Session, actor: Actor, *conditions: ColumnElement[bool], page: int = 1) -> Sequence[OutsideTraining]:
    wanted = select(OutsideTraining).join(Person, Person.id == OutsideTraining.person_id)
    wanted = wanted.where(*conditions, reach_of(session, actor), Person.merged_into_id.is_(None))
    newest = wanted.order_by(OutsideTraining.reported_at.desc(), OutsideTraining.id.desc())
    return session.scalars(newest.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()


def _lines(session: Session, actor: Actor, rows: Sequence[OutsideTraining]) -> list[TrainingLine]:
    ids = {each.person_id for each in rows}
    found = session.execute(select(*SHOWN, Person.agency_id).where(Person.id.in_(ids))).all() if ids else []
    people = {person.id: person for person in people_as_shown(session, actor, found)}
    decided = _decided_by(session, actor, ids)
    return [
        TrainingLine(as_shown(each, hidden=people[each.person_id].hidden), people[each.person_id], each.person_id in decided)
        for each in rows
    ]


def _decided_by(session: Session, actor: Actor, person_ids: Collection[int]) -> set[int]:
    """Return those of these people about whose reports the account may decide: what it sees as a liaison does not count."""
    organizer = organizing(actor)
    if not organizer.grants or not person_ids:
        return set()
    return set(session.scalars(select(Person.id).where(Person.id.in_(person_ids), reach_of(session, organizer))))
