"""The order of a figure's cells: periods by time, all others by value, the largest first; what is reserved or missing stands last.

A hidden number stands after those that are shown, by its name: its place among them would tell how large it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seminar_app.reports.queries.figures import Table
from seminar_app.reports.rules import MISSING, PERIODS, RESERVED, TOTAL


def values_in_order(table: Table, place: int, number: Callable[[tuple[str, ...]], float | None]) -> Sequence[str]:
    """Return the values of one of the dimensions in order.

    Args:
        table: the figure.
        place: of the dimension.
        number: of a cell or total, None where it is hidden.
    """
    definition = table.definition
    dimension = definition.by[place]
    margin: dict[str, float | None] = {}
    for cell in table.cells if len(definition.by) == 1 else table.totals:
        if cell[place] != TOTAL and all(value == TOTAL for other, value in enumerate(cell) if other != place):
            margin[cell[place]] = number(cell)
    last = {RESERVED: 1, MISSING: 2}
    if dimension in PERIODS:
        return sorted(margin, key=lambda value: (last.get(value, 0), value))
    return sorted(margin, key=lambda value: (last.get(value, 0), margin[value] is None, -(margin[value] or 0), value))
