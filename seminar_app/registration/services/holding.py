"""What seats that are kept become: used, or ended by their day, by a release, by hand. Under locked seats (`services.seats`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.actor import RULE
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import NAMING, HoldEnd, HoldState, ending_due, hold_to_use, last_day_possible
from seminar_app.registration.links import hash_to_keep, invitation_link
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState

if TYPE_CHECKING:
    from seminar_app.registration.services.seats import LockedSeats


def hold_state(hold: Hold) -> HoldState:
    """Return a kept seat in the form that the rules use."""
    return HoldState(hold.id, hold.seat_pool_id, hold.agency_id, hold.registration_id, hold.last_day)


def end_hold(session: Session, context: ChangeContext, *, seats: LockedSeats, hold: Hold, ending: HoldEnd) -> None:
    """Keep a seat no longer. It is free from then on; the caller gives it to somebody, or settles."""
    hold.ended_at, hold.ending = context.now, ending
    session.flush()
    seats.end(hold)
    audit.record(
        session,
        context,
        action=f"hold.{ending.value}",
        subject=f"hold:{hold.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"invitation": hold.registration_id is not None},
    )


def any_due(session: Session, context: ChangeContext, *, seats: LockedSeats) -> bool:
    """Whether a seat that is kept ends now."""
    pools, today = {pool.id: pool for pool in seats.pools}, seats.today(context.now)
    return any(ending_due(hold_state(hold), pools[hold.seat_pool_id], today=today) is not None for hold in seats.holds(session))


def shorten(session: Session, *, seats: LockedSeats) -> None:
    """Keep no seat without a name beyond the day before its quota's release, so that pages say one day."""
    pools = {pool.id: pool for pool in seats.pools}
    for hold in seats.holds(session):
        if hold.registration_id is None:
            hold.last_day = min(hold.last_day, last_day_possible(pools[hold.seat_pool_id], ends_on=seats.seminar.ends_on))
    session.flush()


def end_due(session: Session, context: ChangeContext, *, seats: LockedSeats) -> int:
    """End what is kept no longer: its last day has passed, or its quota is released. Return how many seats became free."""
    pools, today = {pool.id: pool for pool in seats.pools}, seats.today(context.now)
    ended = 0
    for hold in seats.holds(session):
        ending = ending_due(hold_state(hold), pools[hold.seat_pool_id], today=today)
        if ending is not None:
            end_hold(session, context.by(RULE), seats=seats, hold=hold, ending=ending)
            ended += 1
    return ended


def invitation_of(session: Session, seats: LockedSeats, registration: Registration) -> Hold | None:
    """Return the seat that is kept for somebody who was invited."""
    theirs = (hold for hold in seats.holds(session) if hold.registration_id is not None and hold.registration_id == registration.id)
    return next(theirs, None)


def take_kept(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration) -> int | None:
    """Use the seat that is kept for the registration, and return its pool; None if none is.

    For somebody who was invited it is that of the invitation. A person who is named takes the one that is kept for their agency's next
    name. The seat is the caller's to give, in this transaction.
    """
    if not any(pool.held for pool in seats.pools):
        return None
    hold = invitation_of(session, seats, registration)
    if hold is None and registration.source in NAMING and registration.agency_id is not None:
        agencies = (registration.agency_id, *seats.path(session, registration.agency_id))
        states = {hold.id: hold for hold in seats.holds(session)}
        chosen = hold_to_use([hold_state(each) for each in states.values()], agencies)
        hold = states[chosen.id] if chosen is not None else None
    if hold is None:
        return None
    end_hold(session, context, seats=seats, hold=hold, ending=HoldEnd.USED)
    return hold.seat_pool_id


def renew_invitation_link(session: Session, registration: Registration) -> None:
    """Make a new link in place of the one by which an open invitation is answered, which ends at once."""
    hold = session.scalar(select(Hold).where(Hold.registration_id == registration.id, Hold.ended_at.is_(None)))
    if hold is not None:
        hold.number = next_number(session, registration.id)
        hold.link_hash = hash_to_keep(session, invitation_link(registration.public_id, hold.number))
        session.flush()


def next_number(session: Session, registration_id: int) -> int:
    """Return the number of a registration's next invitation link; no link has had it before."""
    return (session.scalar(select(func.max(Hold.number)).where(Hold.registration_id == registration_id)) or 0) + 1


def let_go(
    session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, ending: HoldEnd = HoldEnd.GIVEN_UP
) -> bool:
    """Keep the seat of an invitation no longer, because the person leaves the list or has another seat. Return whether one was kept."""
    hold = invitation_of(session, seats, registration)
    if hold is not None:
        end_hold(session, context, seats=seats, hold=hold, ending=ending)
        return True
    return False


def keep_again(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration) -> None:
    """Keep a seat again for somebody whose invitation stands again by an undo: where its day has not passed and a seat is free."""
    if registration.state is not RegistrationState.INVITED:
        return
    last = select(Hold).where(Hold.registration_id == registration.id).order_by(Hold.id.desc()).limit(1)
    hold = session.scalar(last)
    pools = {pool.id: pool for pool in seats.pools}
    if hold is None or hold.ended_at is None or seats.today(context.now) > hold.last_day or pools[hold.seat_pool_id].room < 1:
        return
    hold.ended_at = hold.ending = None
    session.flush()
    seats.keep(hold)
    audit.record(session, context, action="hold.kept", subject=f"hold:{hold.public_id.hex}", seminar=seats.seminar.slug)
