"""A seminar's seats, locked until the transaction ends: who changes them waits, then reads them as they are."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct, field
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.queries import pool_steps
from seminar_app.agencies.succession_rules import Steps, path_to_pools
from seminar_app.core.errors import NotFound
from seminar_app.core.values import replace
from seminar_app.offices.mail_facts import HasContact
from seminar_app.offices.models import Office
from seminar_app.registration.errors import (
    SeminarArchived,
    SeminarCompleted,
)
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.form_page import OFFICE, FormOffice
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.rules import (
    PoolState,
    Reach,
    day_there,
    is_list_frozen,
    quotas_within,
    reach_of,
)
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, SeminarState, is_frozen


class LockedSeats(Struct):
    """A seminar's seats, locked until the transaction ends. `pools` follows the number of seats held."""

    seminar: Seminar
    office: HasContact
    rows: dict[int, SeatPool]
    pools: list[PoolState]
    _steps: Steps | None = field(default=None)
    _paths: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _last_place: int | None = field(default=None)
    _holds: list[Hold] | None = field(default=None)

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
    select(Seminar, *OFFICE)
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
    return LockedSeats(found[0], FormOffice(*found[1:]), {row.id: row for row in rows}, [pool_state(row) for row in rows])


def read_seats(session: Session, seminar: Seminar, office: HasContact) -> LockedSeats:
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
