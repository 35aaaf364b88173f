"""Write typed tables as XLSX, row by row, laid out for people who read and print them.

No cell is one that a spreadsheet would run as a formula: docs/decisions/0008-safe-cells.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from functools import lru_cache
from typing import IO, Any

import xlsxwriter
from msgspec import Struct
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from seminar_app.core.sheet_layout import LINE_POINTS, Above, first_page, heading_points, key_rows, lines_of, pages_across
from seminar_app.core.spool import spool
from seminar_app.core.table_writer import MARKED, Column, Kind, Value
from seminar_app.core.workbook_charts import BarChart, insert_bar_chart
from seminar_app.core.workbook_texts import free_sheet_name, in_footer, xml_text

_LETTER = 1
"""Paper size: letter, in Mexico «carta»."""
_TITLE_POINTS, _GAP_POINTS = 21, 6
_HEADING_FILL, _RULE_COLOUR = "#E8EDF3", "#C9CDD2"
_EPOCH = date(1899, 12, 30).toordinal()


def _follows_number(columns: Sequence[Column], place: int) -> bool:
    """Whether a text would touch the number at the right edge of the column before."""
    text = columns[place].kind is Kind.TEXT and not columns[place].centred
    return text and place > 0 and columns[place - 1].kind is not Kind.TEXT


def _inside(text: str) -> tuple[bool, str]:
    """Return whether a text needs the quote prefix, and what is written between the tags of its cell."""
    return MARKED.match(text) is not None, f'<is><t xml:space="preserve">{xml_text(text)}</t></is>'


class _Rows(Worksheet):  # type: ignore[misc]
    """A worksheet whose rows are written as XML at once.

    XlsxWriter's own cell functions take eight times as long, and write a text `<r>…</r>` into the file unescaped.
    """

    def begin(self, columns: Sequence[Column], styles: _Styles, above: Above | None, names: int) -> None:
        widths = [column.width for column in columns]
        self._letters, self._kinds = [xl_col_to_name(index) for index in range(len(columns))], [column.kind for column in columns]
        self._styles, self._widths, self._next = styles, widths, 0
        indented = [_follows_number(columns, place) for place in range(len(columns))]
        self._plain = [styles.of_cell(column, after) for column, after in zip(columns, indented, strict=True)]
        self._strong = [styles.strong[column.kind] for column in columns]
        self._room = [max(width - 2 * after, 1) for width, after in zip(widths, indented, strict=True)]
        for index, width in enumerate(widths):
            self.set_column(index, index, width)
        self._lay_out(pages_across(widths), names)
        if above is not None:
            self._write_above(above)
        self._head = self._last = self._next
        self.freeze_panes(self._head + 1, 0)
        self.repeat_rows(self._head)
        shapes = [styles.of_heading(column, after) for column, after in zip(columns, indented, strict=True)]
        headings = [column.heading for column in columns]
        cells = [self._text_cell(*cell) for cell in zip(self._letters, headings, shapes, strict=True)]
        self._write_cells(cells, heading_points(headings, self._room))

    def _lay_out(self, pages: int, names: int) -> None:
        self.set_landscape()
        self.set_paper(_LETTER)
        self.set_margins(left=0.35, right=0.35, top=0.5, bottom=0.65)
        self.fit_to_pages(pages, 0)
        if pages > 1 and names:
            self.repeat_columns(0, names - 1)

    def _write_above(self, above: Above) -> None:
        styles, first, widths = self._styles, self._letters[0], first_page(self._widths)
        for line in above.title_lines(widths):
            self._write_cells([self._text_cell(first, line, styles.title)], _TITLE_POINTS)
        for line in above.subtitle_lines(widths):
            self._write_cells([self._text_cell(first, line, styles.subtitle)])
        for line in above.plain_lines(widths):
            self._write_cells([self._text_cell(first, line, 0)])
        if above.key:
            self._write_cells([], _GAP_POINTS)
        for row in key_rows(above.key, widths):
            self._write_cells([self._text_cell(self._letters[place], entry, 0) for place, entry in row])
        self._write_cells([], _GAP_POINTS)

    @property
    def head(self) -> int:
        """Index of the row of headings."""
        return self._head

    @property
    def behind(self) -> int:
        """Index of the first column behind the table."""
        return len(self._letters)

    def append(self, values: Sequence[Value], *, strong: bool = False) -> None:
        """Write the next row; `strong` in bold, as a total that the filter leaves alone. A number may be replaced by a text, a dash."""
        number, cells, lines = self._next + 1, [], 1
        shapes = self._strong if strong else self._plain
        for letter, kind, shape, width, value in zip(self._letters, self._kinds, shapes, self._room, values, strict=True):
            if value is None or value == "":
                continue
            if kind is Kind.TEXT:
                text = str(value)
                cells.append(self._text_cell(letter, text, shape))
                if len(text) * 5 >= width * 4 or "\n" in text:  # capitals are wider than digits
                    lines = max(lines, self._styles.lines_of(text, width))
            elif isinstance(value, str):
                cells.append(self._text_cell(letter, value, shape))
            else:
                cells.append(f'<c r="{letter}{number}" s="{shape}"><v>{_IN_XLSX[kind](value)}</v></c>')
        self._write_cells(cells, lines * LINE_POINTS if lines > 1 else None)
        if not strong:
            self._last = number - 1

    def _text_cell(self, letter: str, text: str, style: int) -> str:
        marked, inside = self._styles.inside(text)
        shape = self._styles.quoted.get(style, self._styles.quoted[0]) if marked else style
        return f'<c r="{letter}{self._next + 1}" s="{shape}" t="inlineStr">{inside}</c>'

    def _write_cells(self, cells: list[str], points: int | None = None) -> None:
        self._next += 1
        self._check_dimensions(self._next - 1, len(self._letters) - 1)
        self._check_dimensions(self._next - 1, 0)
        height = f' ht="{points}" customHeight="1"' if points else ""
        self.row_data_fh.write(f'<row r="{self._next}"{height}>{"".join(cells)}</row>')

    def finish(self) -> None:
        """Add what depends on the last row: the filter's buttons, and the lines between the rows, also through empty cells."""
        right = len(self._letters) - 1
        if self._last > self._head:
            self.autofilter(self._head, 0, self._last, right)
        if self._next > self._head + 1:
            self.conditional_format(self._head + 1, 0, self._next - 1, right, {"type": "no_errors", "format": self._styles.ruled})

    def let_go(self) -> None:
        """Close the temporary file of the rows, which an unfinished workbook leaves open."""
        self.row_data_fh.close()


