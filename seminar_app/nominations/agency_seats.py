"""The seats of the quotas that a liaison's people draw from, in the figures of her pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyChoice
from seminar_app.agencies.succession_rules import Steps, path_to_pools
from seminar_app.people.models import Person
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import DAYS_BEFORE_RELEASE
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.rules import RegistrationState, is_alternate, is_released, quotas_within
from seminar_app.seminars.models import SeatPool

WAIT_FOR_APPROVAL = (RegistrationState.NOMINATED, RegistrationState.INVITED, RegistrationState.PENDING)


class OwnQuota(Struct, frozen=True):
    """A quota that the liaison's people draw from.

    Attributes:
        named: her people who hold a seat of it.
        in_open: those who hold an open seat, where it is the nearest quota on their way.
        alternates: those who wait for one, where it is the nearest on their way.
        kept: seats kept without a name for her agencies.
        left: free seats.
        nameless: all that a release would take: free seats, and those kept without a name for anybody.
        release_on: the day of the release; None if there is none, or it has come.
        days: until then.
        shared: other agencies draw from it too, so she sees not all who hold its seats.
    """

    agency: AgencyChoice
    size: int
    named: int
    in_open: int
    alternates: int
    kept: int
    left: int
    nameless: int
    release_on: date | None
    days: int | None
    released: bool
    shared: bool

    @property
    def seated(self) -> int:
        """Her people with a seat, of the quota or open."""
        return self.named + self.in_open

    @property
    def near(self) -> bool:
        """Whether seats without a name will be lost within so few days that the liaison is warned."""
        return bool(self.nameless) and self.days is not None and self.days <= max(DAYS_BEFORE_RELEASE)


class OwnHold(Struct, frozen=True):
    """Seats kept without a name for one of the liaison's agencies to one day. `ids`: their public ids, in hexadecimal digits."""

    agency: AgencyChoice
    last_day: date
    ids: tuple[str, ...]


class Tally(Struct, frozen=True):
    """How many of the liaison's people stand on a seminar's list: with a seat, as alternates, waiting in line, waiting for approval."""

    seated: int = 0
    alternates: int = 0
    waiting: int = 0
    undecided: int = 0

    @property
    def here(self) -> int:
        """All of them."""
        return self.seated + self.alternates + self.waiting + self.undecided


class SeatsRead(Struct, frozen=True):
    """Pools, kept seats and counts of the liaison's people by seminar, as they were read."""

    pools: Mapping[int, Sequence[SeatPool]]
    holds: Mapping[int, Sequence[Any]]
    counts: Mapping[int, Sequence[Any]]


def read_own_seats(session: Session, seminar_ids: Collection[int], own: Collection[int]) -> SeatsRead:
    """Read the seats of several seminars in three statements, however many they are."""
    pools, holds, counts = defaultdict(list), defaultdict(list), defaultdict(list)
    for pool in session.scalars(select(SeatPool).where(SeatPool.seminar_id.in_(seminar_ids)).order_by(SeatPool.id)):
        pools[pool.seminar_id].append(pool)
    kept = select(Hold.seminar_id, Hold.seat_pool_id, Hold.agency_id, Hold.last_day, Hold.public_id)
    without_name = kept.where(Hold.seminar_id.in_(seminar_ids), Hold.ended_at.is_(None), Hold.agency_id.is_not(None))
    for hold in session.execute(without_name.order_by(Hold.id)):
        holds[hold.seminar_id].append(hold)
    by = (
        Registration.seminar_id,
        Registration.state,
        Registration.seat_pool_id,
        Registration.agency_id,
        Registration.agency_seats_only,
    )
    of_own = select(*by, func.count().label("number")).join(Person, Person.id == Registration.person_id)
    of_own = of_own.where(Registration.seminar_id.in_(seminar_ids), Registration.agency_id.in_(own), Person.merged_into_id.is_(None))
    for row in session.execute(of_own.group_by(*by)):
        counts[row.seminar_id].append(row)
    return SeatsRead(pools, holds, counts)


def own_quotas(
    read: SeatsRead, seminar_id: int, *, own: Collection[int], steps: Steps, directory: Mapping[int, AgencyChoice], today: date
) -> list[OwnQuota]:
    """Return the quotas of a seminar that the agencies `own` draw from, by code. `steps`: as of the seminar's first day."""
    drawn_from = {step for agency_id in own for step in path_to_pools(agency_id, steps)}
    pools = read.pools.get(seminar_id, ())
    states = [pool_state(pool) for pool in pools]
    open_pools = {pool.id for pool in pools if pool.agency_id is None}
    named, in_open, alternates = Counter[int | None](), Counter[int | None](), Counter[int | None]()
    for row in read.counts.get(seminar_id, ()):
        nearest = next((quota.id for quota in quotas_within(states, path_to_pools(row.agency_id, steps))), None)
        if row.seat_pool_id in open_pools:
            in_open[nearest] += row.number
        elif row.seat_pool_id is not None:
            named[row.seat_pool_id] += row.number
        elif is_alternate(row.state, agency_seats_only=row.agency_seats_only):
            alternates[nearest] += row.number
    kept = Counter(hold.seat_pool_id for hold in read.holds.get(seminar_id, ()) if hold.agency_id in own)
    nameless = Counter(hold.seat_pool_id for hold in read.holds.get(seminar_id, ()))
    found = []
    for pool, state in zip(pools, states, strict=True):
        if pool.agency_id is None or pool.agency_id not in drawn_from or not state.kept:
            continue
        released = state.released or is_released(state, today=today)
        day = None if released else pool.release_on
        found.append(
            OwnQuota(
                agency=directory[pool.agency_id],
                size=pool.size,
                named=named[pool.id],
                in_open=in_open[pool.id],
                alternates=alternates[pool.id],
                kept=kept[pool.id],
                left=state.room,
                nameless=0 if released else state.room + nameless[pool.id],
                release_on=day,
                days=(day - today).days if day is not None else None,
                released=released,
                shared=pool.agency_id not in own,
            )
        )
    return sorted(found, key=lambda quota: quota.agency.code)


def own_holds(read: SeatsRead, seminar_id: int, *, own: Collection[int], directory: Mapping[int, AgencyChoice]) -> list[OwnHold]:
    """Return the seats that are kept without a name for the agencies `own`, those that end first at the top."""
    found: dict[tuple[date, int], list[str]] = {}
    for hold in read.holds.get(seminar_id, ()):
        if hold.agency_id in own:
            found.setdefault((hold.last_day, hold.agency_id), []).append(hold.public_id.hex)
    return [OwnHold(directory[agency_id], day, tuple(ids)) for (day, agency_id), ids in sorted(found.items())]


def tally_of(rows: Iterable[Any]) -> Tally:
    """Return how many people stand where, by rows of counts."""
    counted: Counter[str] = Counter()
    for row in rows:
        if row.state is RegistrationState.REGISTERED:
            counted["seated"] += row.number
        elif row.state is RegistrationState.WAITLISTED:
            counted["alternates" if row.agency_seats_only else "waiting"] += row.number
        elif row.state in WAIT_FOR_APPROVAL:
            counted["undecided"] += row.number
    return Tally(**counted)
