"""What the organizer answers when the door asks for a seat."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.errors import NoSeatAsked, NotInThisState
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, decide_seat
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.locked_seats import LockedSeats, locked_registration
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.seats import grow_open_pool, settle


def give_seat(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Give a person who waits a seat: one that is free for them, else the open pool grows by one, past the queue.

    Raises:
        NotFound: there is no such registration in this seminar.
        NotInThisState: the person no longer waits.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    registration.agency_seats_only = False  # the organizer's hand opens all seats
    settle(session, context, seats=seats)
    if registration.state is RegistrationState.REGISTERED:
        return registration
    if registration.state is not RegistrationState.WAITLISTED:
        raise NotInThisState
    pool_id = decide_seat(seats.pools, seats.reach(session, registration, now=context.now)).pool_id
    if pool_id is None:
        pool_id = grow_open_pool(session, context, seats=seats)
    change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.REGISTERED, pool_id=pool_id)
    seats.moved(left=None, took=pool_id)
    tell(session, context, kind="seat_given", seminar=seats.seminar, office=seats.office, registration=registration)
    return registration


def give_no_seat(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Answer the door that there is no seat. The person keeps the place on the waiting list.

    Raises:
        NotFound: there is no such registration in this seminar.
        NoSeatAsked: the door does not ask for a seat for this person, or no longer.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if registration.state is not RegistrationState.WAITLISTED or registration.seat_asked_at is None:
        raise NoSeatAsked
    registration.seat_asked_at = None
    session.flush()
    subject = f"registration:{registration.public_id.hex}"
    audit.record(session, context, action="registration.no_seat", subject=subject, seminar=seats.seminar.slug)
    return registration


def _locked(session: Session, seminar_id: int, registration_id: int) -> tuple[LockedSeats, Registration]:
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    seats.refuse_if_frozen()
    return seats, registration
