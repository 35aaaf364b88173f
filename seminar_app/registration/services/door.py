"""People who are entered at the door, or come instead of somebody else."""

from __future__ import annotations

import uuid
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import Refusal
from seminar_app.people.matching import By
from seminar_app.registration.door_rules import Arrival, DoorDay, arrival, door_day, may_be_replaced, may_grow, takes_over
from seminar_app.registration.errors import (
    AlreadyOnTheRoster,
    CannotBeReplaced,
    DoorIsShut,
    ReservedOnTheRoster,
    TakenOffTheList,
    WaitsForTheOrganizer,
)
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.delayed import tell_unless_undone
from seminar_app.registration.services.holding import let_go
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats
from seminar_app.registration.services.name_requests import forget_request
from seminar_app.registration.services.seats import choose_seat, grow_open_pool, settle
from seminar_app.registration.services.taking import (
    Comer,
    Entry,
    find_comer,
    find_submission,
    finish,
    get_registration,
    mail_of,
    ready,
    settle_due,
    submission_of,
    with_person,
)


class Way(StrEnum):
    """How a person who was entered came to the seat."""

    SEAT = "seat"
    """By the rules of the seats."""
    TAKEN_OVER = "taken_over"
    """The seat of the person who made way."""
    EXTRA = "extra"
    """The open pool grew by one."""
    WAITS = "waits"
    """There is none: they are on the waiting list."""


class Entered(Struct, frozen=True):
    """What an entry has done. `again`: the same form came before, and nothing was done now."""

    registration: Registration
    way: Way
    again: bool = False


