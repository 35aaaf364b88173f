"""Write typed tables as CSV and XLSX, row by row, without cells that a spreadsheet would run as formulas.

How such cells are escaped and read back: docs/decisions/0008-safe-cells.md.
"""

from __future__ import annotations

import csv
import enum
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, time
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from seminar_app.core.spool import spool

Value = str | int | float | date | time | None
"""Value of a cell: text; numbers; percent as 0 to 100; dates; times of day. None is an empty cell."""

LONGEST_CELL = 32_767
"""Maximum UTF-16 units in an XLSX cell (ECMA-376; Excel counts units, and most emoji are two). A longer text is cut and ends in «…»."""
LONGEST_SHEET_NAME = 31
"""In UTF-16 units too."""

_INVISIBLE_AND_PRINTABLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_INVISIBLE = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f" + _INVISIBLE_AND_PRINTABLE
)
"""Format characters and others that no reader sees (Unicode 15: category Cf, and Default_Ignorable_Code_Point)."""
_SPLITS = r";|\t\r\n"
"""At these some programs begin a new cell, quotes or not."""
_RUNS = rf"[\s{_INVISIBLE}]*[=+\-@＝＋－＠]|[\t\r\n]|'"
_MARKED = re.compile(rf"(?:\A|(?<=[{_SPLITS}]))(?={_RUNS})")
"""Where a spreadsheet might read a formula."""
_MARK = re.compile(rf"(?:\A|(?<=[{_SPLITS}]))'")
_HARMLESS = re.compile(rf"[^=+\-@＝＋－＠'\s{_INVISIBLE_AND_PRINTABLE};|][^;|]*")
_PHONE = re.compile(r"\A\+\d[\d ]{5,}\Z", re.ASCII)
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
_MARKUP = frozenset("&<>_")
_EPOCH = date(1899, 12, 30).toordinal()


