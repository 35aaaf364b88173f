"""Coverage: who attended, by state, by part of the period, by agency group and by seminar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from msgspec import Struct, field
from pyroaring import AbstractBitMap, BitMap
from sqlalchemy import Integer, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.values import replace
from seminar_app.history.models import Headcount
from seminar_app.reports.queries.counted import Directory, counted, headcounts
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import Definition, Dimension, one_of
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

_STATE, _GROUP = (Dimension.STATE,), (Dimension.GROUP,)
_THERE = Participation.attended
_ABSENT = and_(Participation.seated, ~Participation.attended)
_OF_NAMED = (Participation.attended, Participation.completed, Participation.seated)
_OF_HEADCOUNT = (Headcount.attended, Headcount.completed, Headcount.registered, Headcount.registered - Headcount.attended)
_ended = SeminarState.COMPLETED
COMPLETED = or_(Seminar.state == _ended, and_(Seminar.state == SeminarState.ARCHIVED, Seminar.archived_from == _ended))
"""Seminars whose attendance is closed."""


class OfState(Struct):
    """What is counted of a state.

    Attributes:
        people: the ids of those with a name.
        without_names: participations that only headcounts know.
        seminars: the ids of those that somebody of the state attended.
        last_day: the last of their last days.
    """

    people: AbstractBitMap = field(default_factory=BitMap)
    without_names: int = 0
    seminars: AbstractBitMap = field(default_factory=BitMap)
    last_day: date | None = None

    @property
    def number(self) -> int:
        """How many attended, with a name or without."""
        return len(self.people) + self.without_names

    def __or__(self, other: OfState) -> OfState:
        """Return both as one: a state that the directory has two names of. Who attended under both counts once."""
        return OfState(
            self.people | other.people,
            self.without_names + other.without_names,
            self.seminars | other.seminars,
            max((day for day in (self.last_day, other.last_day) if day), default=None),
        )


class OfGroup(Struct):
    """What is counted of an agency group.

    Attributes:
        seminars: the ids of those that somebody of the group attended.
        first_day, last_day: the earliest and latest last day of these.
        seated: held a seat at the end of a seminar whose attendance is closed.
        absent: held a seat at the end of such a seminar, and were at no session.
    """

    seminars: AbstractBitMap = field(default_factory=BitMap)
    first_day: date | None = None
    last_day: date | None = None
    seated: int = 0
    absent: int = 0


def by_state_and_group(
    session: Session, definition: Definition, scope: Scope, directory: Directory
) -> tuple[Mapping[str, OfState], Mapping[str, OfGroup]]:
    """Return who attended by what the directory calls their state, and what is counted of each agency group, in two statements.

    Under `MISSING` are people of agencies without a state, and people without an agency; under `RESERVED` the reserved identities, of
    whom no state is said.
    """
    states: dict[str, OfState] = {}
    groups: dict[str, OfGroup] = {}
    for what, there, people, seated, absent in (
        (counted, _THERE, numbers_of(case((_THERE, Participation.person_id))), cast(Participation.seated, Integer), cast(_ABSENT, Integer)),
        (headcounts, Headcount.attended > 0, func.sum(Headcount.attended), *_OF_HEADCOUNT[2:]),
    ):
        days, closed = case((there, Seminar.ends_on)), [func.sum(case((COMPLETED, each), else_=0)) for each in (seated, absent)]
        columns = (people, numbers_of(case((there, Seminar.id))), func.min(days), func.max(days), *closed)
        for (state, group), row in what(definition, scope, directory, by=_STATE + _GROUP).by_cell(session, *columns):
            number, seminars, first_day, last_day, *sums = row
            if seminars:
                named, unnamed = (number, 0) if what is counted else (BitMap(), int(number))
                states[state] = states.get(state, OfState()) | OfState(named, unnamed, seminars, last_day)
            of_it = groups.setdefault(group, OfGroup())
            of_it.seminars |= seminars
            of_it.first_day = min((day for day in (of_it.first_day, first_day) if day), default=None)
            of_it.last_day = max((day for day in (of_it.last_day, last_day) if day), default=None)
            of_it.seated, of_it.absent = of_it.seated + int(sums[0]), of_it.absent + int(sums[1])
    return states, groups


def last_before(session: Session, definition: Definition, scope: Scope, directory: Directory, names: Collection[str]) -> Mapping[str, date]:
    """Return by name of a state the last day of the last seminar before the period that somebody of it attended, in two statements.

    Args:
        names: of states, as the directory calls them.
    """
    if definition.first is None or not names:
        return {}
    only = {**definition.only, Dimension.STATE: one_of(sorted(names))}
    before = replace(definition, first=None, last=date.fromordinal(definition.first.toordinal() - 1), only=only)
    found: dict[str, date] = {}
    for what, there in ((counted, _THERE), (headcounts, Headcount.attended > 0)):
        for (state,), (day,) in what(before, scope, directory, by=_STATE).by_cell(session, func.max(Seminar.ends_on), where=there):
            found[state] = max(day, found.get(state, day))
    return found


def trend(session: Session, definition: Definition, scope: Scope, directory: Directory, by: Dimension) -> Mapping[str, tuple[int, int]]:
    """Return people with a name and participations, those of headcounts included, by part of the period, in two statements."""
    numbers = (numbers_of(Participation.person_id), func.count())
    named = counted(definition, scope, directory, by=(by,)).by_cell(session, *numbers, where=_THERE)
    found = {part: (len(people), number) for (part,), (people, number) in named}
    for (part,), (number,) in headcounts(definition, scope, directory, by=(by,)).by_cell(session, func.sum(Headcount.attended)):
        people, participations = found.get(part, (0, 0))
        found[part] = (people, participations + int(number))
    return {part: numbers for part, numbers in found.items() if numbers[1]}


class OfSeminar(Struct, frozen=True):
    """People of an agency group in a seminar; of headcounts too. A group may have several lines. `seated`: held a seat at the end."""

    seminar_id: int
    closed: bool
    group: str
    attended: int
    completed: int
    seated: int


def by_seminar(
    session: Session, definition: Definition, scope: Scope, directory: Directory, ids: Collection[int]
) -> Mapping[int, Sequence[OfSeminar]]:
    """Return the people of each agency group in each of these seminars, in two statements."""
    found: dict[int, list[OfSeminar]] = {}
    for what, numbers in (
        (counted(definition, scope, directory, by=_GROUP), [cast(each, Integer) for each in _OF_NAMED]),
        (headcounts(definition, scope, directory, by=_GROUP), _OF_HEADCOUNT[:3]),
    ):
        also = (Seminar.id, case((COMPLETED, 1), else_=0).label("closed"))
        lines = what.by_cell(session, *(func.sum(each) for each in numbers), where=Seminar.id.in_(ids), also=also)
        for (group,), (seminar_id, closed, *sums) in lines:
            found.setdefault(seminar_id, []).append(OfSeminar(seminar_id, bool(closed), group, *map(int, sums)))
    return found


class NamedSeminar(Struct, frozen=True):
    """What names a seminar in a list of reports."""

    id: int
    slug: str
    title_es: str | None
    title_en: str | None
    ends_on: date


def latest_held(session: Session, definition: Definition, scope: Scope, directory: Directory, *, most: int) -> list[NamedSeminar]:
    """Return the latest seminars that somebody attended, the latest first."""
    named, unnamed = (what(definition, scope, directory, by=()) for what in (counted, headcounts))
    there = [
        exists(select(literal(1)).select_from(table).where(table.seminar_id == Seminar.id, *what.of_people, attended).correlate(Seminar))
        for what, table, attended in ((named, Participation, _THERE), (unnamed, Headcount, Headcount.attended > 0))
    ]
    wanted = select(Seminar.id, Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.ends_on).where(*named.of_seminar, or_(*there))
    return [NamedSeminar(*row) for row in session.execute(wanted.order_by(Seminar.ends_on.desc(), Seminar.id.desc()).limit(most))]
