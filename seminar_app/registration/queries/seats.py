"""Seats of a seminar, pool by pool."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import PoolState, RegistrationState, edition_of_seats, may_edit
from seminar_app.seminars.models import SeatPool


def pool_state(row: SeatPool) -> PoolState:
    """Return a pool in the form that the rules use."""
    return PoolState(row.id, row.agency_id, row.size, row.taken, row.release_on, row.released_at is not None, row.held)


class PoolLine(Struct, frozen=True):
    """A pool with its agency (None for the open pool)."""

    agency: Agency | None
    size: int
    taken: int
    release_on: date | None
    released: bool
    held: int = 0
    """How many of `taken` are kept for a name or an invitation."""


class SeatsOverview(Struct, frozen=True):
    """The pools (quotas by agency code, the open pool last), how many people wait, and how many of them as alternates."""

    pools: list[PoolLine]
    waiting: int
    alternates: int = 0

    @property
    def capacity(self) -> int:
        """Number of all seats."""
        return sum(pool.size for pool in self.pools)

    @property
    def taken(self) -> int:
        """Number of seats held, or kept for a name or an invitation."""
        return sum(pool.taken for pool in self.pools)

    @property
    def kept(self) -> int:
        """Number of seats that are kept for a name or an invitation."""
        return sum(pool.held for pool in self.pools)

    @property
    def edition(self) -> str:
        """Hash of how the seats are divided."""
        return edition_of_seats((pool.agency.id if pool.agency else None, pool.size, pool.release_on) for pool in self.pools)

    @property
    def quotas(self) -> list[PoolLine]:
        """The pools that belong to an agency."""
        return [pool for pool in self.pools if pool.agency is not None]

    @property
    def open_pool(self) -> PoolLine:
        """The pool open to all agencies."""
        return next((pool for pool in self.pools if pool.agency is None), PoolLine(None, 0, 0, None, released=False))


def seats_overview(session: Session, seminar_id: int) -> SeatsOverview:
    """Read the seats of a seminar in two statements. A quota without seats and without a release date is left out."""
    found = session.execute(
        select(SeatPool, Agency).outerjoin(Agency, Agency.id == SeatPool.agency_id).where(SeatPool.seminar_id == seminar_id)
    ).all()
    lines = [
        PoolLine(agency, pool.size, pool.taken, pool.release_on, pool.released_at is not None, pool.held)
        for pool, agency in found
        if agency is None or pool.size or pool.release_on
    ]
    lines.sort(key=lambda line: (line.agency is None, line.agency.code if line.agency else ""))
    alternates = func.count(case((Registration.agency_seats_only, 1)))
    waiting = session.execute(
        select(func.count(), alternates)
        .select_from(Registration)
        .where(Registration.seminar_id == seminar_id, Registration.state == RegistrationState.WAITLISTED)
    ).one()
    return SeatsOverview(lines, *waiting)


class HeadCount(Struct, frozen=True):
    """Number of a seminar's registrations by state."""

    registered: int
    waitlisted: int
    pending: int
    nominated: int
    concerned: int
    """These and the invited: all people who are told if the seminar is cancelled."""
    to_phone: int
    """Those of them who have no e-mail address, so that no mail reaches them."""

    @property
    def by_mail(self) -> int:
        """Those of the concerned to whom a mail is written."""
        return self.concerned - self.to_phone


def head_count(session: Session, seminar_id: int) -> HeadCount:
    """Count the people of a seminar in one statement."""
    rows = session.execute(
        select(Registration.state, func.count().label("people"), func.count(Person.email).label("with_address"))
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == seminar_id)
        .group_by(Registration.state)
    ).all()
    counts = {row.state: int(row.people) for row in rows}
    return HeadCount(
        registered=counts.get(RegistrationState.REGISTERED, 0),
        waitlisted=counts.get(RegistrationState.WAITLISTED, 0),
        pending=counts.get(RegistrationState.PENDING, 0),
        nominated=counts.get(RegistrationState.NOMINATED, 0),
        concerned=sum(number for state, number in counts.items() if may_edit(state)),
        to_phone=sum(int(row.people - row.with_address) for row in rows if may_edit(row.state)),
    )