class Kind(enum.Enum):
    """The type of a column, which decides how each format writes it."""

    TEXT = "text"
    INTEGER = "integer"
    PERCENT = "percent"
    """0 to 100. CSV: one decimal, `83.3`. XLSX: a real percentage, 83.3 %."""
    DECIMAL = "decimal"
    """A number with one decimal: `4.3`."""
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading, type, and width in a spreadsheet (characters)."""

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 14


def safe_text(text: str) -> str:
    """Return the text for a CSV cell, with an apostrophe wherever a spreadsheet might read a formula.

    A telephone number such as `+52 82 2157 1983` (a plus, digits and spaces only) stays as it is, because it can run nothing.
    """
    if text.isprintable() and _HARMLESS.fullmatch(text):
        return text  # nearly every cell: the search below takes twice as long
    if _PHONE.match(text):
        return text
    return _MARKED.sub("'", text)


def read_text(cell: str) -> str:
    """Undo `safe_text`: remove one apostrophe at the start of the cell and after each `;`, `|`, tab and line break."""
    return _MARK.sub("", cell) if "'" in cell else cell


def write_csv(target: IO[str], columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """Write headings and rows as CSV (RFC 4180: commas, CR LF).

    Args:
        target: opened with `newline=""`; the caller chooses `utf-8` for programs or `utf-8-sig`, which Excel recognizes, for people.
    """
    writer = csv.writer(target)
    writer.writerow([safe_text(_readable(column.heading)) for column in columns])
    shapes = [_IN_CSV[column.kind] for column in columns]
    writer.writerows([shape(value) if value is not None else "" for shape, value in zip(shapes, row, strict=True)] for row in rows)


def _readable(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode; change nothing else."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


_IN_CSV: dict[Kind, Any] = {
    Kind.TEXT: lambda value: safe_text(_readable(value)),
    Kind.INTEGER: int,
    Kind.PERCENT: lambda value: f"{value:.1f}",
    Kind.DECIMAL: lambda value: f"{value:.1f}",
    Kind.DATE: lambda value: value.isoformat(),
    Kind.TIME: lambda value: f"{value:%H:%M}",
}


class _Rows(Worksheet):  # type: ignore[misc]
    """A worksheet whose rows are written as XML at once.

    XlsxWriter's own cell functions take eight times as long, and write a text `<r>…</r>` into the file unescaped.
    """

    def begin(self, columns: Sequence[Column], styles: _Styles) -> None:
        letters = [xlsxwriter.utility.xl_col_to_name(index) for index in range(len(columns))]
        self._letters, self._kinds, self._styles, self._next = letters, [column.kind for column in columns], styles, 0
        for index, column in enumerate(columns):
            self.set_column(index, index, column.width)
        self.freeze_panes(1, 0)
        self.repeat_rows(0)
        self.set_landscape()
        self.fit_to_pages(1, 0)
        self._write_cells(
            [self._text_cell(letter, column.heading, styles.heading) for letter, column in zip(letters, columns, strict=True)]
        )

    def append(self, values: Sequence[Value], *, strong: bool = False) -> None:
        """Write the next row; `strong` in bold."""
        number, style_of = self._next + 1, self._styles.strong if strong else self._styles.plain
        cells = []
        for letter, kind, value in zip(self._letters, self._kinds, values, strict=True):
            if value is None or value == "":
                continue
            if kind is Kind.TEXT:
                cells.append(self._text_cell(letter, str(value), style_of[kind]))
            else:
                cells.append(f'<c r="{letter}{number}" s="{style_of[kind]}"><v>{_IN_XLSX[kind](value)}</v></c>')
        self._write_cells(cells)

    def _text_cell(self, letter: str, text: str, style: int) -> str:
        quoted = self._styles.quoted if style == 0 and _MARKED.match(text) else style
        return f'<c r="{letter}{self._next + 1}" s="{quoted}" t="inlineStr"><is><t xml:space="preserve">{_xml(text)}</t></is></c>'

    def _write_cells(self, cells: list[str]) -> None:
        self._next += 1
        self._check_dimensions(self._next - 1, len(self._letters) - 1)
        self._check_dimensions(self._next - 1, 0)
        self.row_data_fh.write(f'<row r="{self._next}">{"".join(cells)}</row>')

    def finish(self) -> None:
        """Add the filter arrows over the columns, now that the last row is known."""
        if self._next > 1:
            self.autofilter(0, 0, self._next - 1, len(self._letters) - 1)

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


def _xml(text: str) -> str:
    """Return a cell's text as XML, with characters that XML cannot carry as `_xHHHH_` (ECMA-376, ST_Xstring)."""
    if len(text) > LONGEST_CELL // 2 and _units(text) > LONGEST_CELL:
        text = _beginning(text, LONGEST_CELL - 1) + "…"
    if not (text.isprintable() and _MARKUP.isdisjoint(text)):
        text = _ESCAPE_LIKE.sub("_x005F_", _SURROGATES.sub("\ufffd", text))
        text = _CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def _units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _beginning(text: str, units: int) -> str:
    """Return the beginning of the text, at most this many UTF-16 units, without splitting a character."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")


@dataclass(frozen=True, slots=True)
class _Styles:
    """Indexes of the formats in the workbook: one for each column type, plain and bold."""

    heading: int
    quoted: int
    plain: dict[Kind, int]
    strong: dict[Kind, int]


class WorkbookWriter:
    """An XLSX file of typed sheets. Rows may be appended to several sheets in turn; memory does not grow with them.

    with WorkbookWriter(file) as book:
        sheet = book.sheet("People", columns)
        sheet.append([...])
    """

    def __init__(self, target: IO[bytes], *, date_format: str = "yyyy-mm-dd") -> None:
        self._at_the_end = ExitStack()
        rows = self._at_the_end.enter_context(spool())
        self._book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(rows)})
        self._names: set[str] = set()
        self._sheets: list[_Rows] = []
        kinds = {Kind.TEXT: "@", Kind.INTEGER: "0", Kind.PERCENT: "0.0%", Kind.DECIMAL: "0.0", Kind.DATE: date_format, Kind.TIME: "hh:mm"}
        self._styles = _Styles(
            heading=self._number(bold=True, bottom=1, text_wrap=True, valign="top"),
            quoted=self._number(quote_prefix=True),
            plain={kind: self._number(num_format=shape) if kind is not Kind.TEXT else 0 for kind, shape in kinds.items()},
            strong={kind: self._number(num_format=shape, bold=True) for kind, shape in kinds.items()},
        )

    def _number(self, **properties: Any) -> int:
        shape: Format = self._book.add_format(properties)
        return int(shape._get_xf_index())

    def sheet(self, name: str, columns: Sequence[Column]) -> _Rows:
        """Begin a sheet, its headings frozen. The name is cut and cleaned to what a spreadsheet takes, and made unique."""
        sheet: _Rows = self._book.add_worksheet(self._free_name(name), worksheet_class=_Rows)
        sheet.begin(columns, self._styles)
        self._sheets.append(sheet)
        self._at_the_end.callback(sheet.let_go)
        return sheet

    def _free_name(self, name: str) -> str:
        clean = " ".join(_FORBIDDEN_IN_SHEET_NAMES.sub(" ", _readable(name)).split()).strip("'") or "–"
        free, number = _beginning(clean, LONGEST_SHEET_NAME).strip(" '"), 1
        while free.casefold() in self._names:
            number += 1
            ending = f" {number}"
            free = _beginning(clean, LONGEST_SHEET_NAME - len(ending)) + ending
        self._names.add(free.casefold())
        return free

    def __enter__(self) -> WorkbookWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        with self._at_the_end:
            if kind is None:
                for sheet in self._sheets:
                    sheet.finish()
                self._book.close()
