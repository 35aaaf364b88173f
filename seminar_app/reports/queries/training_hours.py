"""Hours per official in a year: in seminars of the reader's scope, and in training of others that was approved.

Counted are the people who held a seat or were there in any year, within the scope. Their minutes are those of the participations that
count, of seminars whose last day lies in the year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from pyroaring import AbstractBitMap, BitMap
from sqlalchemy import ColumnElement, Select, Subquery, case, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import all_agencies
from seminar_app.agencies.rules import group_of
from seminar_app.attendance.models import Participation
from seminar_app.core.values import replace
from seminar_app.history.models import OutsideTraining
from seminar_app.history.queries import outside_minutes
from seminar_app.history.rules import TrainingState
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.reports.queries.counted import Counted, counted, directory_for
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.queries.scopes import EVERYTHING, Scope
from seminar_app.reports.rules import DUE, MISSING, Definition, HoursClass, Period, span_of
from seminar_app.seminars.models import Seminar

KEPT = (Person.merged_into_id.is_(None), Person.erased_at.is_(None))
"""Records of people: those that were merged into another or erased have no hours to reach."""

NEAR = 5_000
"""Up to so many people of a list are passed over one by one."""


class HoursYearAsked(Struct, frozen=True):
    """Whose hours of which days are counted against how many minutes."""

    scope: Scope
    days: Period
    needed: int


class Reached(Struct, frozen=True):
    """Minutes in seminars and in training of others, and the last day of the last seminar that the person attended, of any year."""

    ours: int
    outside: int
    last_day: date | None

    @property
    def minutes(self) -> int:
        """Minutes in all."""
        return self.ours + self.outside


class Wanted(Struct, frozen=True):
    """The people of a list.

    Attributes:
        group: code of their agency group; `MISSING` for those without an agency, None for all.
        which: one class; None for all who lack hours.
        named, reserved: how many of them have no hours, reserved identities apart.
        others: how many have some.
    """

    group: str | None
    which: HoursClass | None
    named: int
    reserved: int
    others: int

    @property
    def number(self) -> int:
        """How many people the list has."""
        return self.named + self.reserved + self.others


class Hours:
    """The statements of a page of hours: which people are in scope, what they have gained, and under which group they stand."""

    def __init__(self, session: Session, asked: HoursYearAsked, *, today: date) -> None:
        """Read the directory, in the same few statements for all that follows."""
        self.session, self.asked = session, asked
        everywhere = Definition()
        self._directory = directory_for(session, everywhere, today=today)
        everything = all_agencies(session, with_aliases=False)
        parents = {each.id: each.parent_id for each in everything.values()}
        self.groups = {each.id: everything[group_of(each.id, parents)].code for each in everything.values()}
        """Code of the group by agency, as the directory has them today."""
        self.names = {everything[group_of(each, parents)].code: everything[group_of(each, parents)] for each in parents}

    def _in_scope(self) -> ColumnElement[bool]:
        """Return the condition that a person held a seat or was there, in any year."""
        return Person.id.in_(self._ever().select(Participation.person_id))

    def _ever(self) -> Counted:
        return counted(Definition(), self.asked.scope, self._directory, by=())

    def _one_by_one(self) -> ColumnElement[bool]:
        """Return the same condition as a look at each person: quicker where nearly everybody is in scope and few are read."""
        ever = self._ever()
        of_registration = ever.source.join(Registration, Registration.id == Participation.registration_id)
        theirs = replace(ever, source=of_registration).select(Participation.id).where(Registration.person_id == Person.id)
        return theirs.correlate(Person).limit(1).scalar_subquery().is_not(None)

    def gained(self) -> Subquery:
        """Return the people in scope with minutes in the year, and how many. Who has some with us is in scope by that."""
        period = Definition(first=self.asked.days.first, last=self.asked.days.last)
        here = counted(period, self.asked.scope, self._directory, by=())
        ours = here.select(Participation.person_id.label("person_id"), Participation.minutes_credited.label("minutes"))
        theirs = select(OutsideTraining.person_id, OutsideTraining.minutes).where(
            OutsideTraining.state == TrainingState.APPROVED, OutsideTraining.ends_on.between(self.asked.days.first, self.asked.days.last)
        )
        theirs = theirs.where(OutsideTraining.person_id.in_(self._ever().select(Participation.person_id)))
        both = union_all(ours.where(Participation.minutes_credited > 0), theirs).subquery("both")
        return select(both.c.person_id, func.sum(both.c.minutes).label("minutes")).group_by(both.c.person_id).subquery("gained")

    def classes(self) -> Mapping[tuple[str, bool, HoursClass], int]:
        """Return how many people are in each class, by group of agency and whether the identity is reserved, in three statements."""
        gained, which = self.gained(), list(HoursClass)
        place = case(
            *(
                (gained.c.minutes <= (span_of(each, self.asked.needed).most or 0), number)
                for number, each in enumerate(which)
                if each in DUE
            ),
            else_=len(which) - 1,
        )
        ever: AbstractBitMap = self.session.execute(self._ever().select(numbers_of(Participation.person_id))).scalar_one()
        some = {which[row[0]]: row[1] for row in self.session.execute(select(place, numbers_of(gained.c.person_id)).group_by(place))}
        some[HoursClass.NONE] = some.get(HoursClass.NONE, BitMap()) | ever.difference(*some.values())
        found: dict[tuple[str, bool, HoursClass], int] = {}
        of_agencies = select(Person.agency_id, Person.reserved, numbers_of(Person.id)).where(*KEPT)
        for agency_id, reserved, people in self.session.execute(of_agencies.group_by(Person.agency_id, Person.reserved)):
            for each, of_class in some.items():
                key = (self.groups.get(agency_id or 0, MISSING), reserved, each)
                if number := people.intersection_cardinality(of_class):
                    found[key] = found.get(key, 0) + number
        return found

    def due(self, wanted: Wanted, *, first: int, most: int) -> list[int]:
        """Return the ids of people in the order of what they lack, in three statements at most.

        Those without any hours come first: by name, then the reserved identities in an order that tells nothing. Then come all others by
        their minutes.

        Args:
            wanted: which people.
            first: number of people to pass over.
            most: how many to return.
        """
        gained, which = self.gained(), wanted.which
        of_list = [*KEPT, *self._of_group(wanted.group)]
        parts: list[tuple[Select[Any], int]] = []
        if which in (None, HoursClass.NONE):
            here = self._one_by_one() if self.asked.scope == EVERYTHING and first <= NEAR else self._in_scope()
            none = select(Person.id).where(*of_list, here, Person.id.not_in(select(gained.c.person_id)))
            parts.append((none.where(~Person.reserved).order_by(Person.sort_key, Person.id), wanted.named))
            parts.append((none.where(Person.reserved).order_by(Person.public_id), wanted.reserved))
        if which is not HoursClass.NONE:
            span = span_of(which, self.asked.needed) if which else None
            above, below = (span.above, span.most) if span else (0, self.asked.needed - 1)
            some = select(Person.id).join(gained, gained.c.person_id == Person.id).where(*of_list)
            some = some.where(gained.c.minutes > (above or 0))
            if below is not None:
                some = some.where(gained.c.minutes <= below)
            name = case((Person.reserved, null()), else_=Person.sort_key)
            parts.append((some.order_by(gained.c.minutes, Person.reserved, name, Person.public_id), wanted.others))
        found: list[int] = []
        for statement, number in parts:
            if first < number and len(found) < most:
                found += self.session.scalars(statement.offset(first).limit(most - len(found)))
            first = max(0, first - number)
        return found

    def _of_group(self, group: str | None) -> list[ColumnElement[bool]]:
        if group is None:
            return []
        if group == MISSING:
            return [or_(Person.agency_id.is_(None), Person.agency_id.not_in(sorted(self.groups)))]
        return [Person.agency_id.in_(sorted(agency_id for agency_id, code in self.groups.items() if code == group))]

    def reached_by(self, person_ids: Sequence[int]) -> Mapping[int, Reached]:
        """Return the hours of these people in the year, and when they were last there, in two statements."""
        days = self.asked.days
        ever = self._ever()
        in_year = case((Seminar.ends_on.between(days.first, days.last), Participation.minutes_credited), else_=0)
        last = func.max(case((Participation.attended, Seminar.ends_on)))
        theirs = ever.select(Participation.person_id, func.sum(in_year), last).where(Participation.person_id.in_(person_ids))
        outside = outside_minutes(self.session, person_ids, days.first, days.last)
        rows = self.session.execute(theirs.group_by(Participation.person_id))
        return {person_id: Reached(int(minutes), outside.get(person_id, 0), day) for person_id, minutes, day in rows}