_IN_XLSX: dict[Kind, Any] = {
    Kind.INTEGER: int,
    Kind.PERCENT: lambda value: round(value / 100, 6),
    Kind.DECIMAL: lambda value: round(value, 6),
    Kind.DATE: lambda value: value.toordinal() - _EPOCH,
    Kind.TIME: lambda value: (value.hour * 3600 + value.minute * 60 + value.second) / 86400,
}


class _Styles(Struct, frozen=True):
    """Indexes of the formats in the workbook: of the lines above the table, of headings, and one for each column type, plain and bold."""

    title: int
    subtitle: int
    headings: dict[Kind, int]
    heading_centred: int
    heading_indented: int
    centred: int
    indented: int
    plain: dict[Kind, int]
    strong: dict[Kind, int]
    quoted: dict[int, int]
    """By index of a text's format: the same with the quote prefix."""
    ruled: Format
    """A thin line below the cell."""
    lines_of: Callable[[str, int], int]
    inside: Callable[[str], tuple[bool, str]]
    """`sheet_layout.lines_of` and `_inside` with caches that end with the workbook, because they hold texts of people."""

    def of_heading(self, column: Column, indented: bool) -> int:
        if column.centred:
            return self.heading_centred
        return self.heading_indented if indented else self.headings[column.kind]

    def of_cell(self, column: Column, indented: bool) -> int:
        if column.centred:
            return self.centred
        return self.indented if indented else self.plain[column.kind]


