"""Figures: all that is counted, in each cell of a definition, with the totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from sqlalchemy import Integer, Select, case, cast, func, select, text
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.history.models import Headcount
from seminar_app.people.models import Person
from seminar_app.reports.queries.counted import SEX, Counted, Directory, counted, directory_for, headcounts
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import TOTAL, ByStatus, Definition, Dimension, Figures


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a definition.

    Attributes:
        cells: by the values of the dimensions, in their order.
        totals: the same with `TOTAL` in place of at least one value; the last is the total of all.
    """

    definition: Definition
    directory: Directory
    cells: Mapping[tuple[str, ...], Figures]
    totals: Mapping[tuple[str, ...], Figures]

    @property
    def total(self) -> Figures:
        """The figures of all that counts."""
        return self.totals[(TOTAL,) * len(self.definition.by)]


def table_of(session: Session, definition: Definition, scope: Scope, *, today: date) -> Table:
    """Return all figures of a definition, in two statements for its cells and two for each kind of total.

    Totals are counted, not added up: one person may be in several cells.
    """
    directory = directory_for(session, definition, today=today)
    found: dict[tuple[str, ...], Figures] = {}
    with _without_sorting(session):
        for number in range(len(definition.by), -1, -1):
            for by in combinations(definition.by, number):
                found |= cells_of(session, definition, scope, directory, by)
    cells = {cell: figures for cell, figures in found.items() if TOTAL not in cell or not definition.by}
    totals = {cell: figures for cell, figures in found.items() if TOTAL in cell or not definition.by}
    return Table(definition, directory, cells, totals)


@contextmanager
def _without_sorting(session: Session) -> Iterator[None]:
    """Let PostgreSQL group by hashing: it expects as many groups as rows, and would rather sort, which takes three times as long."""
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    session.execute(text("SET LOCAL enable_sort = off"))
    yield
    session.execute(text("SET LOCAL enable_sort = on"))


def cells_of(
    session: Session, definition: Definition, scope: Scope, directory: Directory, by: Sequence[Dimension], *, most: int | None = None
) -> dict[tuple[str, ...], Figures]:
    """Return the figures broken down by some of the dimensions; the others are `TOTAL`.

    Args:
        session: reads.
        definition: what is counted.
        scope: whose participations.
        directory: of the definition.
        by: some of the definition's dimensions.
        most: where there are more cells, one more than this is read, and the answer is of no use but for that.
    """
    apart = Dimension.SEMINAR not in by
    named = counted(definition, scope, directory, by=[dimension for dimension in by if not apart or dimension is not Dimension.SEX])
    without = headcounts(definition, scope, directory, by=by)
    found: dict[tuple[str, ...], Figures] = {} if by else {(TOTAL,) * len(definition.by): Figures()}
    of_named = _by_cell(named, by) if apart else _by_seminar(named)
    for what, statement in ((named, of_named), (without, _of_headcounts(without))):
        for row in session.execute(statement if most is None else statement.limit(most + 1)):
            values = dict(zip(by, without.cell(row), strict=True))
            cell = tuple(values.get(dimension, TOTAL) for dimension in definition.by)
            numbers = [ByStatus(*map(int, row[start : start + 3])) for start in range(len(by), len(by) + 9, 3)]
            new = Figures(*numbers) if what is named else Figures(ByStatus(), *numbers)
            found[cell] = found.get(cell, Figures()) + new
    return found


def _of_headcounts(what: Counted) -> Select[Any]:
    """Return the statement with participations, minutes, and participations again, each by status, in each cell.

    Their minutes are those of the people who completed; of the others nobody knows.
    """
    participations = (Headcount.registered, Headcount.attended, Headcount.completed)
    minutes = (Headcount.minutes,) * 3
    sums = (func.coalesce(func.sum(number), 0) for number in (*participations, *minutes, *participations))
    return what.select(*what.cells, *sums).group_by(*what.cells)


def _by_cell(what: Counted, by: Sequence[Dimension]) -> Select[Any]:
    """Return the statement with people, participations and minutes, each by status, in each cell.

    First one row is made for each person in each cell: that is quicker than counting distinct people, and gives all nine figures.
    The sex comes last, because reading each person once is quicker than once for each participation.
    """
    attended, completed = cast(Participation.attended, Integer), cast(Participation.completed, Integer)
    minutes = Participation.minutes_credited
    person = what.select(
        *what.cells,
        Participation.person_id,
        func.count().label("registered"),
        func.sum(attended).label("attended"),
        func.sum(completed).label("completed"),
        func.sum(minutes).label("minutes"),
        func.sum(case((Participation.attended, minutes), else_=0)).label("attended_minutes"),
        func.sum(case((Participation.completed, minutes), else_=0)).label("completed_minutes"),
    )
    each = person.group_by(*what.cells, Participation.person_id).subquery("each")
    of_cell = [SEX if dimension is Dimension.SEX else each.c[f"by_{dimension.value}"] for dimension in by]
    source = each.join(Person, Person.id == each.c.person_id) if Dimension.SEX in by else each
    numbers = (each.c.registered, each.c.attended, each.c.completed)
    people = (func.count(), *(func.coalesce(func.sum(case((number > 0, 1), else_=0)), 0) for number in numbers[1:]))
    sums = (func.coalesce(func.sum(number), 0) for number in (*numbers, each.c.minutes, each.c.attended_minutes, each.c.completed_minutes))
    return select(*of_cell, *people, *sums).select_from(source).group_by(*of_cell)


def _by_seminar(what: Counted) -> Select[Any]:
    """Return the same where each cell is of one seminar. There a person has one participation that counts, so nobody need be counted."""
    attended, completed = cast(Participation.attended, Integer), cast(Participation.completed, Integer)
    minutes = Participation.minutes_credited
    number = (func.count(), func.sum(attended), func.sum(completed))
    sums = (minutes, case((Participation.attended, minutes), else_=0), case((Participation.completed, minutes), else_=0))
    return what.select(*what.cells, *number, *number, *(func.sum(each) for each in sums)).group_by(*what.cells)
