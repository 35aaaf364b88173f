"""Which numbers of a figure are shown: all, or only those that tell nothing of fewer than five people."""

from __future__ import annotations

from collections.abc import Mapping

from seminar_app.reports.queries.figures import Table
from seminar_app.reports.rules import FEWEST_SHOWN, TOTAL, Count, Figures, Status, hidden_in_nested

Cell = tuple[str, ...]


class Hiding:
    """Which numbers of a table are shown."""

    def __init__(self, table: Table, *, hides: bool) -> None:
        """Decide for each status, the figure's own first.

        People with names and those whom only headcounts know are two tables, because a reader sees both numbers: what is hidden in
        one is hidden in both. Of a breakdown by two dimensions only the figure's own status is shown, so of the others only the
        total counts.
        """
        self.hides = hides
        self._hidden: Mapping[Status, frozenset[Cell]] = dict.fromkeys(Status, frozenset())
        if hides:
            own = table.definition.status
            order = [own, *(status for status in Status if status is not own)]
            kinds = [[_people(table, status, named=named, whole=status is own) for status in order] for named in (True, False)]
            self._hidden = {
                status: with_names | without
                for status, with_names, without in zip(order, *(hidden_in_nested(kind) for kind in kinds), strict=True)
            }

    def shown(self, cell: Cell, figures: Figures, count: Count, status: Status) -> float | None:
        """Return the number, or None if it is hidden."""
        return None if cell in self._hidden[status] else figures.value(count, status)

    def shows_all_of(self, status: Status) -> bool:
        """Whether no number of a status is hidden."""
        return not self._hidden[status]

    def lacking(self, people: int) -> int | None:
        """Return how many lack something, or None if that is hidden: where it is small, or would tell a hidden number of the breakdown."""
        return people if not self.hides or (people >= FEWEST_SHOWN and self.shows_all_of(Status.REGISTERED)) else None


def _people(table: Table, status: Status, *, named: bool, whole: bool) -> dict[Cell, int]:
    """Return how many people each cell and total tells of; with two dimensions and not as a whole, the total only."""
    everything = dict(table.totals) | dict(table.cells)
    if len(table.definition.by) > 1 and not whole:
        total = (TOTAL,) * len(table.definition.by)
        everything = {total: everything[total]}
    return {cell: (each.people if named else each.without_names).of(status) for cell, each in everything.items()}
