"""Draw bar charts beside the tables of a workbook, as the spreadsheet's own charts: who opens the file can change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xlsxwriter
from msgspec import Struct
from xlsxwriter.worksheet import Worksheet

ACTION, GREY = "#005EA2", "#A9AEB1"
COLOURS = (ACTION, GREY, "#1B2B4B", "#DFE1E2")
"""Of the series, in order: the one of a single series is the product's colour of action."""
_INK = "#1B2B4B"
_BAR_PIXELS, _FRAME_PIXELS, _WIDTH = 26, 90, 620


class Series(Struct, frozen=True):
    """The bars of one column of the table."""

    name: str
    column: int
    numbers: Sequence[float | None]
    """As the cells hold them; None where a cell holds no number."""


class BarChart(Struct, frozen=True):
    """Horizontal bars of the first rows of a table, one for each row and series, from zero, with the number at the end.

    Attributes:
        title: of the chart.
        description: what it shows, for who cannot see it.
        names: of the bars, as the cells of `names_column` hold them.
        series: at most as many as there are `COLOURS`.
        names_column: index of the column with the names.
    """

    title: str
    description: str
    names: Sequence[str]
    series: Sequence[Series]
    names_column: int = 0

    @property
    def height(self) -> int:
        """Pixels that the bars need."""
        return _FRAME_PIXELS + _BAR_PIXELS * len(self.names) * (1 if len(self.series) == 1 else max(1, round(0.7 * len(self.series))))


def insert_bar_chart(book: xlsxwriter.Workbook, sheet: Worksheet, chart: BarChart, *, head: int, column: int) -> None:
    """Put a chart into a sheet.

    Args:
        book: of the sheet.
        sheet: its rows from `head` on are the table.
        chart: its bars are the rows below `head`.
        head: index of the row of headings, beside which the chart begins.
        column: index of the column at whose left edge the chart begins.
    """
    last, drawn = head + len(chart.names), book.add_chart({"type": "bar"})
    for each, colour in zip(chart.series, COLOURS, strict=False):
        drawn.add_series(
            {
                "name": _plain(each.name),
                "categories": [sheet.get_name(), head + 1, chart.names_column, last, chart.names_column],
                "values": [sheet.get_name(), head + 1, each.column, last, each.column],
                "categories_data": list(chart.names),  # rows that were written are not in memory any more
                "values_data": ["" if number is None else number for number in each.numbers],
                "fill": {"color": colour},
                "gap": 40,
                "data_labels": {"value": True, "font": {"color": _INK, "size": 9}},
            }
        )
    plain: dict[str, Any] = {"major_gridlines": {"visible": False}, "line": {"none": True}}
    drawn.set_y_axis(plain | {"reverse": True, "major_tick_mark": "none", "num_font": {"color": _INK, "size": 9}})
    drawn.set_x_axis(plain | {"min": 0, "visible": False})
    drawn.set_title({"name": _plain(chart.title), "overlay": False, "name_font": {"color": _INK, "size": 11, "bold": True}})
    drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": {"color": _INK, "size": 9}})
    drawn.set_chartarea({"border": {"none": True}})
    drawn.set_size({"width": _WIDTH, "height": chart.height})
    sheet.insert_chart(head, column, drawn, {"description": chart.description, "x_offset": 16, "object_position": 3})


def _plain(text: str) -> str:
    """Return a text that the library does not take for a reference to cells."""
    return f"'{text}" if text.startswith("=") else text
