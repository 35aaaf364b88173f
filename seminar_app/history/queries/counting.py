"""Reads headcounts and the people of past seminars."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec import Struct, field
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import AgencyVersion
from seminar_app.agencies.queries import NamedAgency, agencies_then, in_group_order
from seminar_app.attendance.models import Participation
from seminar_app.core.errors import NotFound
from seminar_app.history.models import Headcount
from seminar_app.history.rules import Numbers
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeminarSession

SEXES: tuple[Sex | None, ...] = (Sex.FEMALE, Sex.MALE, Sex.OTHER, None)
"""In the order of forms and tables; None: the source does not say."""


class ToCredit(NamedTuple):
    """A seated person of a past seminar, and the list that brought them; None if no list did."""

    registration: uuid.UUID
    list_id: uuid.UUID | None


def people_to_credit(session: Session, seminar_id: int) -> list[ToCredit]:
    """Return the seated people of whom no attendance is on record, by registration, in one statement."""
    newest = select(func.max(Nomination.id)).where(Nomination.registration_id == Registration.id).correlate(Registration).scalar_subquery()
    marked = exists().where(Participation.registration_id == Registration.id, Participation.current, Participation.attended)
    rows = session.execute(
        select(Registration.public_id, NominationList.public_id.label("list_id"))
        .outerjoin(Nomination, Nomination.id == newest)
        .outerjoin(NominationList, NominationList.id == Nomination.list_id)
        .where(Registration.seminar_id == seminar_id, Registration.state == RegistrationState.REGISTERED, ~marked)
        .order_by(Registration.id)
    )
    return [ToCredit(row.public_id, row.list_id) for row in rows]


class PastList(Struct, frozen=True):
    """A list that brought people to a past seminar; None and no name for the people whom no list has brought."""

    list_id: uuid.UUID | None
    name: str
    people: int


def lists_to_settle(session: Session, seminar_id: int) -> list[PastList]:
    """Return the lists whose people wait for an outcome, in the order in which they were sent; the people of none last."""
    numbers: dict[uuid.UUID | None, int] = {}
    for each in people_to_credit(session, seminar_id):
        numbers[each.list_id] = numbers.get(each.list_id, 0) + 1
    names = select(NominationList.public_id, NominationList.name).where(NominationList.seminar_id == seminar_id).order_by(NominationList.id)
    found = [PastList(list_id, name, numbers[list_id]) for list_id, name in session.execute(names) if list_id in numbers]
    return found + ([PastList(None, "", numbers[None])] if None in numbers else [])


def counts_here() -> ColumnElement[bool]:
    """Return the condition that a registration counts in its seminar: it holds a seat, or the person was there."""
    there = exists().where(
        Participation.registration_id == Registration.id, Participation.current, Participation.attended, ~Participation.superseded
    )
    return or_(Registration.state == RegistrationState.REGISTERED, there)


def named_agencies(session: Session, seminar_id: int) -> set[int | None]:
    """Return the agencies of the people who count in the seminar; None among them for those who have none in the directory."""
    wanted = select(Registration.agency_id).join(Person, Person.id == Registration.person_id)
    return set(
        session.scalars(wanted.where(Registration.seminar_id == seminar_id, counts_here(), Person.merged_into_id.is_(None)).distinct())
    )


def contact_minutes(session: Session, seminar_id: int) -> int:
    """Return the contact minutes of the sessions that count."""
    total = select(func.sum(SeminarSession.contact_minutes))
    return session.scalar(total.where(SeminarSession.seminar_id == seminar_id, SeminarSession.counts_for_completion)) or 0


def has_headcounts(session: Session, seminar_id: int) -> bool:
    """Whether the seminar has any headcount."""
    return bool(session.scalar(select(exists().where(Headcount.seminar_id == seminar_id))))


def headcount_agencies(session: Session, seminar_id: int) -> set[int | None]:
    """Return the agencies of the seminar's headcounts; None among them for one without an agency."""
    wanted = select(AgencyVersion.agency_id).select_from(Headcount)
    wanted = wanted.outerjoin(AgencyVersion, AgencyVersion.id == Headcount.agency_version_id)
    return set(session.scalars(wanted.where(Headcount.seminar_id == seminar_id).distinct()))


class AgencyHeadcount(Struct):
    """The headcount of one agency in a seminar: a line for each sex.

    Attributes:
        agency: as of then; None where the source does not name it.
        group: of the agency.
    """

    agency: NamedAgency | None
    group: NamedAgency | None
    lines: dict[Sex | None, Headcount] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What names it in addresses: the public id of its first line."""
        return self._first.public_id.hex

    @property
    def edition(self) -> str:
        """What a form shows of it: another one means that somebody has changed it meanwhile."""
        return edition_of(self.lines.values())

    @property
    def source(self) -> str | None:
        """Where the numbers come from."""
        return self._first.source

    @property
    def total(self) -> Numbers:
        """All its lines together."""
        return total_of(self.lines.values())

    @property
    def _first(self) -> Headcount:
        return min(self.lines.values(), key=lambda each: each.id)


def edition_of(lines: Collection[Headcount]) -> str:
    """Return the versions of these lines in one word; empty of none."""
    return "-".join(f"{each.id}.{each.version}" for each in sorted(lines, key=lambda each: each.id))


def total_of(lines: Collection[Headcount]) -> Numbers:
    """Add lines up."""
    return Numbers(sum(each.registered for each in lines), sum(each.attended for each in lines), sum(each.completed for each in lines))


def headcounts_of(session: Session, seminar_id: int) -> list[AgencyHeadcount]:
    """Return the headcounts of a seminar by agency: federal groups first, then by code; the one without an agency last. Two statements."""
    lines: Sequence[Headcount] = session.scalars(select(Headcount).where(Headcount.seminar_id == seminar_id).order_by(Headcount.id)).all()
    then = agencies_then(session, {each.agency_version_id for each in lines}) if lines else {}
    found: dict[int | None, AgencyHeadcount] = {}
    for line in lines:
        at = then[line.agency_version_id] if line.agency_version_id is not None else None
        key = at.agency.id if at is not None and at.agency is not None else None
        of_agency = found.setdefault(key, AgencyHeadcount(at.agency if at is not None else None, at.group if at is not None else None))
        of_agency.lines[line.sex] = line
    return sorted(found.values(), key=_in_order)


def _in_order(each: AgencyHeadcount) -> tuple[object, ...]:
    if each.agency is None or each.group is None:
        return (True,)
    return False, in_group_order(each.group), each.agency.state or "", each.agency.code


def get_headcount(session: Session, seminar_id: int, public_id: uuid.UUID) -> AgencyHeadcount:
    """Return the headcount of the agency to which a line belongs.

    Raises:
        NotFound: there is no such line in this seminar.
    """
    for each in headcounts_of(session, seminar_id):
        if any(line.public_id == public_id for line in each.lines.values()):
            return each
    raise NotFound
