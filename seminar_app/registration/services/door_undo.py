"""Take an entry of the door back, soon after it was made."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.door_rules import may_take_back
from seminar_app.registration.errors import NotInThisState, SeatGoneMeanwhile, TooLateToTakeBack
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, decide_seat
from seminar_app.registration.services.changes import change_state, last_step
from seminar_app.registration.services.delayed import unsay_all
from seminar_app.registration.services.holding import keep_again
from seminar_app.registration.services.seats import LockedSeats, grow_open_pool, locked_registration, settle

ENTERED_AS = (RegistrationState.REGISTERED, RegistrationState.WAITLISTED)


def take_back(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Take an entry of the door back as if it had not been made: the person is off the list, and may be entered again.

    An extra seat goes, a person who made way has the seat again, and what else became free goes to the queue. Mail about it that
    has not left is deleted, and none is sent.

    Raises:
        NotFound: there is no such registration in this seminar.
        NotInThisState: it was not entered at the door, has changed since, or was on the waiting list before.
        TooLateToTakeBack: the mail about it may have left.
        SeatGoneMeanwhile: the seat of the person who made way was given to somebody else, and there is no other.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    seats.refuse_if_frozen()
    step = last_step(session, registration_id)
    if step is None or step.to_state not in ENTERED_AS or (registration.state, registration.paper_notice_at) != (step.to_state, step.at):
        raise NotInThisState
    if step.from_state is RegistrationState.WAITLISTED:  # the place in the queue is gone
        raise NotInThisState
    if not may_take_back(step.at, now=context.now):
        raise TooLateToTakeBack
    left = registration.seat_pool_id
    registration.paper_notice_at = registration.paper_notice_by = None
    registration.submission_id = None  # so the same form, sent again, enters the person again
    change_state(
        session,
        context,
        seminar=seats.seminar,
        registration=registration,
        state=step.from_state or RegistrationState.WITHDRAWN,
        other_id=step.other_id,
        extra_seats=-step.extra_seats,
    )
    seats.moved(left=left, took=None)
    unsay_all(session, context, registration)
    if step.extra_seats:
        grow_open_pool(session, context, seats=seats, by=-step.extra_seats)
    if step.other_id is not None:
        _seat_again(session, context, seats=seats, replaced_id=step.other_id)
    keep_again(session, context, seats=seats, registration=registration)
    settle(session, context, seats=seats)
    return registration


def _seat_again(session: Session, context: ChangeContext, *, seats: LockedSeats, replaced_id: int) -> None:
    """Give the person who made way a seat again: the former one, else another that is free."""
    replaced = session.scalars(select(Registration).where(Registration.id == replaced_id).options(joinedload(Registration.person))).one()
    if replaced.state is not RegistrationState.SUBSTITUTED:
        return  # the organizer has put them back meanwhile
    ended = last_step(session, replaced_id)
    former = next((pool for pool in seats.pools if ended is not None and pool.id == ended.seat_pool_id and pool.room > 0), None)
    pool_id = former.id if former is not None else decide_seat(seats.pools, seats.reach(session, replaced, now=context.now)).pool_id
    if pool_id is None:
        raise SeatGoneMeanwhile
    change_state(
        session, context, seminar=seats.seminar, registration=replaced, state=RegistrationState.REGISTERED, pool_id=pool_id, other_id=None
    )
    seats.moved(left=None, took=pool_id)
    unsay_all(session, context, replaced)
