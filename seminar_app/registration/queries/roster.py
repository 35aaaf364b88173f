"""The roster: the registrations of a seminar by agency group, limited to what the account may see."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.accounts.rules import may_coordinate, may_organize
from seminar_app.agencies.queries import AgencyChoice, all_agencies
from seminar_app.agencies.rules import path_of
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.people.models import Person
from seminar_app.people.rules import list_order, listed_name, name_key
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.queries import find_seminar
from seminar_app.seminars.rules import SeminarState

PAGE_SIZE = 300
"""Lines per page: most seminars fit on one page, and a seminar of thousands still opens quickly."""


@dataclass(frozen=True, slots=True)
class RosterAccess:
    """A seminar whose roster the account may open. `agency_ids`: None for all of it, else only these agencies and those below them."""

    seminar: Seminar
    agency_ids: frozenset[int] | None
    may_change: bool

    def covers(self, path: Iterable[int]) -> bool:
        """Whether people of this agency are included. `path`: the agency and its parents."""
        return self.agency_ids is None or bool(self.agency_ids & frozenset(path))


def roster_access(session: Session, actor: Actor, slug: str) -> RosterAccess:
    """Return how the account may open the roster.

    The seminar's office may read and change it, its coordinators may read it. Liaisons may read the part of their own
    agencies, once the seminar is no longer a draft.

    Raises:
        NotFound: there is no such seminar, or the account may not open its roster.
    """
    seminar = find_seminar(session, slug)
    if seminar is None:
        raise NotFound
    if may_coordinate(actor, office_id=seminar.office_id, seminar_id=seminar.id):
        return RosterAccess(seminar, None, may_organize(actor, office_id=seminar.office_id))
    if actor.agency_ids and seminar.state is not SeminarState.DRAFT:
        return RosterAccess(seminar, actor.agency_ids, may_change=False)
    raise NotFound


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """What part of the roster is shown. `group`: agency group code; `pool`: public id of a seat pool; `words`: of a name or e-mail."""

    state: RegistrationState | None = None
    group: str = ""
    pool: str = ""
    words: str = ""

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return bool(self.state or self.group or self.pool or self.words)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the roster; a reserved identity is listed under its code."""

    public_id: uuid.UUID
    name: str
    agency: AgencyChoice
    unit: str | None
    position: str | None
    state: RegistrationState
    queue_place: int | None
    pool: str | None
    """Public id of the pool of the seat; None without a seat."""
    order: tuple[str, ...]
    searched: str


@dataclass(slots=True)
class RosterGroup:
    """An agency group: the lines shown (`rows`), all lines (`everybody`), and the counts of all lines."""

    group: AgencyChoice
    rows: list[RosterRow] = field(default_factory=list)
    everybody: list[RosterRow] = field(default_factory=list)
    counts: Counter[RegistrationState] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Roster:
    """The groups with any registration, the counts of all, and how many lines match; the groups hold one page of the matches."""

    groups: list[RosterGroup]
    counts: Counter[RegistrationState]
    shown: int
    pools: list[SeatPool]
    agencies: Mapping[int, AgencyChoice]
    page: int

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.shown // PAGE_SIZE))

    @property
    def total(self) -> int:
        """Number of registrations in any state."""
        return sum(self.counts.values())


