"""Coverage: who attended, by state, by part of the period, by agency group and by seminar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pyroaring import AbstractBitMap, BitMap
from sqlalchemy import Integer, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.history.models import Headcount
from seminar_app.reports.queries.counted import Counted, Directory, counted, headcounts
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


@dataclass(slots=True)
class OfState:
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


def by_state(session: Session, definition: Definition, scope: Scope, directory: Directory) -> Mapping[str, OfState]:
    """Return who attended in the period by what the directory calls their state, in two statements.

    `MISSING` has those of agencies without a state, and `RESERVED` the reserved identities, of whom no state is said.
    """
    found: dict[str, OfState] = {}
    named, unnamed = (what(definition, scope, directory, by=_STATE) for what in (counted, headcounts))
    for what, there, number in (
        (named, _THERE, numbers_of(Participation.person_id)),
        (unnamed, Headcount.attended > 0, func.sum(Headcount.attended)),
    ):
        columns = (number, numbers_of(Seminar.id), func.max(Seminar.ends_on))
        for row in session.execute(what.select(*what.cells, *columns).where(there).group_by(*what.cells)):
            (state,) = what.cell(row)
            people, without = (row[1], 0) if what is named else (BitMap(), int(row[1]))
            found[state] = found.get(state, OfState()) | OfState(people, without, row[2], row[3])
    return found


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
        lines = what(before, scope, directory, by=_STATE)
        for state, day in _named_by(
            lines, session.execute(lines.select(*lines.cells, func.max(Seminar.ends_on)).where(there).group_by(*lines.cells))
        ):
            found[state] = max(day, found.get(state, day))
    return found


def _named_by(what: Counted, rows: Any) -> list[tuple[str, Any]]:
    return [(what.cell(row)[0], row[1]) for row in rows]


def trend(session: Session, definition: Definition, scope: Scope, directory: Directory, by: Dimension) -> Mapping[str, tuple[int, int]]:
    """Return people with a name and participations, those of headcounts included, by part of the period, in two statements."""
    named, unnamed = (what(definition, scope, directory, by=(by,)) for what in (counted, headcounts))
    columns = (*named.cells, numbers_of(Participation.person_id), func.count())
    found = {
        named.cell(row)[0]: (len(row[1]), row[2]) for row in session.execute(named.select(*columns).where(_THERE).group_by(*named.cells))
    }
    of_headcounts = unnamed.select(*unnamed.cells, func.sum(Headcount.attended)).group_by(*unnamed.cells)
    for value, number in _named_by(unnamed, session.execute(of_headcounts)):
        people, participations = found.get(value, (0, 0))
        found[value] = (people, participations + int(number))
    return {value: numbers for value, numbers in found.items() if numbers[1]}


@dataclass(slots=True)
class OfGroup:
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


def by_group(session: Session, definition: Definition, scope: Scope, directory: Directory) -> Mapping[str, OfGroup]:
    """Return what is counted of each agency group, in two statements. Under `MISSING` are people without an agency."""
    found: dict[str, OfGroup] = {}
    for what, there, seated, absent in (
        (counted(definition, scope, directory, by=_GROUP), _THERE, cast(Participation.seated, Integer), cast(_ABSENT, Integer)),
        (headcounts(definition, scope, directory, by=_GROUP), Headcount.attended > 0, *_OF_HEADCOUNT[2:]),
    ):
        days, closed = case((there, Seminar.ends_on)), [func.sum(case((COMPLETED, each), else_=0)) for each in (seated, absent)]
        columns = (numbers_of(case((there, Seminar.id))), func.min(days), func.max(days), *closed)
        for row in session.execute(what.select(*what.cells, *columns).group_by(*what.cells)):
            of_it = found.setdefault(what.cell(row)[0], OfGroup())
            of_it.seminars |= row[1]
            of_it.first_day = min((day for day in (of_it.first_day, row[2]) if day), default=None)
            of_it.last_day = max((day for day in (of_it.last_day, row[3]) if day), default=None)
            of_it.seated, of_it.absent = of_it.seated + int(row[4]), of_it.absent + int(row[5])
    return found


@dataclass(frozen=True, slots=True)
class OfSeminar:
    """The people of one agency group in one seminar; of headcounts too. `seated`: held a seat at the end."""

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
        columns = (*what.cells, Seminar.id, case((COMPLETED, 1), else_=0).label("closed"))
        lines = what.select(*columns, *(func.sum(each) for each in numbers)).where(Seminar.id.in_(ids))
        for row in session.execute(lines.group_by(*columns)):
            found.setdefault(row[1], []).append(OfSeminar(row[1], bool(row[2]), what.cell(row)[0], *map(int, row[3:])))
    return found


@dataclass(frozen=True, slots=True)
class NamedSeminar:
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
