"""Tell liaisons, three days and one day before a quota is released, how many of its seats have no name yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import liaisons
from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import agencies_of_liaisons
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.dates import date_range
from seminar_app.messages.services import enqueue
from seminar_app.registration.hold_rules import DAYS_BEFORE_RELEASE, release_notice_due
from seminar_app.registration.rules import PoolState, hands_out_seats
from seminar_app.registration.services.mails import facts
from seminar_app.registration.services.seats import HANDING_OUT, LockedSeats, lock_seats, settle
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState

KIND = "release_near"


def tell_releases(session: Session, context: ChangeContext) -> int:
    """Tell the liaisons of each quota that is released soon and has seats without a name. Return how many mails there are.

    Of a draft nobody is told: no liaison sees it.
    """
    first, last = (context.now.date() + timedelta(days=days) for days in (0, max(DAYS_BEFORE_RELEASE) + 1))
    near = SeatPool.release_on.between(first, last) & SeatPool.agency_id.is_not(None) & SeatPool.released_at.is_(None)
    states = [state for state in HANDING_OUT if state is not SeminarState.DRAFT]
    due = select(Seminar.id).where(Seminar.state.in_(states), Seminar.id.in_(select(SeatPool.seminar_id).where(near)))
    return sum(_tell_of(session, context, lock_seats(session, each)) for each in session.scalars(due.order_by(Seminar.id)).all())


def _tell_of(session: Session, context: ChangeContext, seats: LockedSeats) -> int:
    if not hands_out_seats(seats.seminar, now=context.now):
        return 0
    settle(session, context, seats=seats)
    today, told = seats.today(context.now), 0
    granted: Mapping[UserAccount, frozenset[int]] = {}
    for pool in seats.pools:
        row = seats.rows[pool.id]
        if pool.agency_id is None or pool.release_on is None:
            continue
        due = release_notice_due(pool.release_on, today=today, told=row.release_told)
        if due is None or not (lost := seats_without_name(session, seats, pool)):
            continue
        granted = granted or liaisons(session)
        people = liaisons_of_pool(session, context, seats, pool, granted)
        row.release_told = due
        session.flush()
        told += _mail(session, context, seats, pool=pool, lost=lost, days=(pool.release_on - today).days, people=people)
        subject, details = f"seat_pool:{row.public_id.hex}", {"seats": lost, "liaisons": len(people)}
        audit.record(session, context, action="quota.release_told", subject=subject, seminar=seats.seminar.slug, details=details)
    return told


def seats_without_name(session: Session, seats: LockedSeats, pool: PoolState) -> int:
    """Return how many seats of a quota nobody has been named for: free ones, and those that are kept without a name."""
    nameless = (hold for hold in seats.holds(session) if hold.seat_pool_id == pool.id and hold.registration_id is None)
    return pool.room + sum(1 for _hold in nameless)


def liaisons_of_pool(
    session: Session, context: ChangeContext, seats: LockedSeats, pool: PoolState, granted: Mapping[UserAccount, frozenset[int]]
) -> Sequence[UserAccount]:
    """Return the liaisons whose people may draw from the quota."""
    reach = agencies_of_liaisons(session, set(granted.values()), on=context.now.date())
    return [
        account for account, agencies in granted.items() if any(pool.agency_id in seats.path(session, each) for each in reach[agencies])
    ]


def _mail(
    session: Session, context: ChangeContext, seats: LockedSeats, *, pool: PoolState, lost: int, days: int, people: Sequence[UserAccount]
) -> int:
    agency = session.get_one(Agency, pool.agency_id)
    for account in people:
        day = pool.release_on or seats.seminar.starts_on
        said = {"agency": agency.code, "lost": lost, "size": pool.size, "left": days, "day": date_range(day, day, account.language)}
        enqueue(
            session,
            context,
            kind=KIND,
            language=account.language,
            to_address=account.email,
            to_name=account.name,
            facts=facts(seats.seminar, seats.office, account.language) | said,
        )
    return len(people)
