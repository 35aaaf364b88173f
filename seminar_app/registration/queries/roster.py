"""The roster: the registrations of a seminar by agency group, limited to what the account may see."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import may_coordinate, may_organize
from seminar_app.agencies.queries import (
    NOT_ASSIGNED,
    AgencyChoice,
    NamedAgency,
    agencies_then,
    all_agencies,
    groups_then,
    in_group_order,
    pool_steps,
)
from seminar_app.agencies.rules import path_of
from seminar_app.agencies.succession_rules import path_to_pools
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key
from seminar_app.people.shown import ShownPerson, told_apart
from seminar_app.registration.first_opening_rules import Opening, decide_opening
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.queries.alternates import numbers_in
from seminar_app.registration.queries.here import PersonHere, people_here
from seminar_app.registration.queries.leaving import WITHDRAWN_BY_AGENCY, step_by_agency
from seminar_app.registration.queries.reach import agencies_in_reach
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState, RemovalReason, Source, edition_of, is_alternate, may_edit
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.queries import find_seminar
from seminar_app.seminars.rules import SeminarState, is_frozen

PAGE_SIZE = 300
"""Lines per page: most seminars fit on one page, and a seminar of thousands still opens quickly."""


class RosterAccess(Struct, frozen=True):
    """A seminar whose roster the account may open.

    Attributes:
        agency_ids: the agencies whose people are included; None for all of the roster.
        own_agencies: the agencies whose people the account sees as their liaison, whatever its other roles are.
    """

    seminar: Seminar
    agency_ids: frozenset[int] | None
    may_change: bool
    own_agencies: frozenset[int]

    @property
    def may_change_list(self) -> bool:
        """Whether the account may add, decide on and remove registrations: nobody may once the seminar is completed or archived."""
        return self.may_change and not is_frozen(self.seminar.state)

    def covers(self, agency_id: int | None) -> bool:
        """Whether people of this agency are included; None: it is not in the directory."""
        return self.agency_ids is None or agency_id in self.agency_ids


def roster_access(session: Session, actor: Actor, slug: str) -> RosterAccess:
    """Return how the account may open the roster.

    The seminar's office may read and change it, its coordinators may read it. Liaisons may read the part of their own
    agencies and of what these succeeded, once the seminar is no longer a draft.

    Raises:
        NotFound: there is no such seminar, or the account may not open its roster.
    """
    seminar = find_seminar(session, slug)
    if seminar is None:
        raise NotFound
    own = agencies_in_reach(session, actor)
    if may_coordinate(actor, office_id=seminar.office_id, seminar_id=seminar.id):
        return RosterAccess(seminar, None, may_organize(actor, office_id=seminar.office_id), own)
    if own and seminar.state is not SeminarState.DRAFT:
        return RosterAccess(seminar, own, may_change=False, own_agencies=own)
    raise NotFound


class RosterFilter(Struct, frozen=True):
    """What part of the roster is shown.

    Attributes:
        group: key of an agency group.
        pool: public id of a seat pool.
        words: of a name or e-mail.
        to_phone: only people whom no mail reaches and who are still concerned by the seminar.
        alternates: of those who wait only alternates.
        lacks_sex: only people whose sex is not known, which reports list as a gap.
    """

    state: RegistrationState | None = None
    group: str = ""
    pool: str = ""
    words: str = ""
    to_phone: bool = False
    alternates: bool = False
    lacks_sex: bool = False

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return bool(self.state or self.alternates or self.group or self.pool or self.words or self.to_phone or self.lacks_sex)


class RosterRow(Struct, frozen=True):
    """One line of the roster; a reserved identity is listed under its code."""

    public_id: uuid.UUID
    person: ShownPerson
    state: RegistrationState
    pool: str | None
    """Public id of the pool of the seat; None without a seat, and where the pool would tell the state of a reserved identity."""
    searched: str
    by_mail: bool
    """The person has an e-mail address, shown or not."""
    alternate: bool = False
    number: int | None = None
    """An alternate's number among those of the same quota; None of a reserved identity, or where no quota is left."""
    by_agency: bool = False
    """Whether it was the agency that withdrew the person."""

    @property
    def to_phone(self) -> bool:
        """No mail reaches the person, who is still concerned by the seminar."""
        return not self.by_mail and may_edit(self.state)

    @property
    def name(self) -> str:
        """Surnames first, or the code."""
        return self.person.name