def enter_walk_in(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    entry: Entry,
    submission_id: uuid.UUID,
    reach: ColumnElement[bool] | None = None,
) -> Entered:
    """Enter a person who arrived without a registration, and has signed the privacy notice on paper.

    They get a seat by the rules. Where there is none the open pool grows by one, if the seminar allows it; else they wait in line
    and the organizer is asked for a seat. Somebody who waits already gets the seat from there.

    Args:
        reach: the people the account may see; None compares address and name only.
        submission_id: id of the display of the form.

    Raises:
        DoorIsShut: it is none of the seminar's days, or the seminar is not held.
        SeminarCompleted: the seminar is completed or archived.
        AlreadyOnTheRoster, ReservedOnTheRoster, WaitsForTheOrganizer, TakenOffTheList: the person has a registration already.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    seats = lock_seats(session, seminar_id)
    settle_due(session, context, seats=seats)
    submission = submission_of(submission_id, entry.person, seminar_id)
    if (again := find_submission(session, submission)) is not None:
        return _again(with_person(session, again))
    _refuse_unless_open(seats, context)
    comer = _comer(session, context, seats=seats, entry=entry, reach=reach)
    waits = _waits(comer)
    registration = ready(session, context, seats=seats, comer=comer, source=Source.WALK_IN, submission=submission)
    _stands_there(context, registration)
    way = _seat_at_door(session, context, seats=seats, registration=registration)
    finish(session, context, seats=seats, comer=comer, registration=registration)
    _tell(session, context, seats=seats, registration=registration, waited=waits)
    return Entered(registration, way)


def substitute(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    replaced_id: int,
    entry: Entry,
    submission_id: uuid.UUID,
    source: Source = Source.WALK_IN,
    at_door: bool = True,
    note: str | None = None,
    reach: ColumnElement[bool] | None = None,
    proposed: bool = False,
) -> Entered:
    """Let a person come instead of one who holds a seat, whose registration becomes `substituted`.

    Whoever comes by the same quota path takes the seat itself, past the queue, which so loses nothing: the seat never becomes free
    (`door_rules.takes_over`). Else the seat goes to the first in the queue who may hold it, and only then the substitute gets a
    seat, or a place, by the rules. The person who was replaced keeps all marks, and is told by mail; nobody is named in it.

    Args:
        replaced_id: registration of the person who makes way.
        source: how the new registration was made.
        at_door: the substitute stands there and has signed the privacy notice on paper: only on the seminar's days, and as for a
            walk-in the open pool may grow, or the organizer is asked. Else there is neither.
        note: why, for the history of both.
        proposed: the person who makes way has proposed it.
        reach, submission_id: as for `enter_walk_in`.

    Raises:
        NotFound: there is no such registration in this seminar.
        CannotBeReplaced: the person no longer holds a seat.
        SeminarCompleted: the seminar is completed or archived.
        DoorIsShut, AlreadyOnTheRoster, ReservedOnTheRoster, WaitsForTheOrganizer, TakenOffTheList, NoSuchAgency: as for `enter_walk_in`.
    """
    seats = lock_seats(session, seminar_id)
    settle_due(session, context, seats=seats)
    submission = submission_of(submission_id, entry.person, seminar_id)
    if (again := find_submission(session, submission)) is not None:
        return _again(with_person(session, again))
    if at_door:
        _refuse_unless_open(seats, context)
    seats.refuse_if_frozen()
    replaced = get_registration(session, seminar_id, replaced_id)
    freed = replaced.seat_pool_id
    if not may_be_replaced(replaced.state) or freed is None:
        raise CannotBeReplaced
    comer = _comer(session, context, seats=seats, entry=entry, reach=reach)
    waits = _waits(comer)
    registration = ready(session, context, seats=seats, comer=comer, source=source, submission=submission)
    paths = (seats.path(session, each.agency_id) for each in (replaced, registration))
    promoted = False
    takes = takes_over(seats.pools, freed=freed, replaced_path=next(paths), substitute_path=next(paths))
    _make_way(session, context, seats=seats, replaced=replaced, note=note, proposed=proposed)
    if at_door:
        _stands_there(context, registration)
    if takes:
        way = Way.TAKEN_OVER
        was_kept = let_go(session, context, seats=seats, registration=registration, ending=HoldEnd.USED)
        _give(session, context, seats=seats, registration=registration, pool_id=freed, other=replaced, note=note)
        if was_kept:  # nobody needs the seat of their invitation any more
            settle(session, context, seats=seats)
    else:
        settle(session, context, seats=seats)
        promoted = registration.state is RegistrationState.REGISTERED  # the freed seat was theirs by the queue, which told them
        way = _seat_at_door(session, context, seats=seats, registration=registration, other=replaced, note=note, at_door=at_door)
    finish(session, context, seats=seats, comer=comer, registration=registration)
    if not promoted:
        _tell(session, context, seats=seats, registration=registration, waited=waits)
    _name_other(session, replaced=replaced, other=registration)
    return Entered(registration, way)


def extra_seats_used(session: Session, seminar_id: int) -> int:
    """Return by how many seats the open pool has grown at this seminar's door."""
    steps = (
        select(func.sum(RegistrationHistory.extra_seats))
        .join(Registration, Registration.id == RegistrationHistory.registration_id)
        .where(Registration.seminar_id == seminar_id, RegistrationHistory.extra_seats != 0)
    )
    return session.scalar(steps) or 0


def _again(registration: Registration) -> Entered:
    way = Way.SEAT if registration.state is RegistrationState.REGISTERED else Way.WAITS
    return Entered(registration, way, again=True)


def _refuse_unless_open(seats: LockedSeats, context: ChangeContext) -> None:
    seats.refuse_if_frozen()
    if door_day(seats.seminar, now=context.now) is not DoorDay.OPEN:
        raise DoorIsShut


def _comer(session: Session, context: ChangeContext, *, seats: LockedSeats, entry: Entry, reach: ColumnElement[bool] | None) -> Comer:
    """Return who arrives: somebody new here, or who withdrew, was replaced or waits."""
    comer = find_comer(session, context, seats=seats, entry=entry, by=By.STAFF, reach=reach)
    comes = arrival(comer.registration.state) if comer.registration is not None else Arrival.ENTERED
    if comes not in (Arrival.ENTERED, Arrival.WAITS):
        raise _refusal(comes, name=comer.person.certificate_name, reserved=comer.person.reserved)
    return comer


def _waits(comer: Comer) -> bool:
    return comer.registration is not None and comer.registration.state is RegistrationState.WAITLISTED


