"""Decide how a spreadsheet page is laid out: how many lines a text needs, how high a row is, and what stands above the table.

Spreadsheets do not compute this from the file: LibreOffice keeps the heights it reads, and a row without one is one line high.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import accumulate
from math import ceil

from msgspec import Struct

LINE_POINTS = 15
"""Height of a line of text of 11 points."""
MOST_LINES = 27
"""A row of more than 409 points does not open in Excel."""
WIDEST_PAGE = 1_460
"""Pixels of columns on one page: letter paper in landscape, text of 11 points printed at 7.5 points or more."""
MOST_PLACES = 3
"""Entries of the key side by side."""
MOST_KEY_ROWS = 4
"""More rows than these would leave a small screen no room below the frozen headings: rather is a long entry cut."""
LEAST_PLACE = 50
"""Characters of an entry of the key that are left at least."""
_BOLD, _TITLE = 1.08, 1.5
"""How much wider bold letters are, and those of the title (15 points)."""
_WIDTHS = (
    dict.fromkeys(" iljI.,:;'’·!|", 0.48)
    | dict.fromkeys("tfrí()-J", 0.66)
    | dict.fromkeys("cszk", 0.86)
    | dict.fromkeys("mwMW%@—", 1.6)
    | dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZÁÉÍÓÚÑ", 1.15)
)
"""Widths of letters in digits, which is what columns are measured in; about the same in Calibri, Arial and DejaVu Sans."""


class Above(Struct, frozen=True):
    """Lines above the table.

    Attributes:
        title: large and bold.
        subtitle: bold.
        lines: facts, each broken where the table ends.
        key: entries that explain the headings, side by side as far as they fit.
    """

    title: str
    subtitle: str | None = None
    lines: Sequence[str] = ()
    key: Sequence[str] = ()

    def title_lines(self, widths: Sequence[int]) -> list[str]:
        """Return the title, broken where the table ends."""
        return _broken(self.title, sum(widths) / _TITLE)

    def subtitle_lines(self, widths: Sequence[int]) -> list[str]:
        """Return the subtitle, broken where the table ends."""
        return _broken(self.subtitle or "", sum(widths) / _BOLD)

    def plain_lines(self, widths: Sequence[int]) -> list[str]:
        """Return the facts, broken where the table ends."""
        return [piece for line in self.lines for piece in _broken(line, sum(widths))]


def width_of(text: str) -> float:
    """Return about how many digits are as wide as the text."""
    return sum(_WIDTHS.get(letter, 0.97 if letter < "\u2e80" else 2.0) for letter in text)


def _broken(text: str, width: float) -> list[str]:
    letters = int(width * len(text) / (width_of(text) or 1))
    return textwrap.wrap(text, max(letters, 20), max_lines=4, placeholder=" …")


def key_rows(entries: Sequence[str], widths: Sequence[int]) -> list[list[tuple[int, str]]]:
    """Place the entries in rows, column by column, as many side by side as fit without being cut.

    Args:
        entries: one that is longer than the table is wide is cut and ends in «…».
        widths: of the table's columns, in characters.

    Returns:
        Rows of (index of the column that the entry begins in, entry).
    """
    if not entries:
        return []
    most = min(MOST_PLACES, len(entries))
    for places in range(most, 0, -1):
        down = ceil(len(entries) / places)
        starts, room = _places(places, widths)
        if down <= MOST_KEY_ROWS and all(width_of(entry) <= room[i // down] for i, entry in enumerate(entries)):
            break
    else:  # none of them fits whole
        places = max(1, min(most, ceil(len(entries) / MOST_KEY_ROWS), sum(widths) // LEAST_PLACE))
        down = ceil(len(entries) / places)
        starts, room = _places(places, widths)
    return [[(starts[i // down], _cut(entries[i], room[i // down])) for i in range(row, len(entries), down)] for row in range(down)]


def _cut(text: str, width: float) -> str:
    wide = width_of(text)
    return text if wide <= width else textwrap.shorten(text, max(int(width * len(text) / wide), 10), placeholder="…")


def _places(places: int, widths: Sequence[int]) -> tuple[list[int], list[float]]:
    """Return the columns that divide the table most evenly, and how wide it is from each to the next."""
    edges = [0, *accumulate(widths)]
    starts = [min(range(len(widths)), key=lambda i: abs(edges[i] - edges[-1] * place / places)) for place in range(places)]
    ends = [*(edges[start] for start in starts[1:]), edges[-1]]
    return starts, [end - edges[start] - 1.0 for start, end in zip(starts, ends, strict=True)]


def lines_of(text: str, width: int, *, bold: bool = False) -> int:
    """Return how many lines the text takes in a cell of this width, at most `MOST_LINES`."""
    room, lines = max(1.0, width / (_BOLD if bold else 1)), 0
    for paragraph in text[: 3 * MOST_LINES * width].split("\n"):
        lines, used = lines + 1, 0.0
        for word in paragraph.split(" "):
            wide = width_of(word)
            if used and used + _WIDTHS[" "] + wide > room:
                lines, used = lines + 1, 0.0
            used += wide + (_WIDTHS[" "] if used else 0)
            while used > room:  # a spreadsheet breaks a long word where the cell ends
                lines, used = lines + 1, used - room
    return min(lines, MOST_LINES)


def heading_points(headings: Sequence[str], widths: Sequence[int]) -> int:
    """Return the height of the heading row, enough for the longest heading."""
    most = max((lines_of(heading, width, bold=True) for heading, width in zip(headings, widths, strict=True)), default=1)
    return min(most, MOST_LINES - 1) * LINE_POINTS + 3


def pages_across(widths: Sequence[int]) -> int:
    """Return on how many pages side by side the columns are printed so that they can be read."""
    return max(1, ceil(sum(7 * width + 5 for width in widths) / WIDEST_PAGE))


def first_page(widths: Sequence[int]) -> Sequence[int]:
    """Return the columns that surely stand on the first of the pages side by side, where the lines above the table must end."""
    share = sum(widths) / pages_across(widths)
    return widths[: max(1, sum(edge <= share for edge in accumulate(widths)))]
