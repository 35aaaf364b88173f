"""Rows of text with delimiters, as spreadsheets and web forms save them, and as cells are pasted."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

DELIMITERS = ";\t,|"
"""Spreadsheets in Spanish save CSV with semicolons."""
SAMPLED_RECORDS, SAMPLED_LETTERS = 300, 30_000
_NOTHING = 0.05
"""Consistency of two columns with a blank after each comma."""
_NO_DELIMITER = "\x1f"
"""Stands for none: the «unit separator», which no list has."""
_INSTRUCTION = re.compile(r"sep=(.)[ \t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)


def split(text: str, delimiter: str | None = None) -> tuple[Iterator[list[str]], str | None]:
    """Return the records of a text and its delimiter, None where it has one column.

    A first line `sep=;`, which Excel hides, decides and is no record. A quoted line break begins no record; a quotation mark
    that nothing closes is a character like others.

    Args:
        text: with line ends of any program.
        delimiter: None to find it.
    """
    if told := _INSTRUCTION.match(text):
        text, delimiter = text[told.end() :], delimiter or told[1]
    found = delimiter or likeliest_delimiter(text)
    if _has_stray_quote(text, found):
        found = delimiter or likeliest_delimiter(text, quoted=False)
        return records(text, found, quoted=False), found
    return records(text, found), found


def likeliest_delimiter(text: str, *, quoted: bool = True) -> str | None:
    """Return the separator that gives the most records of one width, and many columns; None if none separates anything.

    Letterheads and notes above a list have commas of their own, so the first lines alone cannot decide.
    """
    scores = {delimiter: _consistency(text, delimiter, quoted=quoted) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=scores.__getitem__)
    return best if scores[best] > _NOTHING else None


def _consistency(text: str, delimiter: str, *, quoted: bool) -> float:
    """Return (share of the records that have the commonest width)² x (columns - 1).

    It is less where blanks follow, as after a comma in a sentence, so that «KU, Ana» stays in one cell.
    """
    widths = _widths(text, delimiter, quoted=quoted)
    total = sum(widths.values())
    best = max(((count / total) ** 2 * (width - 1) for width, count in widths.items()), default=0)
    begin = text[:SAMPLED_LETTERS]
    return best * max(1 - begin.count(delimiter + " ") / max(begin.count(delimiter), 1), _NOTHING)


def _widths(text: str, delimiter: str, *, quoted: bool) -> Counter[int]:
    """Return how many of the first records have each number of columns."""
    sample = islice(records(text, delimiter, quoted=quoted), SAMPLED_RECORDS)
    return Counter(len(record) for record in sample if len(record) > 1 or any(cell.strip() for cell in record))


def records(text: str, delimiter: str | None, *, quoted: bool = True, strict: bool = False) -> Iterator[list[str]]:
    """Yield the records.

    Raises:
        csv.Error: a cell is longer than `csv.field_size_limit()`; with `strict`, also where quotation marks do not match.
    """
    lines = io.StringIO(text, newline="")
    if quoted:
        return iter(csv.reader(lines, delimiter=delimiter or _NO_DELIMITER, strict=strict))
    return iter(csv.reader(lines, delimiter=delimiter or _NO_DELIMITER, quoting=csv.QUOTE_NONE))


def _has_stray_quote(text: str, delimiter: str | None) -> bool:
    """Whether a quotation mark that nobody meant for a quoted cell has swallowed rows."""
    if '"' not in text:
        return False
    try:
        for _record in records(text, delimiter, strict=True):
            pass
    except csv.Error:
        pass
    else:
        return False  # a program wrote it
    widths = _widths(text, delimiter or _NO_DELIMITER, quoted=False)
    columns = widths.most_common(1)[0][0] if widths else 1
    try:
        return any(
            ("\n" in cell or "\r" in cell) and cell.count(delimiter or "\n") >= columns - 1
            for record in records(text, delimiter)
            for cell in record
        )
    except csv.Error:
        return True
