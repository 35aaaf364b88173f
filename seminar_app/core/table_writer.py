"""Describe typed tables, and write them as CSV without cells that a spreadsheet would run as formulas.

How such cells are escaped and read back: docs/decisions/0008-safe-cells.md. Workbooks: `core/workbook_writer.py`.
"""

from __future__ import annotations

import csv
import enum
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from functools import lru_cache
from typing import IO, Any

from msgspec import Struct

Value = str | int | float | date | time | None
"""Value of a cell: text; numbers; percent as 0 to 100; dates; times of day. None is an empty cell."""


_INVISIBLE_AND_PRINTABLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_INVISIBLE = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f" + _INVISIBLE_AND_PRINTABLE
)
"""Format characters and others that no reader sees (Unicode 15: category Cf, and Default_Ignorable_Code_Point)."""
_SPLITS = r";|\t\r\n"
"""At these some programs begin a new cell, quotes or not."""
_RUNS = rf"[\s{_INVISIBLE}]*[=+\-@＝＋－＠]|[\t\r\n]|'"
MARKED = re.compile(rf"(?:\A|(?<=[{_SPLITS}]))(?={_RUNS})")
"""Where a spreadsheet might read a formula."""
_MARK = re.compile(rf"(?:\A|(?<=[{_SPLITS}]))'")
_HARMLESS = re.compile(rf"[^=+\-@＝＋－＠'\s{_INVISIBLE_AND_PRINTABLE};|][^;|]*")
_PHONE = re.compile(r"\A\+\d[\d ]{5,}\Z", re.ASCII)
SURROGATES = re.compile("[\ud800-\udfff]")


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


class Column(Struct, frozen=True):
    """One column: heading, type, and width in a spreadsheet (characters)."""

    heading: str
    kind: Kind = Kind.TEXT
    width: int = 14
    centred: bool = False
    """A short word in the middle of its column, for example yes or no."""


_WORDS_KEPT = 1_024
"""Texts of cells that are not looked at again while one file is written."""


def safe_text(text: str) -> str:
    """Return the text for a CSV cell, with an apostrophe wherever a spreadsheet might read a formula.

    A telephone number such as `+52 82 2157 1983` (a plus, digits and spaces only) stays as it is, because it can run nothing.
    """
    if text.isprintable() and _HARMLESS.fullmatch(text):
        return text  # nearly every cell: the search below takes twice as long
    if _PHONE.match(text):
        return text
    return MARKED.sub("'", text)


def read_text(cell: str) -> str:
    """Undo `safe_text`: remove one apostrophe at the start of the cell and after each `;`, `|`, tab and line break."""
    return _MARK.sub("", cell) if "'" in cell else cell


def write_csv(target: IO[str], columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """Write headings and rows as CSV (RFC 4180: commas, CR LF).

    Args:
        target: opened with `newline=""`; the caller chooses `utf-8` for programs or `utf-8-sig`, which Excel recognizes, for people.
    """
    writer = csv.writer(target)
    writer.writerow([safe_text(readable(column.heading)) for column in columns])
    text = lru_cache(_WORDS_KEPT)(_IN_CSV[Kind.TEXT])  # most cells hold one of few words; nothing is kept longer than the file is written
    shapes = [text if column.kind is Kind.TEXT else _IN_CSV[column.kind] for column in columns]
    writer.writerows([shape(value) if value is not None else "" for shape, value in zip(shapes, row, strict=True)] for row in rows)


def readable(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode; change nothing else."""
    return text if text.isascii() else SURROGATES.sub("\ufffd", text)


_IN_CSV: dict[Kind, Any] = {
    Kind.TEXT: lambda value: safe_text(readable(value)),
    Kind.INTEGER: int,
    Kind.PERCENT: lambda value: f"{value:.1f}",
    Kind.DECIMAL: lambda value: f"{value:.1f}",
    Kind.DATE: lambda value: value.isoformat(),
    Kind.TIME: lambda value: f"{value:%H:%M}",
}
