"""How full a seminar is, pool by pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, edition_of_seats, may_edit
from seminar_app.seminars.models import SeatPool


@dataclass(frozen=True, slots=True)
class PoolLine:
    """A pool with its agency (None for the open pool)."""

    agency: Agency | None
    size: int
    taken: int
    release_on: date | None
    released: bool


@dataclass(frozen=True, slots=True)
class SeatsOverview:
    """The pools, quotas by code and the open pool last, and how many wait."""

    pools: list[PoolLine]
    waiting: int

    @property
    def capacity(self) -> int:
        """All seats."""
        return sum(pool.size for pool in self.pools)

    @property
    def taken(self) -> int:
        """Seats held."""
        return sum(pool.taken for pool in self.pools)

    @property
    def edition(self) -> str:
        """How they are shared out."""
        return edition_of_seats((pool.agency.id if pool.agency else None, pool.size, pool.release_on) for pool in self.pools)

    @property
    def quotas(self) -> list[PoolLine]:
        """The pools of agencies that have seats."""
        return [pool for pool in self.pools if pool.agency is not None]

    @property
    def open_pool(self) -> PoolLine:
        """The pool for the rest."""
        return next((pool for pool in self.pools if pool.agency is None), PoolLine(None, 0, 0, None, released=False))


def seats_overview(session: Session, seminar_id: int) -> SeatsOverview:
    """The seats of a seminar in two statements. A quota that was given up (no seats, nobody in it) is left out."""
    found = session.execute(
        select(SeatPool, Agency).outerjoin(Agency, Agency.id == SeatPool.agency_id).where(SeatPool.seminar_id == seminar_id)
    ).all()
    lines = [
        PoolLine(agency, pool.size, pool.taken, pool.release_on, pool.released_at is not None)
        for pool, agency in found
        if agency is None or pool.size or pool.release_on
    ]
    lines.sort(key=lambda line: (line.agency is None, line.agency.code if line.agency else ""))
    waiting = session.scalar(
        select(func.count())
        .select_from(Registration)
        .where(Registration.seminar_id == seminar_id, Registration.state == RegistrationState.WAITLISTED)
    )
    return SeatsOverview(lines, waiting or 0)


@dataclass(frozen=True, slots=True)
class HeadCount:
    """How many of a seminar's people are where."""

    registered: int
    waitlisted: int
    pending: int
    concerned: int
    """These, the nominated and the invited: all who are told when the seminar is cancelled."""


def head_count(session: Session, seminar_id: int) -> HeadCount:
    """Count the people of a seminar in one statement."""
    rows = session.execute(
        select(Registration.state, func.count().label("people")).where(Registration.seminar_id == seminar_id).group_by(Registration.state)
    )
    counts = {row.state: int(row.people) for row in rows}
    return HeadCount(
        registered=counts.get(RegistrationState.REGISTERED, 0),
        waitlisted=counts.get(RegistrationState.WAITLISTED, 0),
        pending=counts.get(RegistrationState.PENDING, 0),
        concerned=sum(number for state, number in counts.items() if may_edit(state)),
    )