def roster(session: Session, access: RosterAccess, wanted: RosterFilter, *, page: int = 1) -> Roster:
    """Read the roster in four statements, however many people are on it; of the lines that match, one page of 300."""
    agencies = all_agencies(session)
    parents = {agency.id: agency.parent_id for agency in agencies.values()}
    pools = list(session.scalars(select(SeatPool).where(SeatPool.seminar_id == access.seminar.id).order_by(SeatPool.id)))
    pool_ids = {pool.id: pool.public_id.hex for pool in pools}
    lines = session.execute(
        select(Registration, Person)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == access.seminar.id, Person.merged_into_id.is_(None))
    )
    groups: dict[int, RosterGroup] = {}
    counts: Counter[RegistrationState] = Counter()
    shown = 0
    for registration, person in lines:
        path = path_of(registration.agency_id, parents)
        if not access.covers(path):
            continue
        group = groups.setdefault(path[-1], RosterGroup(agencies[path[-1]]))
        group.counts[registration.state] += 1
        counts[registration.state] += 1
        line = _row(registration, person, agencies[registration.agency_id], pool_ids)
        group.everybody.append(line)
        if _is_wanted(line, group, wanted):
            group.rows.append(line)
            shown += 1
    for group in groups.values():
        group.rows.sort(key=lambda line: line.order)
    levels = [level.value for level in type(next(iter(agencies.values())).level)] if agencies else []
    visible = [pool for pool in pools if access.agency_ids is None or (pool.agency_id and access.covers(path_of(pool.agency_id, parents)))]
    visible.sort(key=lambda pool: (pool.agency_id is None, agencies[pool.agency_id].code if pool.agency_id else ""))
    ordered = sorted(groups.values(), key=lambda found: (levels.index(found.group.level.value), found.group.code))
    page = min(page, max(1, -(-shown // PAGE_SIZE)))
    _keep_page(ordered, page)
    return Roster(ordered, counts, shown, visible, agencies, page)


def _keep_page(groups: list[RosterGroup], page: int) -> None:
    """Keep only the lines of this page in the groups; lines are counted across all groups."""
    first, last, before = (page - 1) * PAGE_SIZE, page * PAGE_SIZE, 0
    for group in groups:
        length = len(group.rows)
        group.rows = group.rows[max(first - before, 0) : max(last - before, 0)]
        before += length


def _row(registration: Registration, person: Person, agency: AgencyChoice, pool_ids: Mapping[int, str]) -> RosterRow:
    name = listed_name(person)
    searched = name_key(name) if person.reserved else f"{person.search_key} {person.email or ''}"
    pool = pool_ids.get(registration.seat_pool_id) if registration.seat_pool_id is not None else None
    return RosterRow(
        registration.public_id,
        name,
        agency,
        registration.unit,
        registration.position,
        registration.state,
        registration.queue_place,
        pool,
        list_order(person),
        searched,
    )


def _is_wanted(line: RosterRow, group: RosterGroup, wanted: RosterFilter) -> bool:
    if wanted.state is not None and line.state is not wanted.state:
        return False
    if wanted.group and group.group.code != wanted.group:
        return False
    if wanted.pool and line.pool != wanted.pool:
        return False
    words = wanted.words.casefold().split() if "@" in wanted.words else name_key(wanted.words).split()
    return all(word in line.searched for word in words)


@dataclass(frozen=True, slots=True)
class StaffRegistration:
    """A registration as staff see it, with its person, its agency and its history."""

    access: RosterAccess
    registration: Registration
    agency: AgencyChoice
    group: AgencyChoice
    history: list[RegistrationHistory]

    @property
    def shown_since(self) -> datetime:
        """When the registration was made, in UTC."""
        return self.registration.registered_at


def registration_in_reach(session: Session, actor: Actor, slug: str, public_id: uuid.UUID) -> StaffRegistration:
    """Return one registration of a roster that the account may open.

    Raises:
        NotFound: there is no such registration, or the account may not see people of its agency.
    """
    access = roster_access(session, actor, slug)
    registration = session.scalar(
        select(Registration)
        .join(Registration.person)
        .options(contains_eager(Registration.person))
        .where(Registration.seminar_id == access.seminar.id, Registration.public_id == public_id, Person.merged_into_id.is_(None))
    )
    if registration is None:
        raise NotFound
    agencies = all_agencies(session)
    path = path_of(registration.agency_id, {agency.id: agency.parent_id for agency in agencies.values()})
    if not access.covers(path):
        raise NotFound
    history = session.scalars(
        select(RegistrationHistory)
        .where(RegistrationHistory.registration_id == registration.id)
        .order_by(RegistrationHistory.at, RegistrationHistory.id)
    )
    return StaffRegistration(access, registration, agencies[registration.agency_id], agencies[path[-1]], list(history))
