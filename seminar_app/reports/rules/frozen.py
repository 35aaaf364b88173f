"""What is kept of a frozen figure: its cells, its totals, and what each seminar gave to them. Numbers only, of nobody by name.

Source: docs/decisions/0057-frozen-figures.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from msgspec import Struct, field

from seminar_app.reports.rules.definitions import ByStatus, Figures
from seminar_app.reports.rules.small_cells import TOTAL, Cell

MOST_CELLS = 30_000
"""A figure of more cells is not frozen."""
MOST_PIECES = 60_000
"""Cells of seminars that are kept. Where there are more, only what each seminar gave in all is kept; the text stays below 5 MB."""
FORM = 1
"""Version of the text's form."""


class Frozen(Struct, frozen=True):
    """All numbers of a figure.

    Attributes:
        cells: by the values of the dimensions; empty without a breakdown.
        totals: the same with `TOTAL` in place of at least one value.
        seminars: by slug, what the seminar gave in all.
        pieces: by slug, what the seminar gave to each cell; None where that was too much to keep.
    """

    cells: Mapping[Cell, Figures]
    totals: Mapping[Cell, Figures]
    seminars: Mapping[str, Figures] = field(default_factory=dict)
    pieces: Mapping[str, Mapping[Cell, Figures]] | None = field(default_factory=dict)

    @property
    def total(self) -> Figures:
        """The figures of all that counts."""
        return next((figures for cell, figures in self.totals.items() if set(cell) <= {TOTAL}), Figures())

    def written(self) -> str:
        """Return the numbers as a text. A seminar names a cell by its place, and zeros at the end of a row of numbers are left out."""
        given = None if self.pieces is None else {slug: of_it for slug, of_it in self.pieces.items() if of_it}
        place = {cell: number for number, cell in enumerate(dict.fromkeys(chain(self.cells, *(given or {}).values())))}
        kept: dict[str, Any] = {
            "form": FORM,
            "cells": [[_named(cell), _numbers(self.cells.get(cell, Figures()))] for cell in place],
            "totals": [[_named(cell), _numbers(figures)] for cell, figures in self.totals.items()],
            "seminars": [[slug, _numbers(figures)] for slug, figures in self.seminars.items()],
            "pieces": None
            if given is None
            else [[slug, [[place[cell], _numbers(each)] for cell, each in of_it.items()]] for slug, of_it in given.items()],
        }
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read_frozen(text: str) -> Frozen:
    """Return the numbers that `Frozen.written` wrote."""
    kept = json.loads(text)
    names = [_cell(cell) for cell, _ in kept["cells"]]
    pieces = kept["pieces"]
    return Frozen(
        {_cell(cell): _figures(numbers) for cell, numbers in kept["cells"]},
        {_cell(cell): _figures(numbers) for cell, numbers in kept["totals"]},
        {slug: _figures(numbers) for slug, numbers in kept["seminars"]},
        None if pieces is None else {slug: {names[place]: _figures(each) for place, each in of_it} for slug, of_it in pieces},
    )


def _named(cell: Cell) -> list[str | None]:
    return [None if value == TOTAL else value for value in cell]


def _cell(values: Iterable[str | None]) -> Cell:
    return tuple(TOTAL if value is None else value for value in values)


def _numbers(figures: Figures) -> list[int]:
    parts = (figures.people, figures.participations, figures.minutes, figures.without_names)
    numbers = [number for each in parts for number in (each.registered, each.attended, each.completed)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def _figures(numbers: list[int]) -> Figures:
    whole = [*numbers, *[0] * (12 - len(numbers))]
    return Figures(ByStatus(*whole[:3]), ByStatus(*whole[3:6]), ByStatus(*whole[6:9]), ByStatus(*whole[9:]))
