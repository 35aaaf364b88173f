"""Seats are given, freed and released by the rules, in the transaction of the change that needs them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit import services as audit
from seminar_app.core.actor import RULE
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.values import replace
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import (
    RegistrationState,
    SeatDecision,
    Waiting,
    after_releases,
    decide_promotions,
    decide_releases,
    decide_seat,
    hands_out_seats,
)
from seminar_app.registration.services import holding
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState

HANDING_OUT = (SeminarState.DRAFT, SeminarState.PUBLISHED, SeminarState.CLOSED)
"""States in which a seminar that is not over gives free seats to those who wait (`hands_out_seats`)."""


def seat_or_queue(
    session: Session,
    context: ChangeContext,
    *,
    seats: LockedSeats,
    registration: Registration,
    note: str | None = None,
    former_place: int | None = None,
) -> None:
    """Give the registration the seat that is kept for it, else the one that the rules choose, or the next place on the waiting list."""
    decision = choose_seat(session, context, seats=seats, registration=registration)
    place = seats.former_place(session, former_place) if decision.pool_id is None else None
    change_state(
        session,
        context,
        seminar=seats.seminar,
        registration=registration,
        state=decision.state,
        pool_id=decision.pool_id,
        queue_place=place,
        note=note,
    )
    seats.moved(left=None, took=decision.pool_id)


def choose_seat(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration) -> SeatDecision:
    """Return the seat that is kept for the registration, which is free from then on; else the one that the rules choose."""
    kept = holding.take_kept(session, context, seats=seats, registration=registration)
    return SeatDecision(kept) if kept is not None else decide_seat(seats.pools, seats.reach(session, registration, now=context.now))


def settle(session: Session, context: ChangeContext, *, seats: LockedSeats) -> int:
    """End what is kept no longer, release the quotas whose day has come, then give every free seat to the first who may hold it.

    Nothing is done if the seminar is cancelled, completed, archived or over.

    Returns:
        How many people were given a seat.
    """
    if not hands_out_seats(seats.seminar, now=context.now):
        return 0
    holding.end_due(session, context, seats=seats)
    release(session, context, seats=seats)
    if not any(pool.room > 0 for pool in seats.pools):
        return 0
    waiting = session.scalars(
        select(Registration)
        .where(Registration.seminar_id == seats.seminar.id, Registration.state == RegistrationState.WAITLISTED)
        .order_by(Registration.queue_place)
        .options(joinedload(Registration.person))
    ).all()
    if not waiting:
        return 0
    by_id = {registration.id: registration for registration in waiting}
    queue = [Waiting(r.id, r.queue_place or 0, seats.reach(session, r, now=context.now)) for r in waiting]
    promotions = decide_promotions(seats.pools, queue)
    for promotion in promotions:
        registration = by_id[promotion.registration_id]
        change_state(
            session,
            context.by(RULE),
            seminar=seats.seminar,
            registration=registration,
            state=RegistrationState.REGISTERED,
            pool_id=promotion.pool_id,
        )
        seats.moved(left=None, took=promotion.pool_id)
        tell(session, context, kind="seat_given", seminar=seats.seminar, office=seats.office, registration=registration)
    return len(promotions)


def release(session: Session, context: ChangeContext, *, seats: LockedSeats) -> int:
    """Move the unused seats of quotas whose release date has come to the open pool. Return how many seats moved.

    A full quota is marked as released too, once: from then on its alternates are served with the open seats.
    """
    releases = decide_releases(seats.pools, today=seats.today(context.now))
    if not releases:
        return 0
    seats.pools = after_releases(seats.pools, releases)
    for pool in seats.pools:
        seats.rows[pool.id].size = pool.size
    for step in releases:
        row = seats.rows[step.pool_id]
        row.released_at = row.released_at or context.now
        audit.record(
            session,
            context.by(RULE),
            action="quota.released",
            subject=f"seat_pool:{row.public_id.hex}",
            seminar=seats.seminar.slug,
            details={"seats": step.seats},
        )
    session.flush()
    return sum(step.seats for step in releases)


def release_due_quotas(session: Session, context: ChangeContext) -> int:
    """End what is kept no longer and release every quota whose day has come, in all seminars, and seat people who wait.

    Returns:
        How many seats moved to open pools.
    """
    by_tomorrow = SeatPool.release_on <= context.now.date() + timedelta(days=1)  # in some zone it is tomorrow
    unserved = (SeatPool.size > SeatPool.taken) | SeatPool.released_at.is_(None) | (SeatPool.held > 0)
    released = select(SeatPool.seminar_id).where(SeatPool.agency_id.is_not(None), by_tomorrow, unserved)
    expired = select(Hold.seminar_id).where(Hold.ended_at.is_(None), Hold.last_day <= context.now.date())
    due = select(Seminar.id).where(Seminar.state.in_(HANDING_OUT), Seminar.id.in_(released.union(expired)))
    moved = 0
    for seminar_id in session.scalars(due.order_by(Seminar.id)).all():
        seats = lock_seats(session, seminar_id)
        holding.end_due(session, context, seats=seats)
        if not hands_out_seats(seats.seminar, now=context.now):
            continue
        moved += sum(step.seats for step in decide_releases(seats.pools, today=seats.today(context.now)))
        settle(session, context, seats=seats)
    return moved


def grow_open_pool(session: Session, context: ChangeContext, *, seats: LockedSeats, by: int = 1) -> int:
    """Add a seat to the open pool for one person, or with `by` -1 take it away again; return the pool's id.

    The caller fills the seat in the same transaction, before anybody in the queue could.
    """
    row = next(row for row in seats.rows.values() if row.agency_id is None)
    row.size += by
    seats.pools = [replace(pool, size=pool.size + by) if pool.id == row.id else pool for pool in seats.pools]
    session.flush()
    audit.record(
        session,
        context,
        action="seats.grown" if by > 0 else "seats.shrunk",
        subject=f"seat_pool:{row.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"seats": abs(by)},
    )
    return row.id


def settle_all(session: Session, context: ChangeContext) -> None:
    """Give free seats to those who may hold them since the paths between agencies changed, in all seminars to come.

    Every such seminar is locked, also where nobody waits and no quota is kept: a change under way may have read the paths of before.
    """
    to_come = Seminar.state.in_(HANDING_OUT), Seminar.ends_on >= context.now.date() - timedelta(days=1)
    for seminar_id in session.scalars(select(Seminar.id).where(*to_come).order_by(Seminar.id)).all():
        settle(session, context, seats=lock_seats(session, seminar_id))
