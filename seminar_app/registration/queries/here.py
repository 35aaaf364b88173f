"""People of one seminar by their registration: who came instead of whom, and who was entered at the door."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import agencies_then
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.door_rules import may_take_back
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool


class PersonHere(Struct, frozen=True):
    """A person, as they may be shown, and the public id of their registration."""

    public_id: uuid.UUID
    person: ShownPerson


class WaitingHere(Struct, frozen=True):
    """A person who was entered at the door and waits for a seat; `asked`: the organizer has not answered yet."""

    public_id: uuid.UUID
    person: ShownPerson
    asked: bool


class EnteredHere(Struct, frozen=True):
    """What came of an entry at the door.

    Attributes:
        state: registered or waitlisted.
        instead_of: who made way.
        pool: code of the agency or group whose quota the seat is of; None for a seat open to all, and without a seat.
        extra: the open pool has grown for it.
        asked: the organizer was asked for a seat.
        may_undo: the entry can still be taken back.
    """

    public_id: uuid.UUID
    person: ShownPerson
    state: RegistrationState
    instead_of: PersonHere | None
    pool: str | None
    extra: bool
    asked: bool
    may_undo: bool


_PEOPLE = select(
    *SHOWN,
    Registration.id,
    Registration.public_id,
    Registration.agency_id,
    Registration.seat_asked_at,
    Registration.paper_notice_at,
    Registration.state,
).join(Person, Person.id == Registration.person_id)


def people_here(session: Session, registration_ids: Collection[int], *, agency_ids: frozenset[int] | None = None) -> dict[int, PersonHere]:
    """Return the people of these registrations by registration id.

    Args:
        session: to read with.
        registration_ids: internal ids.
        agency_ids: only people of these agencies, as a liaison sees them; None for all.
    """
    if not registration_ids:
        return {}
    rows = session.execute(_PEOPLE.where(Registration.id.in_(registration_ids), Person.merged_into_id.is_(None))).all()
    agencies = agencies_then(session, {row.agency_version_id for row in rows})
    seen = (row for row in rows if agency_ids is None or row.agency_id in agency_ids)
    return {row.id: PersonHere(row.public_id, shown_person(row, agencies)) for row in seen}


def waiting_at_door(session: Session, seminar_id: int) -> list[WaitingHere]:
    """Return who was entered at the door and waits, in the order of the queue."""
    waits = Registration.seminar_id == seminar_id, Registration.state == RegistrationState.WAITLISTED
    entered = Registration.paper_notice_at.is_not(None), Person.merged_into_id.is_(None)
    rows = session.execute(_PEOPLE.where(*waits, *entered).order_by(Registration.queue_place)).all()
    agencies = agencies_then(session, {row.agency_version_id for row in rows}) if rows else {}
    return [WaitingHere(row.public_id, shown_person(row, agencies), row.seat_asked_at is not None) for row in rows]


def entered_here(session: Session, seminar_id: int, public_id: uuid.UUID, *, now: datetime) -> EnteredHere | None:
    """Return what came of an entry at the door; None if there is none, or the identity is reserved: it would tell whose code it is."""
    row = session.execute(_PEOPLE.where(Registration.seminar_id == seminar_id, Registration.public_id == public_id)).one_or_none()
    if row is None or row.paper_notice_at is None or row.state not in (RegistrationState.REGISTERED, RegistrationState.WAITLISTED):
        return None
    person = shown_person(row, agencies_then(session, [row.agency_version_id]))
    step = session.execute(
        select(RegistrationHistory, Agency.code)
        .outerjoin(SeatPool, SeatPool.id == RegistrationHistory.seat_pool_id)
        .outerjoin(Agency, Agency.id == SeatPool.agency_id)
        .where(RegistrationHistory.registration_id == row.id)
        .order_by(RegistrationHistory.id.desc())
        .limit(1)
    ).first()
    if person.hidden or step is None:
        return None
    last, pool = step
    other = people_here(session, [last.other_id]).get(last.other_id) if last.other_id is not None else None
    entered = last.at == row.paper_notice_at and last.from_state is not RegistrationState.WAITLISTED
    return EnteredHere(
        row.public_id,
        person,
        row.state,
        instead_of=other,
        pool=pool if row.state is RegistrationState.REGISTERED else None,
        extra=bool(last.extra_seats),
        asked=row.seat_asked_at is not None,
        may_undo=entered and may_take_back(last.at, now=now),
    )
