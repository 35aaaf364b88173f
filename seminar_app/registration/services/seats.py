"""Seats are locked first, then given, freed and released by the rules, in the transaction of the change that needs them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import pool_steps
from seminar_app.agencies.succession_rules import Steps, path_to_pools
from seminar_app.audit import services as audit
from seminar_app.core.actor import RULE
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.offices.models import Office
from seminar_app.registration.errors import (
    AgencyTwice,
    OpenPoolBelowTaken,
    QuotaBelowTaken,
    QuotasAboveCapacity,
    ReleasedAtOnce,
    SeminarArchived,
    SeminarCompleted,
)
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.rules import (
    PoolState,
    Reach,
    RegistrationState,
    SeatDecision,
    SeatFault,
    SeatRefusal,
    Waiting,
    WishedPool,
    after_releases,
    check_pools,
    day_there,
    decide_promotions,
    decide_releases,
    decide_seat,
    edition_of_seats,
    hands_out_seats,
    is_list_frozen,
    quotas_within,
    reach_of,
    released_at_once,
)
from seminar_app.registration.services import holding
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, SeminarState, is_frozen

HANDING_OUT = (SeminarState.DRAFT, SeminarState.PUBLISHED, SeminarState.CLOSED)
"""States in which a seminar that is not over gives free seats to those who wait (`hands_out_seats`)."""


@dataclass(slots=True)
class LockedSeats:
    """A seminar's seats, locked until the transaction ends. `pools` follows the number of seats held."""

    seminar: Seminar
    office: Office
    rows: dict[int, SeatPool]
    pools: list[PoolState]
    _steps: Steps | None = field(default=None, repr=False)
    _paths: dict[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _last_place: int | None = field(default=None, repr=False)
    _holds: list[Hold] | None = field(default=None, repr=False)

    def holds(self, session: Session) -> list[Hold]:
        """Return the seats that are kept now, for a name or an invitation. Where none is it asks no database."""
        if not any(pool.held for pool in self.pools):
            return []
        if self._holds is None:
            self._holds = list(session.scalars(_HOLDS, {"seminar_id": self.seminar.id}))
        return [hold for hold in self._holds if hold.ended_at is None]

    def keep(self, hold: Hold) -> None:
        """Note a seat that is kept from now on, and that the trigger has counted."""
        if self._holds is not None:
            self._holds.append(hold)
        self._count_held(hold.seat_pool_id, 1)

    def end(self, hold: Hold) -> None:
        """Note a kept seat that has ended, and that the trigger has counted."""
        self._count_held(hold.seat_pool_id, -1)

    def _count_held(self, pool_id: int, by: int) -> None:
        self.pools = [replace(each, taken=each.taken + by, held=each.held + by) if each.id == pool_id else each for each in self.pools]

    def reach(self, session: Session, registration: Registration, *, now: datetime) -> Reach:
        """Return the pools that the registration may draw from now, by its agency, and for a nomination by its quotas."""
        path = self.path(session, registration.agency_id)
        return reach_of(self.pools, path, agency_seats_only=bool(registration.agency_seats_only), today=self.today(now))

    def has_quota(self, session: Session, agency_id: int | None) -> bool:
        """Whether the seminar keeps a quota that an agency's people may draw from."""
        return bool(quotas_within(self.pools, self.path(session, agency_id)))

    def path(self, session: Session, agency_id: int | None) -> tuple[int, ...]:
        """Return the agencies whose quotas an agency's people may draw from here, in the order they are tried.

        None if the agency is not in the directory: its people draw from the open pool only.

        The directory is read once, in one statement, and after the seats were locked: whoever records a succession waits for them.
        A seminar without quotas needs no path, and reads nothing.
        """
        if agency_id is None or all(pool.agency_id is None for pool in self.pools):
            return ()
        if agency_id not in self._paths:
            if self._steps is None:
                self._steps = pool_steps(session, self.seminar.starts_on)
            self._paths[agency_id] = path_to_pools(agency_id, self._steps)
        return self._paths[agency_id]

    def next_queue_place(self, session: Session) -> int:
        """Return the place after the last one in the queue. Asked again it asks no database: nobody else can have taken one."""
        if self._last_place is None:
            last = select(func.max(Registration.queue_place)).where(Registration.seminar_id == self.seminar.id)
            self._last_place = session.scalar(last) or 0
        self._last_place += 1
        return self._last_place

    def former_place(self, session: Session, place: int | None) -> int:
        """Return the place in the queue that somebody had before, if nobody else has it now; else the one after the last."""
        here = select(Registration.id).where(Registration.seminar_id == self.seminar.id, Registration.queue_place == place)
        if place is None or session.scalar(here) is not None:
            return self.next_queue_place(session)
        if self._last_place is not None:
            self._last_place = max(self._last_place, place)
        return place

    def approval(self, now: datetime) -> Approval:
        """Return how people are approved now: by hand as soon as the list is frozen."""
        frozen = is_list_frozen(self.seminar.list_freezes_on, today=self.today(now))
        return Approval.MANUAL if frozen else self.seminar.approval

    def today(self, now: datetime) -> date:
        """Return the date in the seminar's time zone."""
        return day_there(now, self.seminar.time_zone)

    def refuse_if_frozen(self) -> None:
        """Refuse to change the list of a seminar whose outcomes are settled. Completing it locks the seats too, so this holds.

        Raises:
            SeminarCompleted: the seminar is completed; SeminarArchived: it is archived.
        """
        if is_frozen(self.seminar.state):
            raise SeminarArchived if self.seminar.state is SeminarState.ARCHIVED else SeminarCompleted

    def moved(self, *, left: int | None, took: int | None) -> None:
        """Update `pools` to match what the database trigger has counted. `left` and `took` are pool ids."""
        change = {left: -1, took: 1} if left != took else {}
        self.pools = [replace(pool, taken=pool.taken + change[pool.id]) if pool.id in change else pool for pool in self.pools]


_HOLDS = select(Hold).where(Hold.seminar_id == bindparam("seminar_id"), Hold.ended_at.is_(None)).order_by(Hold.id)
# built once: for a submitted form, building the statements again would take longer than the database needs to run them
_POOLS = select(SeatPool).where(SeatPool.seminar_id == bindparam("seminar_id")).order_by(SeatPool.id)
_LOCK = _POOLS.with_for_update()
_LOCKED = (
    select(Seminar, Office)
    .join(Office, Office.id == Seminar.office_id)
    .where(Seminar.id == bindparam("seminar_id"))
    .with_for_update(of=Seminar, read=True)  # an edit of the seminar or its sessions comes before or after
    .execution_options(populate_existing=True)  # a seminar read before the lock may have been completed meanwhile
)


def lock_seats(session: Session, seminar_id: int) -> LockedSeats:
    """Wait for other transactions that change the seats of this seminar, then read the seats.

    Raises:
        NotFound: there is no such seminar.
    """
    rows = list(session.scalars(_LOCK, {"seminar_id": seminar_id}))
    found = session.execute(_LOCKED, {"seminar_id": seminar_id}).one_or_none()
    if found is None:
        raise NotFound
    return LockedSeats(found[0], found[1], {row.id: row for row in rows}, [pool_state(row) for row in rows])


def read_seats(session: Session, seminar: Seminar, office: Office) -> LockedSeats:
    """Return the seats as they are now, without a lock: to show what would become of somebody."""
    rows = list(session.scalars(_POOLS, {"seminar_id": seminar.id}))
    return LockedSeats(seminar, office, {row.id: row for row in rows}, [pool_state(row) for row in rows])


def locked_registration(session: Session, registration_id: int) -> tuple[LockedSeats, Registration]:
    """Lock the seats of the registration's seminar, then read the registration with its person.

    Raises:
        NotFound: there is no such registration.
    """
    seminar_id = session.scalar(select(Registration.seminar_id).where(Registration.id == registration_id))
    if seminar_id is None:
        raise NotFound
    seats = lock_seats(session, seminar_id)
    registration = session.scalars(
        select(Registration).where(Registration.id == registration_id).options(joinedload(Registration.person))
    ).one()
    return seats, registration


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


def resize(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    capacity: int,
    wished: Sequence[WishedPool],
    opened: str | None = None,
    releases: bool = True,
) -> int:
    """Divide the seats anew, and give those that became free to the waiting list.

    Args:
        capacity: all seats of the seminar.
        wished: the quotas; the open pool gets the rest. A quota that is not listed keeps no seats.
        opened: `edition_of_seats` of what the page showed; None if the caller is not a page.
        releases: a quota may be released by it at once; False where that is to be asked first.

    Returns:
        How many people were given a seat.

    Raises:
        StaleEdit: the seats were divided differently meanwhile.
        SeminarCompleted: the seminar is completed or archived.
        ReleasedAtOnce: a quota would be released at once, and `releases` is False.
        AgencyTwice, QuotasAboveCapacity, QuotaBelowTaken, OpenPoolBelowTaken: the seats cannot be divided that way.
    """
    seats = lock_seats(session, seminar_id)
    if opened is not None and opened != edition_of_seats((pool.agency_id, pool.size, pool.release_on) for pool in seats.pools):
        raise StaleEdit
    seats.refuse_if_frozen()
    if (fault := check_pools(seats.pools, capacity=capacity, wished=wished)) is not None:
        raise _refusal(session, fault, capacity)
    today = seats.today(context.now)
    if not releases and (at_once := released_at_once(seats.pools, wished, today=today)) is not None:
        code = session.scalar(select(Agency.code).where(Agency.id == at_once.agency_id)) or ""
        raise ReleasedAtOnce(agency=code, seats=at_once.seats, kept=at_once.kept)
    rows = {row.agency_id: row for row in seats.rows.values()}
    sizes: dict[int | None, int] = {None: capacity - sum(wish.size for wish in wished)}
    dates: dict[int | None, date | None] = {}
    for wish in wished:
        sizes[wish.agency_id], dates[wish.agency_id] = wish.size, wish.release_on
    for agency_id in sizes.keys() - rows.keys():
        row = SeatPool(public_id=uuid.uuid4(), seminar_id=seminar_id, agency_id=agency_id, size=0, taken=0)
        session.add(row)
        rows[agency_id] = row
    before = {str(row.agency_id): row.size for row in rows.values()}
    was = {agency_id: row.release_on for agency_id, row in rows.items()}
    for agency_id, row in rows.items():
        row.size = sizes.get(agency_id, 0)
        row.release_on = dates.get(agency_id)
        if row.release_on is None or row.release_on > today:
            row.released_at = None
        if row.release_on != was[agency_id]:
            row.release_told = None
    session.flush()
    audit.record(
        session,
        context,
        action="seats.changed",
        subject=f"seminar:{seats.seminar.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"before": before, "after": {str(row.agency_id): row.size for row in rows.values()}},
    )
    seats.rows = {row.id: row for row in rows.values()}
    seats.pools = [pool_state(row) for row in rows.values()]
    holding.shorten(session, seats=seats)
    return settle(session, context, seats=seats)


def _refusal(session: Session, fault: SeatRefusal, capacity: int) -> Exception:
    """Return the refusal for a fault that the rules found."""
    if fault.fault is SeatFault.ABOVE_CAPACITY:
        return QuotasAboveCapacity(seats=fault.seats, capacity=capacity)
    if fault.agency_id is None:
        return OpenPoolBelowTaken(seats=fault.seats, kept=fault.kept)
    code = session.scalar(select(Agency.code).where(Agency.id == fault.agency_id)) or ""
    if fault.fault is SeatFault.TWICE:
        return AgencyTwice(agency=code)
    return QuotaBelowTaken(agency=code, seats=fault.seats, kept=fault.kept)
