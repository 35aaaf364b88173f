"""The order of a figure's cells: periods by time, all others by value, the largest first; what is reserved or missing stands last."""

from __future__ import annotations

from collections.abc import Sequence

from seminar_app.reports.queries.figures import Table
from seminar_app.reports.rules import MISSING, PERIODS, RESERVED, TOTAL


def values_in_order(table: Table, place: int) -> Sequence[str]:
    """Return the values of one of the dimensions in order."""
    definition = table.definition
    dimension = definition.by[place]
    margin: dict[str, float] = {}
    for cell, figures in (table.cells if len(definition.by) == 1 else table.totals).items():
        if cell[place] != TOTAL and all(value == TOTAL for other, value in enumerate(cell) if other != place):
            margin[cell[place]] = figures.value(definition.count, definition.status)
    last = {RESERVED: 1, MISSING: 2}
    if dimension in PERIODS:
        return sorted(margin, key=lambda value: (last.get(value, 0), value))
    return sorted(margin, key=lambda value: (last.get(value, 0), -margin[value], value))
