"""Figures: all that is counted, in each cell of a definition, with the totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.history.models import Headcount
from seminar_app.reports.queries.counted import Counted, Directory, counted, directory_for, headcounts
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import OVERLAPPING, TOTAL, ByStatus, Definition, Dimension, Figures, Tally, cell_and_totals, figures_by_cell

Cell = tuple[str, ...]
_WAYS = 4
"""Rows that a cell has at most: people attended or not, and completed or not."""


@dataclass(frozen=True, slots=True)
class Table:
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
    """Return all figures of a definition, in two statements; in four where cells overlap.

    The totals of what overlaps would count one participation several times, so they are read without that dimension.
    """
    directory, by = directory_for(session, definition, today=today), definition.by
    found = {(TOTAL,) * len(by): Figures()} | _read(session, definition, scope, directory, by, totals=True)
    apart = tuple(each for each in by if each not in OVERLAPPING)
    if apart != by:
        found |= _read(session, definition, scope, directory, apart, totals=True)
    cells = {cell: figures for cell, figures in found.items() if TOTAL not in cell}
    totals = {cell: figures for cell, figures in found.items() if TOTAL in cell or not by}
    return Table(definition, directory, cells, totals)


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
    limit = None if most is None else _WAYS * (most + 1)

    def in_place(cell: Cell) -> Cell:
        values = dict(zip(by, cell, strict=True))
        return tuple(values.get(dimension, TOTAL) for dimension in definition.by)

    named = counted(definition, scope, directory, by=by)
    tallies = (Tally(in_place(named.cell(row)), *row[len(by) :]) for row in session.execute(_of_people(named).limit(limit)))
    found = figures_by_cell(tallies, totals=totals)
    without = headcounts(definition, scope, directory, by=by)
    for row in session.execute(_of_headcounts(without).limit(limit)):
        participations, minutes = (ByStatus(*map(int, row[start : start + 3])) for start in (len(by), len(by) + 3))
        new = Figures(ByStatus(), participations, minutes, participations)
        cell = in_place(without.cell(row))
        for each in cell_and_totals(cell) if totals else (cell,):
            found[each] = found.get(each, Figures()) + new
    return found


def _of_people(what: Counted) -> Select[Any]:
    """Return the statement with what `Tally` says of each cell."""
    ways = (Participation.attended, Participation.completed)
    numbers = (func.count(), func.sum(Participation.minutes_credited), numbers_of(Participation.person_id))
    return what.select(*what.cells, *ways, *numbers).group_by(*what.cells, *ways)


def _of_headcounts(what: Counted) -> Select[Any]:
    """Return the statement with participations and minutes, each by status, in each cell.

    Their minutes are those of the people who completed; of the others nobody knows.
    """
    numbers = (Headcount.registered, Headcount.attended, Headcount.completed, *(Headcount.minutes,) * 3)
    return what.select(*what.cells, *(func.coalesce(func.sum(each), 0) for each in numbers)).group_by(*what.cells)
