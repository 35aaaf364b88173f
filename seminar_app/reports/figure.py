"""A figure with what must stand beside it, and its lines in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from seminar_app.core.table_writer import Column, Kind, Value
from seminar_app.reports.order import values_in_order
from seminar_app.reports.queries.figures import Table
from seminar_app.reports.queries.gaps import Gaps
from seminar_app.reports.rules import Count
from seminar_app.reports.wording import cell_words
from seminar_app.web.labels import label


class Language(StrEnum):
    """Language of headings and words: for people, or keys for scripts."""

    SPANISH = "es"
    ENGLISH = "en"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what must stand beside it."""

    table: Table
    gaps: Gaps

    @property
    def value(self) -> float:
        """The figure itself."""
        return self.value_of(())

    def value_of(self, cell: tuple[str, ...]) -> float:
        """Return the value of a cell; of no cell that of the total."""
        definition = self.table.definition
        figures = self.table.cells[cell] if cell else self.table.total
        return figures.value(definition.count, definition.status)

    def lines(self) -> Iterator[tuple[tuple[str, ...], float]]:
        """Return the cells that hold anything, in order, with their values."""
        orders = [values_in_order(self.table, place) for place in range(len(self.table.definition.by))]
        for cell in product(*orders):
            if cell and cell in self.table.cells:
                yield cell, self.value_of(cell)


def table_columns(figure: Figure, language: Language) -> tuple[Sequence[Column], list[Sequence[Value]]]:
    """Return the columns and lines of a table: the dimensions and the value."""
    definition, keys = figure.table.definition, language is Language.KEYS
    kind = Kind.DECIMAL if definition.count is Count.HOURS else Kind.INTEGER
    columns = [Column(each.value if keys else label(each), width=40) for each in definition.by]
    columns.append(Column(definition.count.value if keys else label(definition.count), kind))
    words = [str if keys else cell_words(figure.table, each, language=language.value) for each in definition.by]
    lines: list[Sequence[Value]] = [
        [*(said(value) for said, value in zip(words, cell, strict=True)), number] for cell, number in figure.lines()
    ]
    return columns, lines or [[figure.value]]