def _refusal(comes: Arrival, *, name: str, reserved: bool) -> Refusal:
    """Return why a person who is known here is not entered; a reserved identity is not named."""
    if comes is Arrival.TAKEN_OFF:
        return TakenOffTheList()
    if comes is Arrival.UNDECIDED:
        return WaitsForTheOrganizer()
    return ReservedOnTheRoster() if reserved else AlreadyOnTheRoster(name=name)


def _stands_there(context: ChangeContext, registration: Registration) -> None:
    """Note the notice signed on paper. An alternate who stands at the door may have an open seat, as anybody else who walks in."""
    registration.agency_seats_only = False
    registration.paper_notice_at, registration.paper_notice_by = context.now, context.actor


def _seat_at_door(
    session: Session,
    context: ChangeContext,
    *,
    seats: LockedSeats,
    registration: Registration,
    other: Registration | None = None,
    note: str | None = None,
    at_door: bool = True,
) -> Way:
    """Give a seat by the rules, else at the door an extra one, else a place in the queue, and at the door ask the organizer."""
    if registration.state is RegistrationState.REGISTERED:
        return Way.SEAT
    pool_id = choose_seat(session, context, seats=seats, registration=registration).pool_id
    if pool_id is not None:
        _give(session, context, seats=seats, registration=registration, pool_id=pool_id, other=other, note=note)
        return Way.SEAT
    seminar = seats.seminar
    if at_door and may_grow(used=extra_seats_used(session, seminar.id), allowed=seminar.extra_at_door):
        pool_id = grow_open_pool(session, context, seats=seats)
        _give(session, context, seats=seats, registration=registration, pool_id=pool_id, other=other, note=note, extra_seats=1)
        return Way.EXTRA
    if at_door:
        registration.seat_asked_at = context.now
    waits = RegistrationState.WAITLISTED
    if registration.state is not waits:
        place = seats.next_queue_place(session)
        change_state(
            session, context, seminar=seminar, registration=registration, state=waits, queue_place=place, note=note, other_id=_id(other)
        )
    session.flush()
    if at_door:
        subject = f"registration:{registration.public_id.hex}"
        audit.record(session, context, action="registration.seat_asked", subject=subject, seminar=seminar.slug)
    return Way.WAITS


def _give(
    session: Session,
    context: ChangeContext,
    *,
    seats: LockedSeats,
    registration: Registration,
    pool_id: int,
    other: Registration | None,
    note: str | None,
    extra_seats: int = 0,
) -> None:
    change_state(
        session,
        context,
        seminar=seats.seminar,
        registration=registration,
        state=RegistrationState.REGISTERED,
        pool_id=pool_id,
        note=note,
        other_id=_id(other),
        extra_seats=extra_seats,
    )
    seats.moved(left=None, took=pool_id)


def _id(other: Registration | None) -> int | None:
    return other.id if other is not None else None


def _make_way(
    session: Session, context: ChangeContext, *, seats: LockedSeats, replaced: Registration, note: str | None, proposed: bool
) -> None:
    left = replaced.seat_pool_id
    change_state(session, context, seminar=seats.seminar, registration=replaced, state=RegistrationState.SUBSTITUTED, note=note)
    forget_request(session, replaced.id)
    seats.moved(left=left, took=None)
    begun = seats.today(context.now) >= seats.seminar.starts_on
    said = {"own": "yes" if proposed else "", "begun": "yes" if begun else ""}
    tell_unless_undone(session, context, kind="substituted", seats=seats, registration=replaced, **said)


def _name_other(session: Session, *, replaced: Registration, other: Registration) -> None:
    """Write into the step that ended a registration which one came instead: it had no id when the seat had to be left."""
    last = select(func.max(RegistrationHistory.id)).where(RegistrationHistory.registration_id == replaced.id).scalar_subquery()
    session.execute(
        update(RegistrationHistory)
        .where(RegistrationHistory.id == last, RegistrationHistory.to_state == RegistrationState.SUBSTITUTED)
        .values(other_id=other.id)
        .execution_options(synchronize_session=False)
    )


def _tell(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, waited: bool) -> None:
    """Tell the person once the entry can no longer be taken back; nothing if they wait as they did before."""
    if waited and registration.state is RegistrationState.WAITLISTED:
        return
    tell_unless_undone(session, context, kind="seat_given" if waited else mail_of(registration), seats=seats, registration=registration)
