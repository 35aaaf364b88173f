"""Coverage: who attended, by state, by part of the period and by seminar and agency group. Each figure is one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, null, or_, select, union, union_all
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.history.models import Headcount
from seminar_app.reports.queries.counted import Counted, Directory, counted, headcounts
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import Definition, Dimension, one_of
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

_STATE, _GROUP = (Dimension.STATE,), (Dimension.GROUP,)
_THERE = Participation.attended
_ended = SeminarState.COMPLETED
COMPLETED = or_(Seminar.state == _ended, and_(Seminar.state == SeminarState.ARCHIVED, Seminar.archived_from == _ended))
"""Seminars whose attendance is closed."""


@dataclass(frozen=True, slots=True)
class OfState:
    """What is counted of a state. `people` have a name; `without_names` are participations that only headcounts know."""

    people: int = 0
    without_names: int = 0
    seminars: int = 0
    last_day: date | None = None


def by_state(session: Session, definition: Definition, scope: Scope, directory: Directory) -> Mapping[str, OfState]:
    """Return who attended in the period by what the directory calls their state, in two statements.

    `MISSING` has those of agencies without a state, and `RESERVED` the reserved identities, of whom no state is said.
    """
    named, unnamed = (what(definition, scope, directory, by=_STATE) for what in (counted, headcounts))
    lines = named.select(*named.cells, Participation.person_id, Seminar.id, Seminar.ends_on).where(_THERE).cte("line")
    of_headcounts = unnamed.select(*unnamed.cells, Seminar.id, Seminar.ends_on).where(Headcount.attended > 0)
    person = select(lines.c.by_state, lines.c.person_id).distinct().subquery("person")
    held = union(select(lines.c.by_state, lines.c.id, lines.c.ends_on), of_headcounts).subquery("held")
    both = union_all(
        select(held.c.by_state, func.count(), func.max(held.c.ends_on)).group_by(held.c.by_state),
        select(person.c.by_state, func.count(), null()).group_by(person.c.by_state),
    )
    people, seminars = {}, {}
    for row in session.execute(both):
        (state,) = named.cell(row)
        if row[2] is None:
            people[state] = row[1]
        else:
            seminars[state] = (row[1], row[2])
    without = unnamed.select(*unnamed.cells, func.sum(Headcount.attended)).group_by(*unnamed.cells)
    unknown = {state: int(number) for state, number in _named_by(unnamed, session.execute(without))}
    return {state: OfState(people.get(state, 0), unknown.get(state, 0), *numbers) for state, numbers in seminars.items()}


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
    named = counted(definition, scope, directory, by=(by,))
    each = named.select(*named.cells, Participation.person_id, func.count().label("times")).where(_THERE)
    people = each.group_by(*named.cells, Participation.person_id).subquery("each")
    part = people.c[f"by_{by.value}"]
    found = {}
    for row in session.execute(select(part, func.count(), func.sum(people.c.times)).group_by(part)):
        found[named.cell(row)[0]] = (row[1], int(row[2]))
    unnamed = headcounts(definition, scope, directory, by=(by,))
    for value, number in _named_by(
        unnamed, session.execute(unnamed.select(*unnamed.cells, func.sum(Headcount.attended)).group_by(*unnamed.cells))
    ):
        known = found.get(value, (0, 0))
        found[value] = (known[0], known[1] + int(number))
    return {value: numbers for value, numbers in found.items() if numbers[1]}


@dataclass(frozen=True, slots=True)
class OfSeminar:
    """The people of one agency group in one seminar; of headcounts too."""

    seminar_id: int
    closed: bool
    ends_on: date
    group: str
    attended: int
    completed: int
    seated: int
    """Held a seat at the end, or completed without one."""
    absent: int
    """Held a seat at the end of a seminar whose attendance is closed, and were at no session."""


def by_seminar(session: Session, definition: Definition, scope: Scope, directory: Directory) -> Sequence[OfSeminar]:
    """Return the people of each agency group in each seminar, in two statements."""
    named = counted(definition, scope, directory, by=_GROUP)
    columns = (Seminar.id, case((COMPLETED, 1), else_=0), Seminar.ends_on)
    absent = and_(Participation.seated, ~Participation.attended)
    numbers = (Participation.attended, Participation.completed, Participation.seated, absent)
    rows = [
        OfSeminar(row[1], bool(row[2]), row[3], named.cell(row)[0], *map(int, row[4:]))
        for row in session.execute(
            named.select(*named.cells, *columns, *(func.sum(cast(each, Integer)) for each in numbers)).group_by(*named.cells, *columns)
        )
    ]
    unnamed = headcounts(definition, scope, directory, by=_GROUP)
    sums = (Headcount.attended, Headcount.completed, Headcount.registered, Headcount.registered - Headcount.attended)
    lines = unnamed.select(*unnamed.cells, *columns, *(func.sum(each) for each in sums)).group_by(*unnamed.cells, *columns)
    rows += [OfSeminar(row[1], bool(row[2]), row[3], unnamed.cell(row)[0], *map(int, row[4:])) for row in session.execute(lines)]
    return rows


@dataclass(frozen=True, slots=True)
class NamedSeminar:
    """What names a seminar in a list of reports."""

    id: int
    slug: str
    title_es: str | None
    title_en: str | None
    ends_on: date


def seminars_named(session: Session, ids: Collection[int]) -> list[NamedSeminar]:
    """Return the names of seminars, the latest first."""
    if not ids:
        return []
    wanted = select(Seminar.id, Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.ends_on).where(Seminar.id.in_(ids))
    return [NamedSeminar(*row) for row in session.execute(wanted.order_by(Seminar.ends_on.desc(), Seminar.id.desc()))]
