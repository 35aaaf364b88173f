"""The rows of a table that hold its headings: below letterheads, in one row or two, or none. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from seminar_app.nominations.cells import folded, text_of, told
from seminar_app.nominations.headings import NAMES, OF_A_PERSON, field_of
from seminar_app.nominations.sections import filled_of, widths_of
from seminar_app.nominations.shapes import Cell, Field, Table
from seminar_app.nominations.values import looks_like_address, looks_like_curp
from seminar_app.nominations.whole_names import has_given_name
from seminar_app.people.rules import is_name

SEARCHED = 120
"""Rows with something in them among which the first header is sought."""
GOOD_ENOUGH = 0.7
"""Share of the best row's score from which on an earlier row is the header."""
LEFT_OUT_COUNTS = 0.25
"""What a heading that is no datum of a person adds to a row's score, beside 1 for one that is."""
TITLE_WIDTH = 0.6
"""Share of a table's width from which on a merged cell is a title."""
FEWEST = 2
MOST_LISTS = 12
"""Lists below each other in one table; no file has more."""
SHARED = 0.6
"""Share of headings that a repeated header has in common with the first."""


class Header(Struct, frozen=True):
    """Numbers of the rows with headings, and the heading of each column by index."""

    rows: tuple[int, ...]
    headings: Mapping[int, str]


def find_header(table: Table) -> Header | None:
    """Return the first row, or pair of rows, that looks like headings of people; None if there is none."""
    candidates: list[tuple[float, Header]] = []
    widths = widths_of(table)
    whole = max((len(row) for row in table.rows), default=0)
    seen = 0
    for number, row in enumerate(table.rows, 1):
        if seen >= SEARCHED:
            break
        if number in table.hidden or not any(cell != "" for cell in row):
            continue
        seen += 1
        if widths.get(number, 1) > TITLE_WIDTH * whole and whole > FEWEST:
            continue
        if (found := _as_header(table, number, row)) is not None:
            candidates.append(found)
    best = max((score for score, _header in candidates), default=0)
    return next((header for score, header in candidates if score >= GOOD_ENOUGH * best), None)


def _as_header(table: Table, number: int, row: Sequence[Cell]) -> tuple[float, Header] | None:
    """Return a row, with the next one if that continues it, as a header with its score."""
    headings = _headings(row)
    if headings is None:
        return None
    rows: tuple[int, ...] = (number,)
    if (both := _with_next(table, number, headings)) is not None:
        rows, headings = (number, number + 1), both
    score = score_of(headings.values())
    fields = {field_of(heading) for heading in headings.values()}
    if not fields & OF_A_PERSON or score < 1:
        return None
    if score < FEWEST and not _people_below(table, rows[-1], headings):
        return None
    return score, Header(rows, headings)


def score_of(headings: Iterable[str]) -> float:
    """Return how much like a header of people these headings are."""
    fields = [field_of(heading) for heading in headings]
    people = {field for field in fields if field not in (None, Field.LEFT_OUT)}
    return len(people) + LEFT_OUT_COUNTS * fields.count(Field.LEFT_OUT)


def _headings(row: Sequence[Cell]) -> dict[int, str] | None:
    """Return the texts of a row by index; None if it has a datum: a number, a date, an address, a CURP."""
    headings: dict[int, str] = {}
    for index, cell in enumerate(row):
        if cell == "":
            continue
        if not isinstance(cell, str):
            return None
        text = told(cell)
        if looks_like_address(text) or looks_like_curp(text):
            return None
        if text:
            headings[index] = text
    return headings or None


def _with_next(table: Table, number: int, headings: Mapping[int, str]) -> dict[int, str] | None:
    """Return the headings of this row and the next, joined, if the next one only divides some of them: «SEXO» into «H» and «M»."""
    if number >= len(table.rows) or number + 1 in table.hidden or len(headings) < FEWEST or score_of(headings.values()) < 1:
        return None
    below = _headings(table.rows[number])
    if below is None or len(below) < FEWEST or (score_of(below.values()) < 1 and max(map(len, below.values())) > 24):
        return None
    above: dict[int, str] = {}
    for index in range(max(below) + 1):
        if index in headings:
            above[index] = headings[index]
        elif index in below and index - 1 in above and index - 1 in below:
            above[index] = above[index - 1]
    for index in below:
        divides = index in headings and index + 1 in below and index + 1 not in headings
        if not divides and index in headings:
            return None
    joined = {index: f"{above.get(index, '')} {below[index]}".strip() for index in below}
    return dict(sorted((dict(headings) | joined).items()))


def _people_below(table: Table, last: int, headings: Mapping[int, str]) -> bool:
    """Whether names or addresses stand below a heading for them, where it is the only one that tells."""
    places = {index: field for index, heading in headings.items() if (field := field_of(heading)) in OF_A_PERSON}
    rows = [row for row in table.rows[last : last + 30] if any(cell != "" for cell in row)]
    cells = [(field, told(row[index])) for row in rows for index, field in places.items() if index < len(row) and row[index] != ""]
    alone = all(sum(cell != "" for cell in row) < FEWEST for row in rows)
    found = [
        looks_like_address(text)
        or looks_like_curp(text)
        or (field in NAMES and (has_given_name(text) or (alone and _is_like_a_name(text))))
        for field, text in cells
    ]
    return bool(found) and sum(found) * 2 >= len(found)


def _is_like_a_name(text: str) -> bool:
    """Whether a text has the shape of a name that few people bear: «Wei Chen»."""
    return 1 < len(text.split()) < 6 and text[0].isupper() and is_name(text)


def later_headers(table: Table, header: Header) -> Iterator[Header]:
    """Yield headers below the first with other headings: of another list in the same table.

    One is sought where a section may begin: behind a blank row, or one with a single cell.
    """
    known = [{folded(heading) for heading in header.headings.values()}]
    raw = {folded(text_of(cell)) for number in header.rows for cell in table.rows[number - 1]} - {""}
    boundary = False
    number = header.rows[-1]
    while number < len(table.rows) and len(known) < MOST_LISTS:
        number += 1
        row = table.rows[number - 1]
        filled = sum(cell != "" for cell in row)
        if filled < FEWEST or number in table.hidden:
            boundary = True
            continue
        if not boundary:
            continue
        boundary = False
        texts = {folded(text) for _index, text in filled_of(row)}
        if len(texts & raw) >= SHARED * len(texts):
            continue
        found = _as_header(table, number, row)
        if found is None or found[0] < FEWEST:
            continue
        mine = {folded(heading) for heading in found[1].headings.values()}
        if any(len(mine & theirs) >= SHARED * len(mine) for theirs in known):
            continue
        known.append(mine)
        yield found[1]
        number = found[1].rows[-1]
