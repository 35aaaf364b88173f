"""Figures: all that is counted, in each cell of a definition, with the totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import case, func, true
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.history.models import Headcount
from seminar_app.reports.queries.counted import Directory, counted, directory_for, headcounts
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules import TOTAL, ByStatus, Definition, Dimension, Figures, Tally, cell_and_totals, figures_by_cell

Cell = tuple[str, ...]
_WAYS = (Participation.attended, Participation.completed)
"""How people of a cell can have come on: it has a row for each."""
_TALLY = (func.count(), func.sum(Participation.minutes_credited), numbers_of(Participation.person_id))
"""What is counted of each row."""
_OF_NAMED = tuple(
    func.sum(case((reached, number), else_=0)) for number in (1, Participation.minutes_credited) for reached in (true(), *_WAYS)
)
"""Participations and minutes by status, in a single row."""
_OF_HEADCOUNTS = tuple(
    func.coalesce(func.sum(each), 0) for each in (Headcount.registered, Headcount.attended, Headcount.completed, *(Headcount.minutes,) * 3)
)
"""The same of headcounts. Minutes are of the people who completed; of the others nobody knows."""
_ROWS = 2
"""Rows of an agency version in a seminar at most: those who are hidden apart."""


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
    """Return all figures of a definition, in two statements, or four for hosts; in two or four more if it is broken down by seminar."""
    directory, by = directory_for(session, definition, today=today), definition.by
    found = {(TOTAL,) * len(by): Figures()}
    for dimensions in breakdowns_read(by):
        found |= _read(session, definition, scope, directory, dimensions) or {}
    cells = {cell: figures for cell, figures in found.items() if TOTAL not in cell}
    totals = {cell: figures for cell, figures in found.items() if TOTAL in cell or not by}
    return Table(definition, directory, cells, totals)


def breakdowns_read(by: Sequence[Dimension]) -> list[tuple[Dimension, ...]]:
    """Return the breakdowns for which all that counts is read: by seminar without sets of people, and then without seminars.

    In a seminar nobody has two participations that count, and there are too many seminars to unite such sets.
    """
    without = tuple(each for each in by if each is not Dimension.SEMINAR)
    return list(dict.fromkeys((tuple(by), without)))


def cells_by_seminar(
    session: Session, definition: Definition, scope: Scope, *, today: date, most: int | None = None
) -> Mapping[Cell, Figures] | None:
    """Return the figures of each cell of a definition that is broken down by seminar; None if there are too many.

    Args:
        session: reads.
        definition: what is counted.
        scope: whose participations.
        today: decides which agencies have successors.
        most: how many cells are wanted; no more than about as many rows are read.
    """
    limit = None if most is None else _ROWS * (most + 1)
    found = _read(session, definition, scope, directory_for(session, definition, today=today), definition.by, limit=limit)
    cells = None if found is None else {cell: figures for cell, figures in found.items() if TOTAL not in cell}
    return None if cells is None or (most is not None and len(cells) > most) else cells


def _read(
    session: Session,
    definition: Definition,
    scope: Scope,
    directory: Directory,
    by: Sequence[Dimension],
    *,
    limit: int | None = None,
) -> dict[Cell, Figures] | None:
    """Return the figures broken down by some of the dimensions, with totals; the other dimensions are `TOTAL`.

    By seminar there are no totals over seminars. None is returned if more rows than the limit would have to be read.
    """

    def in_place(cell: Cell) -> Cell:
        values = dict(zip(by, cell, strict=True))
        return tuple(values.get(dimension, TOTAL) for dimension in definition.by)

    def place_of(dimension: Dimension) -> set[int]:
        return {definition.by.index(dimension)} if dimension in by else set()

    tallies: list[Tally] = []
    sums: list[tuple[Cell, set[int], Figures]] = []
    for held_with in (False, True) if Dimension.HOST in by else (False,):
        again = place_of(Dimension.HOST) if held_with else set()
        named = counted(definition, scope, directory, by=by, held_with=held_with)
        if Dimension.SEMINAR in by:
            again |= place_of(Dimension.SEMINAR)
            for cell, row in named.by_cell(session, *_OF_NAMED, limit=limit):
                participations, minutes = _by_status(row)
                sums.append((in_place(cell), again, Figures(participations, participations, minutes)))
            if limit is not None and len(sums) >= limit:
                return None
        else:
            for cell, (attended, completed, participations, minutes, people) in named.by_cell(session, *_TALLY, also=_WAYS):
                tallies.append(Tally(in_place(cell), attended, completed, participations, minutes, people, again))
        unnamed = headcounts(definition, scope, directory, by=by, held_with=held_with)
        for cell, row in unnamed.by_cell(session, *_OF_HEADCOUNTS, limit=limit):
            participations, minutes = _by_status(row)
            sums.append((in_place(cell), again, Figures(ByStatus(), participations, minutes, participations)))
    found = figures_by_cell(tallies)
    for cell, again, figures in sums:
        for each in cell_and_totals(cell, again):
            found[each] = found[each] + figures if each in found else figures
    return found


def _by_status(row: Sequence[int]) -> tuple[ByStatus, ByStatus]:
    return ByStatus(*map(int, row[:3])), ByStatus(*map(int, row[3:]))