class WorkbookWriter:
    """An XLSX file of typed sheets. Rows may be appended to several sheets in turn; memory does not grow with them.

    with WorkbookWriter(file) as book:
        sheet = book.sheet("People", columns)
        sheet.append([...])

    Args:
        target: written when the block ends.
        date_format: of cells that hold a date.
        footer: texts at the left and right of each printed page; the number of the page stands between them.
    """

    def __init__(self, target: IO[bytes], *, date_format: str = "yyyy-mm-dd", footer: tuple[str, str] = ("", "")) -> None:
        self._at_the_end = ExitStack()
        rows = self._at_the_end.enter_context(spool())
        self._book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(rows)})
        self._names: set[str] = set()
        self._sheets: list[_Rows] = []
        self._footer = f"&L{in_footer(footer[0])}&C&P / &N&R{in_footer(footer[1])}"
        self._styles = self._make_styles(date_format)

    def _make_styles(self, date_format: str) -> _Styles:
        numbers = {Kind.INTEGER: "0", Kind.PERCENT: "0.0%", Kind.DECIMAL: "0.0", Kind.DATE: date_format, Kind.TIME: "hh:mm"}
        quoted = {0: self._number(quote_prefix=True)}

        def of_text(**properties: Any) -> int:
            style = self._number(**properties)
            quoted[style] = self._number(**properties, quote_prefix=True)
            return style

        heading = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": _HEADING_FILL}
        total = {"bold": True, "top": 1, "valign": "top"}
        return _Styles(
            title=of_text(bold=True, font_size=15),
            subtitle=of_text(bold=True),
            headings=dict.fromkeys(Kind, of_text(**heading, align="right")) | {Kind.TEXT: of_text(**heading)},
            heading_centred=of_text(**heading, align="center"),
            heading_indented=of_text(**heading, align="left", indent=1),
            indented=of_text(text_wrap=True, valign="top", align="left", indent=1),
            centred=of_text(text_wrap=True, valign="top", align="center"),
            plain={kind: self._number(num_format=shape, valign="top", align="right") for kind, shape in numbers.items()}
            | {Kind.TEXT: of_text(text_wrap=True, valign="top")},
            strong={kind: self._number(num_format=shape, align="right", **total) for kind, shape in numbers.items()}
            | {Kind.TEXT: of_text(text_wrap=True, **total)},
            quoted=quoted,
            ruled=self._book.add_format({"bottom": 1, "bottom_color": _RULE_COLOUR}),
            lines_of=lru_cache(maxsize=1024)(lines_of),
            inside=lru_cache(maxsize=1024)(_inside),
        )

    def _number(self, **properties: Any) -> int:
        shape: Format = self._book.add_format(properties)
        return int(shape._get_xf_index())

    def sheet(self, name: str, columns: Sequence[Column], *, above: Above | None = None, names: int = 0) -> _Rows:
        """Begin a sheet, its headings frozen. The name is cut and cleaned to what a spreadsheet takes, and made unique.

        Args:
            name: of the sheet.
            columns: of the table.
            above: lines above the table.
            names: so many columns at the left say whose row it is; a print of several pages across repeats them.
        """
        sheet: _Rows = self._book.add_worksheet(free_sheet_name(name, self._names), worksheet_class=_Rows)
        sheet.begin(columns, self._styles, above, names)
        sheet.set_footer(self._footer)
        self._sheets.append(sheet)
        self._at_the_end.callback(sheet.let_go)
        return sheet

    def chart(self, sheet: _Rows, chart: BarChart) -> None:
        """Draw a chart beside the table of a sheet, of its first rows."""
        insert_bar_chart(self._book, sheet, chart, head=sheet.head, column=sheet.behind)

    def __enter__(self) -> WorkbookWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        with self._at_the_end:
            if kind is None:
                for sheet in self._sheets:
                    sheet.finish()
                self._book.close()
