"""Rows of a CSV or XLSX file as they stand in it, each with the number that a spreadsheet shows for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

Cell = object
"""Text, a number, a date or an instant; the empty text where there is nothing."""

DELIMITERS = ";,\t"


def tables(path: Path) -> Iterator[list[Sequence[Cell]]]:
    """Each sheet of the file as a list of rows; a CSV has one. Row 1 is at index 0, and blank rows keep their place.

    Raises:
        ValueError: a cell of a CSV is longer than any text.
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
    """UTF-8, with or without its mark, where it is; else the code page that Spanish Windows saves in (cp1252)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # five bytes mean nothing there


def delimiter(text: str) -> str:
    """The separator that the first line has most of: spreadsheets in Spanish save CSV with semicolons."""
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=first.count)
