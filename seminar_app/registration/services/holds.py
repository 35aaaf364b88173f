"""Keep seats for names that are to come, and give them up."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.errors import KeptTooLong, NoSeatsGivenNow, NoSeatToKeep
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd, last_day_possible
from seminar_app.registration.rules import PoolState, Reach, hands_out_seats, pools_one_may_hold
from seminar_app.registration.services.holding import end_hold
from seminar_app.registration.services.seats import LockedSeats, lock_seats, settle


def keep_seats(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    agency_id: int,
    seats: int,
    last_day: date,
    quota_only: bool,
    submission_id: uuid.UUID,
) -> list[Hold]:
    """Keep free seats for the next people whom an agency names, or none if there are fewer than wished.

    Args:
        seats: how many, from 1.
        last_day: they are kept to its end.
        quota_only: of the agency's quotas alone, as a liaison may; else the open pool too.
        submission_id: of the display of the form; sent twice it keeps seats once, and returns those of them that are kept still.

    Raises:
        NoSeatToKeep: there are fewer free seats that the agency's people may hold.
        KeptTooLong: the day has passed, or is not before the quota's release or after the seminar's last day.
        NoSeatsGivenNow: the seminar is cancelled, completed or over.
        NotFound: there is no such seminar.
    """
    locked = open_seats_of(session, context, seminar_id=seminar_id)
    ids = [uuid.uuid5(submission_id, str(number)) for number in range(seats)]
    known = session.scalars(select(Hold).where(Hold.public_id.in_(ids)).order_by(Hold.id)).all()
    if known:
        return [hold for hold in known if hold.ended_at is None]
    path = locked.path(session, agency_id)
    reach = Reach(path, open_too=not quota_only)
    within = pools_one_may_hold(locked.pools, reach)
    free = sum(pool.room for pool in within)
    if free < seats:
        raise NoSeatToKeep(seats=free)
    holds = []
    for public_id in ids:
        pool = next(pool for pool in pools_one_may_hold(locked.pools, reach) if pool.room > 0)
        refuse_unless_possible(locked, context, pool=pool, last_day=last_day)
        hold = Hold(public_id=public_id, agency_id=agency_id, **kept_of(locked, context, pool=pool, last_day=last_day))
        holds.append(add_hold(session, context, seats=locked, hold=hold))
    return holds


def give_up(
    session: Session, context: ChangeContext, *, seminar_id: int, public_ids: Collection[uuid.UUID], agencies: Collection[int] | None
) -> int:
    """Keep seats without a name no longer: each goes to the first who waits and may hold it. Return how many there were.

    Args:
        agencies: whose kept seats the account may give up; None: all of the seminar.
    """
    locked = lock_seats(session, seminar_id)
    wanted = [hold for hold in locked.holds(session) if hold.public_id in set(public_ids) and hold.agency_id is not None]
    if agencies is not None and any(hold.agency_id not in agencies for hold in wanted):
        raise NotFound
    for hold in wanted:
        end_hold(session, context, seats=locked, hold=hold, ending=HoldEnd.GIVEN_UP)
    settle(session, context, seats=locked)
    return len(wanted)


def open_seats_of(session: Session, context: ChangeContext, *, seminar_id: int) -> LockedSeats:
    """Lock the seats, and give those that are due to who waits, so that only what is really free is kept.

    Raises:
        NoSeatsGivenNow: the seminar is cancelled, completed or over.
        NotFound: there is no such seminar.
    """
    seats = lock_seats(session, seminar_id)
    seats.refuse_if_frozen()
    if not hands_out_seats(seats.seminar, now=context.now):
        raise NoSeatsGivenNow
    settle(session, context, seats=seats)
    return seats


def refuse_unless_possible(seats: LockedSeats, context: ChangeContext, *, pool: PoolState, last_day: date) -> None:
    """Refuse a day to which a seat of this pool cannot be kept.

    Raises:
        KeptTooLong: it has passed, or is too late.
    """
    last = last_day_possible(pool, ends_on=seats.seminar.ends_on)
    if not seats.today(context.now) <= last_day <= last:
        raise KeptTooLong(last=last)


def kept_of(seats: LockedSeats, context: ChangeContext, *, pool: PoolState, last_day: date) -> dict[str, object]:
    """Return the columns that every kept seat has."""
    return {
        "seminar_id": seats.seminar.id,
        "seat_pool_id": pool.id,
        "last_day": last_day,
        "made_at": context.now,
        "made_by": context.actor,
    }


def add_hold(session: Session, context: ChangeContext, *, seats: LockedSeats, hold: Hold) -> Hold:
    """Add a kept seat; the trigger counts it, and refuses it where there is none."""
    session.add(hold)
    session.flush()
    seats.keep(hold)
    audit.record(
        session,
        context,
        action="hold.kept",
        subject=f"hold:{hold.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"invitation": hold.registration_id is not None, "until": hold.last_day.isoformat()},
    )
    return hold