class RosterGroup(Struct):
    """An agency group as of then: the lines shown (`rows`), the ids of all that match the filter, all lines and their counts."""

    group: NamedAgency
    rows: list[RosterRow] = field(default_factory=list)
    matching: list[uuid.UUID] = field(default_factory=list)
    everybody: list[RosterRow] = field(default_factory=list)
    counts: Counter[RegistrationState] = field(default_factory=Counter)

    @property
    def alternates(self) -> int:
        """Number of alternates among those who wait."""
        return sum(line.alternate for line in self.everybody)


class SeatsLeft(Struct, frozen=True):
    """A quota from which a liaison's people may draw. `shared`: other agencies draw from it too, so she sees not all who hold its seats."""

    agency: AgencyChoice
    size: int
    left: int
    shared: bool


class Roster(Struct, frozen=True):
    """The groups with any registration, the counts of all, and how many lines match; the groups hold one page of the matches.

    `agencies` is today's directory, and `groups_today` are the groups to which these people's agencies belong today:
    quotas and filters go by them. `seats_left` is for liaisons: the quotas of their agencies, by code.
    """

    groups: list[RosterGroup]
    counts: Counter[RegistrationState]
    shown: int
    pools: list[SeatPool]
    agencies: Mapping[int, AgencyChoice]
    groups_today: list[NamedAgency]
    page: int
    seats_left: Sequence[SeatsLeft] = ()

    @property
    def alternates(self) -> bool:
        """Whether anybody on it is an alternate."""
        return any(line.alternate for group in self.groups for line in group.everybody)

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.shown // PAGE_SIZE))

    @property
    def total(self) -> int:
        """Number of registrations in any state."""
        return sum(self.counts.values())


_LINE = (
    Registration.id,
    Registration.agency_id,
    Registration.public_id,
    Registration.state,
    Registration.seat_pool_id,
    Registration.queue_place,
    Registration.agency_seats_only,
    WITHDRAWN_BY_AGENCY,
)


