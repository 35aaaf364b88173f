"""Exchange the places of two people of one agency: a seat for a place in the queue, or two places in it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.door_rules import takes_over
from seminar_app.registration.errors import CannotExchange
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import PoolState, RegistrationState, pools_one_may_hold
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.delayed import tell_unless_undone
from seminar_app.registration.services.name_requests import forget_request
from seminar_app.registration.services.seats import LockedSeats, lock_seats, settle
from seminar_app.registration.services.taking import get_registration


def exchange(session: Session, context: ChangeContext, *, seminar_id: int, one_id: int, other_id: int, note: str | None = None) -> None:
    """Let two people exchange their places; one of them waits, and the other holds a seat or waits too.

    The seat never becomes free, so nobody in the queue loses by it: it goes over as to a substitute (`door_rules.takes_over`). Whoever
    gives the seat up waits at the other's place; if they may draw from other pools than the other could, at the last place, because a
    turn for open seats cannot be handed on.

    Args:
        note: why, for the history of both.

    Raises:
        NotFound: one of them is not registered in this seminar.
        CannotExchange: neither waits, or they may not have each other's place.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats = lock_seats(session, seminar_id)
    seats.refuse_if_frozen()
    settle(session, context, seats=seats)
    one, other = (get_registration(session, seminar_id, each) for each in (one_id, other_id))
    if one.state is RegistrationState.WAITLISTED and other.state is not RegistrationState.WAITLISTED:
        one, other = other, one
    if one.id == other.id or other.state is not RegistrationState.WAITLISTED:
        raise CannotExchange
    if one.state is RegistrationState.WAITLISTED:
        _exchange_turns(session, context, seats, one, other, note=note)
    elif one.state is RegistrationState.REGISTERED:
        _hand_over(session, context, seats, seated=one, waiting=other, note=note)
    else:
        raise CannotExchange
    settle(session, context, seats=seats)


def _exchange_turns(
    session: Session, context: ChangeContext, seats: LockedSeats, one: Registration, other: Registration, *, note: str | None
) -> None:
    """Exchange two places in the queue. The history has the new ones, so that an undo of a later change gives these back."""
    if not _reach_alike(session, context, seats, one, other):
        raise CannotExchange
    first, second = one.queue_place, other.queue_place
    one.queue_place = seats.next_queue_place(session)  # for a moment: a place is one person's
    session.flush()
    for registration, place in ((other, first), (one, second)):
        waits = RegistrationState.WAITLISTED
        change_state(session, context, seminar=seats.seminar, registration=registration, state=waits, queue_place=place, note=note)
    _record(session, context, seats, one, other)


def _hand_over(
    session: Session, context: ChangeContext, seats: LockedSeats, *, seated: Registration, waiting: Registration, note: str | None
) -> None:
    freed = seated.seat_pool_id
    seated_path, waiting_path = (seats.path(session, each.agency_id) for each in (seated, waiting))
    if freed is None or not takes_over(seats.pools, freed=freed, replaced_path=seated_path, substitute_path=waiting_path):
        raise CannotExchange
    alike = _reach_alike(session, context, seats, seated, waiting)
    place, last = waiting.queue_place, seats.next_queue_place(session)
    waiting.queue_place = last
    session.flush()
    waits, holds = RegistrationState.WAITLISTED, RegistrationState.REGISTERED
    turn = place if alike else seats.next_queue_place(session)
    change_state(session, context, seminar=seats.seminar, registration=seated, state=waits, queue_place=turn, note=note)
    forget_request(session, seated.id)
    change_state(session, context, seminar=seats.seminar, registration=waiting, state=holds, pool_id=freed, note=note)
    _record(session, context, seats, seated, waiting)
    tell_unless_undone(session, context, kind="exchanged", seats=seats, registration=seated)
    tell_unless_undone(session, context, kind="seat_given", seats=seats, registration=waiting)


def _reach_alike(session: Session, context: ChangeContext, seats: LockedSeats, one: Registration, other: Registration) -> bool:
    """Whether two people may hold seats of the same pools."""
    reaches = (seats.reach(session, each, now=context.now) for each in (one, other))
    one_may, other_may = ({pool.id for pool in pools_one_may_hold(seats.pools, reach) if _counts(pool)} for reach in reaches)
    return one_may == other_may


def _counts(pool: PoolState) -> bool:
    """Whether the pool is the open one, or a quota that was not taken away."""
    return pool.agency_id is None or pool.kept


def _record(session: Session, context: ChangeContext, seats: LockedSeats, one: Registration, other: Registration) -> None:
    audit.record(
        session,
        context,
        action="registration.exchanged",
        subject=f"registration:{one.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"with": other.public_id.hex},
    )
