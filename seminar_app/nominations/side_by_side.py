"""Two lists beside each other in one sheet, as «TITULARES | SUPLENTES» with the same headings twice: each becomes a table. No database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seminar_app.core.values import replace
from seminar_app.nominations.cells import folded, text_of
from seminar_app.nominations.headers import Header, find_header
from seminar_app.nominations.headings import NAMES, field_of
from seminar_app.nominations.shapes import Cell, Table, Tables

FEWEST = 2
"""Headings by which a list beside another is known."""
LONGEST_TITLE = 40


def apart(tables: Tables) -> Tables:
    """Return the file with a table for each of the lists that stand beside each other. Every cell keeps its row and column."""
    return replace(tables, tables=tuple(part for table in tables.tables for part in _parts(table)))


def _parts(table: Table) -> Iterator[Table]:
    header = find_header(table)
    starts = starts_of(header.headings) if header is not None else ()
    if header is None or not starts:
        yield table
        return
    width = max(len(row) for row in table.rows)
    bounds = list(zip((0, *starts), (*starts, width), strict=True))
    titles = [_title(table, header, left, right) for left, right in bounds]
    names = titles if len(set(titles)) == len(titles) and all(titles) else [str(place) for place in range(1, len(bounds) + 1)]
    for (left, right), name in zip(bounds, names, strict=True):
        yield replace(
            table,
            name=" · ".join(filter(None, (table.name, name))),
            rows=tuple(_cut(row, left, right) for row in table.rows),
            merged=tuple(area for area in table.merged if left < area[1] <= right),
        )


def starts_of(headings: Mapping[int, str]) -> tuple[int, ...]:
    """Return the columns in which the same headings begin again, by index; none where they do not. The last may lack some."""
    places = sorted(headings)
    words = [folded(headings[place]) for place in places]
    for length in range(FEWEST, len(words) - FEWEST + 1):
        last = (len(words) - 1) // length * length
        again = all(word == words[place % length] for place, word in enumerate(words) if place >= length)
        if again and len(words) - last >= FEWEST and any(field_of(headings[place]) in NAMES for place in places[last:]):
            return tuple(places[length::length])
    return ()


def _title(table: Table, header: Header, left: int, right: int) -> str:
    """Return what stands alone above the headings of one list."""
    if header.rows[0] < 2:
        return ""
    above = [text for cell in table.rows[header.rows[0] - 2][left:right] if (text := text_of(cell))]
    return above[0] if len(above) == 1 and len(above[0]) <= LONGEST_TITLE else ""


def _cut(row: tuple[Cell, ...], left: int, right: int) -> tuple[Cell, ...]:
    cells = [cell if left <= index else "" for index, cell in enumerate(row[:right])]
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)
