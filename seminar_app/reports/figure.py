"""A figure as its reader may see it, with what must stand beside it, and its lines in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.reports.hiding import Cell, Hiding
from seminar_app.reports.order import values_in_order
from seminar_app.reports.queries import Scope, Table, table_of
from seminar_app.reports.queries.gaps import Gap, Gaps, Lacking, gaps_of
from seminar_app.reports.rules import TOTAL, Count, Definition, Figures, Status


class Language(StrEnum):
    """Language of headings and words: for people, or keys for scripts."""

    SPANISH = "es"
    ENGLISH = "en"
    KEYS = "keys"


class Lack(Struct, frozen=True):
    """A kind of gap: the seminars that have it, as far as they were asked for; how many there are, and how many participations lack it.

    `people` is None if that is not said.
    """

    gap: Gap
    seminars: Sequence[Lacking]
    number: int
    people: int | None


class Figure(Struct, frozen=True):
    """A figure with what must stand beside it. A number is None where it is hidden."""

    table: Table
    gaps: Gaps
    hiding: Hiding

    @property
    def definition(self) -> Definition:
        """What it counts."""
        return self.table.definition

    @property
    def total(self) -> Cell:
        """The cell of the whole figure."""
        return (TOTAL,) * len(self.definition.by)

    @property
    def value(self) -> float | None:
        """The figure itself."""
        return self.number(self.total)

    def number(self, cell: Cell, count: Count | None = None, status: Status | None = None) -> float | None:
        """Return the number of a cell or total, of the figure's own count and status if no other is said."""
        figures = self.table.cells.get(cell) or self.table.totals.get(cell) or Figures()
        return self.hiding.shown(cell, figures, count or self.definition.count, status or self.definition.status)

    def of_each_status(self, cell: Cell, count: Count | None = None) -> list[float | None]:
        """Return the numbers of a cell, one for each status."""
        return [self.number(cell, count, status) for status in Status]

    @property
    def nine(self) -> Iterator[tuple[Count, list[float | None]]]:
        """All counts of the whole figure, by status."""
        return ((count, self.of_each_status(self.total, count)) for count in Count)

    @property
    def without_names(self) -> int | None:
        """Participations that only headcounts know."""
        number, status = self.table.total.without_names, self.definition.status
        return None if number.of(status) and self.value is None else number.of(status)

    def values(self, place: int) -> Sequence[str]:
        """Return the values of one of the dimensions in order."""
        return values_in_order(self.table, place, self.number)

    def lines(self) -> Iterator[tuple[Cell, float | None]]:
        """Return the cells that hold anything, in order, with their numbers."""
        if not self.definition.by:
            return
        orders = [{value: rank for rank, value in enumerate(self.values(place))} for place in range(len(self.definition.by))]
        for cell in sorted(self.table.cells, key=lambda cell: [order[value] for order, value in zip(orders, cell, strict=True)]):
            yield cell, self.number(cell)

    @property
    def lacks(self) -> Iterator[Lack]:
        """The gaps that there are. Where small cells are hidden, no seminar's own number is said."""
        for gap in Gap:
            if (found := self.gaps[gap]).number:
                yield Lack(gap, found.seminars, found.number, self.hiding.lacking(found.people))

    @property
    def hides_any(self) -> bool:
        """Whether a number of it is hidden."""
        return not all(self.hiding.shows_all_of(status) for status in Status)


def figure_of(session: Session, definition: Definition, scope: Scope, *, hides: bool, today: date, gaps_shown: int | None = None) -> Figure:
    """Read a figure, in a number of statements that does not grow with what it counts.

    Args:
        session: reads.
        definition: what it counts.
        scope: whose participations.
        hides: whether cells of fewer than five people are hidden, and others with them.
        today: decides which agencies have successors, and which seminars have ended.
        gaps_shown: how many seminars of each gap are wanted; None: all.
    """
    table = table_of(session, definition, scope, today=today)
    return Figure(table, gaps_of(session, definition, scope, today=today, most=gaps_shown), Hiding(table, hides=hides))
