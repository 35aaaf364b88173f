"""Let an alternate have an open seat before the release date, and take that back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.actor import RULE
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.door_rules import may_take_back
from seminar_app.registration.errors import NotInThisState, TooLateToTakeBack
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source, decide_seat, is_alternate
from seminar_app.registration.services.changes import change_state, last_place, last_step
from seminar_app.registration.services.delayed import tell_unless_undone, unsay
from seminar_app.registration.services.locked_seats import LockedSeats, locked_registration
from seminar_app.registration.services.seats import settle


def open_seats(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Let an alternate have any seat: one that is free now, else the first that is, at the place in the queue that they have.

    The mail about a seat waits for an undo.

    Raises:
        NotFound: there is no such registration in this seminar.
        NotInThisState: it is no alternate, or no longer.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if not is_alternate(registration.state, agency_seats_only=registration.agency_seats_only):
        raise NotInThisState
    settle(session, context, seats=seats)  # whoever may hold a free seat has it now, so that only this person gains
    if registration.state is RegistrationState.REGISTERED:
        return registration
    _set(session, context, seats, registration, agency_seats_only=False)
    pool_id = decide_seat(seats.pools, seats.reach(session, registration, now=context.now)).pool_id
    if pool_id is not None:
        seated = RegistrationState.REGISTERED
        change_state(session, context, seminar=seats.seminar, registration=registration, state=seated, pool_id=pool_id)
        seats.moved(left=None, took=pool_id)
        tell_unless_undone(session, context, kind="seat_given", seats=seats, registration=registration)
    return registration


def close_seats(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Undo it: the person is an alternate again, at the same place. The seat goes back while its mail has not left.

    A seat that fell free later, and was given in turn, stays.

    Raises:
        NotFound: there is no such registration in this seminar.
        NotInThisState: the registration has changed since.
        TooLateToTakeBack: the mail about the seat may have left.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if registration.source is not Source.NOMINATION or registration.agency_seats_only:
        raise NotInThisState
    if registration.state is RegistrationState.WAITLISTED:
        _set(session, context, seats, registration, agency_seats_only=True)
        return registration
    step = last_step(session, registration_id)
    if step is None or step.to_state is not registration.state or step.actor == RULE:
        raise NotInThisState
    if (step.from_state, step.to_state) != (RegistrationState.WAITLISTED, RegistrationState.REGISTERED):
        raise NotInThisState
    if not may_take_back(step.at, now=context.now):
        raise TooLateToTakeBack
    left, waits = registration.seat_pool_id, RegistrationState.WAITLISTED
    unsay(session, context, registration)
    _set(session, context, seats, registration, agency_seats_only=True)
    place = seats.former_place(session, last_place(session, registration_id))
    change_state(session, context, seminar=seats.seminar, registration=registration, state=waits, queue_place=place)
    seats.moved(left=left, took=None)
    settle(session, context, seats=seats)
    return registration


def _set(session: Session, context: ChangeContext, seats: LockedSeats, registration: Registration, *, agency_seats_only: bool) -> None:
    registration.agency_seats_only = agency_seats_only
    session.flush()
    audit.record(
        session,
        context,
        action="registration.seats_closed" if agency_seats_only else "registration.seats_opened",
        subject=f"registration:{registration.public_id.hex}",
        seminar=seats.seminar.slug,
    )


def _locked(session: Session, seminar_id: int, registration_id: int) -> tuple[LockedSeats, Registration]:
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    seats.refuse_if_frozen()
    return seats, registration
