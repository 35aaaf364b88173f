"""Rows of a CSV or XLSX file, unchanged, in positions that match the row numbers of a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

Cell = object
"""Text, a number, a date or an instant; the empty text for an empty cell."""

DELIMITERS = ";,\t"


def tables(path: Path) -> Iterator[list[Sequence[Cell]]]:
    """Yield each sheet of the file as a list of rows; a CSV has one. Row 1 is at index 0, and blank rows keep their place.

    Raises:
        ValueError: a cell of a CSV is longer than the reader allows.
    """
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            yield [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    else:
        text = decoded(path.read_bytes())
        try:
            yield list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
        except csv.Error as error:
            raise ValueError(f"{path.name}: {error}") from error


def decoded(content: bytes) -> str:
    """Decode as UTF-8, with or without a byte order mark, else as cp1252, in which Spanish Windows saves."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # five bytes are undefined in cp1252


def delimiter(text: str) -> str:
    """Return the most frequent separator of the first line; spreadsheets in Spanish save CSV with semicolons."""
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=first.count)
