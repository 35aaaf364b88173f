"""Figures: all that is counted, in each cell of a definition, with the totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

from msgspec import Struct
from sqlalchemy import func, null
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.history.models import Headcount
from seminar_app.reports.queries.counted import Directory, counted, directory_for, headcounts
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import OVERLAPPING, TOTAL, ByStatus, Definition, Dimension, Figures, Tally, cell_and_totals, figures_by_cell

Cell = tuple[str, ...]
_WAYS = (Participation.attended, Participation.completed)
"""How people of a cell can have come on: it has a row for each."""
_ROWS = 2 ** (len(_WAYS) + 1)
"""Rows that a cell has at most, of those who are hidden apart."""
_APART = OVERLAPPING | {Dimension.SEMINAR}
"""Dimensions whose totals are read without them. Of what overlaps they would count one participation several times. In a seminar nobody
has two participations that count, so its cells need no sets of people, and there are too many of them to unite such sets."""
_OF_HEADCOUNTS = (Headcount.registered, Headcount.attended, Headcount.completed, *(Headcount.minutes,) * 3)
"""Participations and minutes by status. Minutes are those of the people who completed; of the others nobody knows."""


class Table(Struct, frozen=True):
    """The figures of a definition.

    Attributes:
        cells: by the values of the dimensions, in their order.
        totals: the same with `TOTAL` in place of at least one value.
    """

    definition: Definition
    directory: Directory
    cells: Mapping[Cell, Figures]
    totals: Mapping[Cell, Figures]

    @property
    def total(self) -> Figures:
        """The figures of all that counts."""
        return self.totals[(TOTAL,) * len(self.definition.by)]


def table_of(session: Session, definition: Definition, scope: Scope, *, today: date) -> Table:
    """Return all figures of a definition, in two statements, and in two more for each kind of total that is read apart."""
    directory, by = directory_for(session, definition, today=today), definition.by
    found = {(TOTAL,) * len(by): Figures()}
    for dimensions in breakdowns_read(by):
        found |= _read(session, definition, scope, directory, dimensions, totals=True)
    cells = {cell: figures for cell, figures in found.items() if TOTAL not in cell}
    totals = {cell: figures for cell, figures in found.items() if TOTAL in cell or not by}
    return Table(definition, directory, cells, totals)


def breakdowns_read(by: Sequence[Dimension]) -> list[tuple[Dimension, ...]]:
    """Return the breakdowns for which all that counts is read, the whole one first, then those that only totals come from."""
    apart = [each for each in by if each in _APART]
    left_out = (some for number in range(len(apart) + 1) for some in combinations(apart, number))
    return [tuple(each for each in by if each not in some) for some in left_out]


def cells_of(
    session: Session, definition: Definition, scope: Scope, directory: Directory, *, most: int | None = None
) -> Mapping[Cell, Figures]:
    """Return the figures of each cell of a definition, in two statements.

    Args:
        session: reads.
        definition: what is counted.
        scope: whose participations.
        directory: of the definition.
        most: where there are more cells, more than this are returned, and the answer is of no use but for that.
    """
    return _read(session, definition, scope, directory, definition.by, totals=False, most=most)


def _read(
    session: Session,
    definition: Definition,
    scope: Scope,
    directory: Directory,
    by: Sequence[Dimension],
    *,
    totals: bool,
    most: int | None = None,
) -> dict[Cell, Figures]:
    """Return the figures broken down by some of the dimensions; the others are `TOTAL`."""
    limit = None if most is None else _ROWS * (most + 1)

    def in_place(cell: Cell) -> Cell:
        values = dict(zip(by, cell, strict=True))
        return tuple(values.get(dimension, TOTAL) for dimension in definition.by)

    people = null() if Dimension.SEMINAR in by else numbers_of(Participation.person_id)
    numbers = (func.count(), func.sum(Participation.minutes_credited), people)
    named = counted(definition, scope, directory, by=by).by_cell(session, *numbers, also=_WAYS, limit=limit)
    found = figures_by_cell((Tally(in_place(cell), *counts) for cell, counts in named), totals=totals)
    sums = (func.coalesce(func.sum(each), 0) for each in _OF_HEADCOUNTS)
    for cell, row in headcounts(definition, scope, directory, by=by).by_cell(session, *sums, limit=limit):
        participations, minutes = ByStatus(*map(int, row[:3])), ByStatus(*map(int, row[3:]))
        new = Figures(ByStatus(), participations, minutes, participations)
        for each in cell_and_totals(in_place(cell)) if totals else (in_place(cell),):
            found[each] = found.get(each, Figures()) + new
    return found