def roster(session: Session, access: RosterAccess, wanted: RosterFilter, *, page: int = 1) -> Roster:
    """Read the roster in four statements, however many people are on it; of the lines that match, one page of 300.

    A liaison's takes one more, and so does one with alternates.
    """
    agencies = all_agencies(session, with_aliases=False)
    parents = {agency.id: agency.parent_id for agency in agencies.values()}
    pools = list(session.scalars(select(SeatPool).where(SeatPool.seminar_id == access.seminar.id).order_by(SeatPool.id)))
    lines = session.execute(
        select(*SHOWN, Person.search_key, *_LINE)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == access.seminar.id, Person.merged_into_id.is_(None))
    ).all()
    numbers = numbers_in(session, access.seminar, pools, lines)
    then = agencies_then(session)  # after the lines, so that it knows each of their versions
    by_id = {pool.id: pool for pool in pools}
    groups: dict[int, RosterGroup] = {}
    groups_today: dict[int, NamedAgency] = {}
    versions: set[int | None] = set()
    counts: Counter[RegistrationState] = Counter()
    shown = 0
    for row in lines:
        if not access.covers(row.agency_id):
            continue
        path = path_of(row.agency_id, parents) if row.agency_id is not None else ()
        today = agencies[path[-1]] if path else NOT_ASSIGNED
        groups_today[today.id] = today
        versions.add(row.agency_version_id)
        at = then[row.agency_version_id].group
        group = groups.setdefault(at.id, RosterGroup(at))
        group.counts[row.state] += 1
        counts[row.state] += 1
        line = _line(row, shown_person(row, then), by_id, agencies, numbers)
        group.everybody.append(line)
        if _is_wanted(line, today.key, wanted):
            group.rows.append(line)
            group.matching.append(line.public_id)
            shown += 1
    for group_id, named in groups_then(then[version] for version in versions).items():
        groups[group_id].group = named
        groups[group_id].rows = _in_order(groups[group_id].rows, by_number=wanted.alternates)
    visible = [pool for pool in pools if access.agency_ids is None or (pool.agency_id and access.covers(pool.agency_id))]
    visible.sort(key=lambda pool: (pool.agency_id is None, agencies[pool.agency_id].code if pool.agency_id else ""))
    ordered = sorted(groups.values(), key=lambda found: in_group_order(found.group))
    in_order = sorted(groups_today.values(), key=in_group_order)
    page = min(page, max(1, -(-shown // PAGE_SIZE)))
    _keep_page(ordered, page)
    for group in ordered:
        group.counts = _by_state(group.counts)
    return Roster(ordered, _by_state(counts), shown, visible, agencies, in_order, page, _seats_left(session, access, pools, agencies))


def _by_state(counts: Counter[RegistrationState]) -> Counter[RegistrationState]:
    """Return the counts in the order of the states, whichever row came first."""
    return Counter({state: counts[state] for state in RegistrationState if counts[state]})


def _seats_left(session: Session, access: RosterAccess, pools: Sequence[SeatPool], agencies: Mapping[int, AgencyChoice]) -> list[SeatsLeft]:
    if access.agency_ids is None:
        return []
    steps = pool_steps(session, access.seminar.starts_on)
    theirs = {step for agency_id in access.agency_ids for step in path_to_pools(agency_id, steps)}
    found = [
        SeatsLeft(agencies[pool.agency_id], pool.size, pool.size - pool.taken, shared=not access.covers(pool.agency_id))
        for pool in pools
        if pool.agency_id in theirs and pool.agency_id is not None and pool.size
    ]
    return sorted(found, key=lambda quota: quota.agency.code)


def _keep_page(groups: list[RosterGroup], page: int) -> None:
    """Keep only the lines of this page in the groups; lines are counted across all groups."""
    first, last, before = (page - 1) * PAGE_SIZE, page * PAGE_SIZE, 0
    for group in groups:
        length = len(group.rows)
        group.rows = group.rows[max(first - before, 0) : max(last - before, 0)]
        before += length


def _line(
    row: Any, person: ShownPerson, pools: Mapping[int, SeatPool], agencies: Mapping[int, AgencyChoice], numbers: Mapping[int, int]
) -> RosterRow:
    pool = pools.get(row.seat_pool_id) if row.seat_pool_id is not None else None
    if pool is not None and person.hidden and pool.agency_id is not None and agencies[pool.agency_id].state:
        pool = None
    searched = name_key(person.name) if person.hidden else f"{row.search_key} {person.email or ''}"
    alternate = is_alternate(row.state, agency_seats_only=row.agency_seats_only)
    number = None if person.hidden else numbers.get(row.id)
    pool_id = pool.public_id.hex if pool else None
    return RosterRow(row.public_id, person, row.state, pool_id, searched, row.email is not None, alternate, number, row.by_agency)


def _in_order(lines: list[RosterRow], *, by_number: bool) -> list[RosterRow]:
    """Sort the lines of a group, and tell namesakes apart. `by_number`: alternates by their number, those whose number is not told last."""
    ordered = sorted(lines, key=lambda line: line.person.order)
    people = told_apart(line.person for line in ordered)
    named = [replace(line, person=person) for line, person in zip(ordered, people, strict=True)]
    return sorted(named, key=lambda line: (line.number is None, line.number or 0)) if by_number else named


def _is_wanted(line: RosterRow, group: str, wanted: RosterFilter) -> bool:
    if wanted.state is not None and line.state is not wanted.state:
        return False
    if wanted.alternates and not line.alternate:
        return False
    if wanted.group and group != wanted.group:
        return False
    if wanted.pool and line.pool != wanted.pool:
        return False
    if wanted.lacks_sex and (line.person.hidden or line.person.sex is not None):
        return False
    if wanted.to_phone and not line.to_phone:
        return False
    words = wanted.words.casefold().split() if "@" in wanted.words else name_key(wanted.words).split()
    return all(word in line.searched for word in words)


class HistoryStep(Struct, frozen=True):
    """One change of the registration's state.

    Attributes:
        other: of a substitution, who came instead or made way, where the account may see them.
        by_agency: the agency withdrew the person.
    """

    at: datetime
    to_state: RegistrationState
    note: str | None
    other: PersonHere | None = None
    by_agency: bool = False


class SeenRegistration(Struct, frozen=True):
    """A registration as staff may see it. Of a reserved identity, outside the opened record, it has only the state and the code."""

    id: int
    public_id: uuid.UUID
    state: RegistrationState
    person: ShownPerson
    seat_asked_at: datetime | None = None
    """When the door asked for a seat that the organizer has to decide on."""
    alternate: bool = False
    removal_reason: RemovalReason | None = None
    queue_place: int | None = None
    source: Source | None = None
    language: str | None = None
    registered_at: datetime | None = None
    """In UTC."""
    agency_id: int | None = None
    """Of today's directory."""
    agency_text: str | None = None
    edition: str = ""
    """Version of the registration and its person, for a form that changes them."""
    paper_notice_at: datetime | None = None
    paper_notice_by: str | None = None
    opening: Opening = Opening.OPEN
    """What the person's page still asks for."""
    by_agency: bool = False
    """Whether it was the agency that withdrew the person."""


class StaffRegistration(Struct, frozen=True):
    """A registration with its history, and what the account may do about a reserved identity."""

    access: RosterAccess
    registration: SeenRegistration
    group: NamedAgency
    history: Sequence[HistoryStep]
    may_open: bool
    """Whether the account may open the record: it is shown by code, and is of the account's own office or agency."""
    may_reserve: bool
    may_show_again: bool


def registration_in_reach(session: Session, actor: Actor, slug: str, public_id: uuid.UUID, *, opened: bool = False) -> StaffRegistration:
    """Return one registration of a roster that the account may open.

    Args:
        opened: return the full record of a reserved identity. The caller writes the audit row.

    Raises:
        NotFound: there is no such registration, or the account may not see people of its agency, or not open their record.
    """
    access = roster_access(session, actor, slug)
    row = session.execute(
        select(
            *SHOWN,
            Registration.agency_id,
            Registration.id,
            Registration.public_id,
            Registration.state,
            Registration.removal_reason,
            Registration.queue_place,
            Registration.agency_seats_only,
            Registration.source,
            Registration.language,
            Registration.registered_at,
            Registration.version,
            Registration.seat_asked_at,
            Registration.paper_notice_at,
            Registration.paper_notice_by,
            Registration.notice_at,
            Registration.wrong_surnames,
            Person.email_proven_at,
            Person.version.label("person_version"),
            WITHDRAWN_BY_AGENCY,
        )
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == access.seminar.id, Registration.public_id == public_id)
        .where(Person.merged_into_id.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    if not access.covers(row.agency_id):
        raise NotFound
    agencies = agencies_then(session, [row.agency_version_id])
    closed = shown_person(row, agencies)
    own = access.may_change or row.agency_id in access.own_agencies
    may_open = closed.hidden and not closed.erased and own
    if opened and not may_open:
        raise NotFound
    person = shown_person(row, agencies, opened=True) if opened else closed
    return StaffRegistration(
        access,
        _seen(row, person),
        agencies[row.agency_version_id].group,
        () if person.hidden else _history(session, access, row.id, row.source),
        may_open=may_open and not opened,
        may_reserve=own and not closed.reserved,
        may_show_again=access.may_change and closed.reserved and not closed.erased,
    )


def _seen(row: Any, person: ShownPerson) -> SeenRegistration:
    alternate = is_alternate(row.state, agency_seats_only=row.agency_seats_only)
    if person.hidden:
        return SeenRegistration(row.id, row.public_id, row.state, person, row.seat_asked_at, alternate, by_agency=row.by_agency)
    return SeenRegistration(
        row.id,
        row.public_id,
        row.state,
        person,
        row.seat_asked_at,
        alternate,
        row.removal_reason,
        row.queue_place,
        row.source,
        row.language,
        row.registered_at,
        row.agency_id,
        row.agency_text,
        edition_of(row.version, row.person_version),
        row.paper_notice_at,
        row.paper_notice_by,
        decide_opening(proven_at=row.email_proven_at, notice_at=row.notice_at, wrong_surnames=row.wrong_surnames),
        row.by_agency,
    )


def _history(session: Session, access: RosterAccess, registration_id: int, source: Source) -> list[HistoryStep]:
    rows = session.execute(
        select(
            RegistrationHistory.at,
            RegistrationHistory.to_state,
            RegistrationHistory.actor,
            RegistrationHistory.note,
            RegistrationHistory.other_id,
        )
        .where(RegistrationHistory.registration_id == registration_id)
        .order_by(RegistrationHistory.at, RegistrationHistory.id)
    ).all()
    others = people_here(session, {row.other_id for row in rows if row.other_id is not None}, agency_ids=access.agency_ids)
    return [
        HistoryStep(row.at, row.to_state, row.note, others.get(row.other_id or 0), step_by_agency(row.to_state, row.actor, source))
        for row in rows
    ]
