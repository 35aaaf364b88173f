"""How a file is read: which rows hold headings, and what each column is for. No database.

Source: docs/decisions/0046-how-an-agencys-list-is-read.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from seminar_app.core.values import replace
from seminar_app.nominations.cells import folded, text_of
from seminar_app.nominations.columns import Described, propose_fields
from seminar_app.nominations.contents import content_of
from seminar_app.nominations.headers import Header, find_header, later_headers
from seminar_app.nominations.headings import NAMES
from seminar_app.nominations.orders import decided
from seminar_app.nominations.sections import people_rows
from seminar_app.nominations.shapes import Cell, Column, Field, Layout, Table, TableLayout, Tables

SAMPLES = 3
LONGEST_SAMPLE = 80
MOST_ROWS = 400
"""Rows below a header that are looked at for what its columns hold."""


def propose(tables: Tables, remembered: Mapping[str, Mapping[str, Field]] | None = None) -> Layout:
    """Return how the file is probably read, for a person to confirm.

    Args:
        remembered: by fingerprint, the field by folded heading that a person confirmed for such headings before.
    """
    remembered = remembered or {}
    layouts: list[TableLayout] = []
    for index, table in enumerate(tables.tables):
        layouts.extend(_lists_of(index, table, remembered))
    if len(layouts) == 1 and not layouts[0].taken and {column.field for column in layouts[0].columns} & NAMES:
        layouts = [_with(layouts[0], taken=has_people(tables.tables[layouts[0].table], layouts[0]))]  # there is no other to choose
    return Layout(tuple(layouts))


def has_people(table: Table, layout: TableLayout) -> bool:
    """Whether there is a row about somebody under a layout."""
    return next(people_rows(table, layout), None) is not None


class _Span(Struct, frozen=True):
    header: Header
    first: int
    last: int


def _lists_of(index: int, table: Table, remembered: Mapping[str, Mapping[str, Field]]) -> Iterator[TableLayout]:
    """Yield the lists in a table: mostly one; several if another header with other headings begins below."""
    header = find_header(table)
    last = len(table.rows)
    if header is None:
        yield _proposal(index, table, _Span(Header((), {}), 1, last), remembered, rows=None)
        return
    later = list(later_headers(table, header))
    starts = [1, *(_title_of(table, each.rows[0]) for each in later)]
    ends = [*(start - 1 for start in starts[1:]), last]
    above: set[str] = set()
    for each, first, end in zip((header, *later), starts, ends, strict=True):
        span = _Span(each, first, end)
        layout = _proposal(index, table, span, remembered, rows=(first, end) if later else None)
        people = _people(table, layout) if later else set()
        if first > 1 and layout.taken and people <= above:  # a log of the same people
            layout = _with(layout, taken=False)
        above |= people
        yield layout


def _title_of(table: Table, header: int) -> int:
    """Return the number of the first of the lone cells right above a header, or the header's own."""
    first = header
    while first > 1 and sum(cell != "" for cell in table.rows[first - 2]) == 1:
        first -= 1
    return first


def _with(layout: TableLayout, *, taken: bool) -> TableLayout:
    return replace(layout, taken=taken)


def _people(table: Table, layout: TableLayout) -> set[str]:
    """Return a word for each person of a list: the address, else the name."""
    return {
        folded(text_of(row.cells.get(Field.EMAIL, "")) or " ".join(text_of(row.cells.get(field, "")) for field in Field if field in NAMES))
        for row in people_rows(table, layout)
    }


def _proposal(
    index: int, table: Table, span: _Span, remembered: Mapping[str, Mapping[str, Field]], *, rows: tuple[int, int] | None
) -> TableLayout:
    """Return the proposal for one list."""
    first = max((span.first, *(number + 1 for number in span.header.rows)))
    body = _body(table, first, span.last)
    cells = _by_column(body, table.rows[first - 1 : span.last], span.header.headings)
    described = [Described(place, span.header.headings.get(place, ""), content_of(column)) for place, column in sorted(cells.items())]
    mark = fingerprint(span.header.headings.values()) if span.header.headings else fingerprint(str(column.index) for column in described)
    known = remembered.get(mark, {}) if span.header.headings else {}
    fields = propose_fields(described, known, _agreed(remembered))
    columns = tuple(Column(each.index, each.heading, fields[each.index], _samples(cells[each.index])) for each in described)
    layout = TableLayout(table=index, taken=True, header=span.header.rows, columns=columns, fingerprint=mark, rows=rows)
    return decided(table, _with(layout, taken=_is_list(table, layout, body)))


def _body(table: Table, first: int, last: int) -> Sequence[Sequence[Cell]]:
    """Return visible rows with two cells or more, evenly chosen from long tables."""
    numbers = [number for number in range(first, last + 1) if number not in table.hidden]
    step = max(1, len(numbers) // MOST_ROWS)
    chosen = [table.rows[number - 1] for number in numbers[::step]]
    wide = [row for row in chosen if sum(cell != "" for cell in row) > 1]
    return wide or [row for row in chosen if row]


def _filled(cell: Cell) -> bool:
    return cell != "" and (not isinstance(cell, str) or bool(cell.strip()))


def _by_column(body: Sequence[Sequence[Cell]], rows: Sequence[Sequence[Cell]], headings: Mapping[int, str]) -> dict[int, list[Cell]]:
    """Return the cells chosen of each column that has a heading, or a value in any row with several."""
    columns: dict[int, list[Cell]] = {place: [] for place in headings}
    for row in body:
        for place, cell in enumerate(row):
            if _filled(cell):
                columns.setdefault(place, []).append(cell)
    for row in rows:
        for place, cell in enumerate(row):
            if place not in columns and _filled(cell) and sum(map(_filled, row)) > 1:
                columns[place] = [cell]
    return columns


def _samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    found = dict.fromkeys(text for cell in cells[:60] if (text := text_of(cell)[:LONGEST_SAMPLE]))
    return tuple(found)[:SAMPLES]


def _is_list(table: Table, layout: TableLayout, body: Sequence[Sequence[Cell]]) -> bool:
    """Whether the rows are people: there is a column of names, and somebody below it."""
    fields = {column.field for column in layout.columns}
    if not body or not fields & NAMES:
        return False
    if (
        not layout.header
        and not fields & {Field.EMAIL, Field.CURP, Field.SEX, Field.BIRTH_DATE, Field.PHONE, Field.GIVEN_NAMES}
        and len(fields) > 1
    ):
        return False
    return has_people(table, layout)


def with_samples(layout: Layout, tables: Tables) -> Layout:
    """Return a layout that was kept with samples beside its columns again."""
    return Layout(tuple(_sampled(each, tables.tables[each.table]) for each in layout.tables if each.table < len(tables.tables)))


def _sampled(layout: TableLayout, table: Table) -> TableLayout:
    body = _body(table, *layout.span(len(table.rows)))
    cells = _by_column(body, (), {column.index: column.heading for column in layout.columns})
    return replace(layout, columns=tuple(replace(column, samples=_samples(cells.get(column.index, ()))) for column in layout.columns))


def _agreed(remembered: Mapping[str, Mapping[str, Field]]) -> dict[str, Field]:
    """Return headings that were placed the same way in all lists remembered."""
    seen: dict[str, Counter[Field]] = {}
    for fields in remembered.values():
        for heading, field in fields.items():
            seen.setdefault(heading, Counter())[field] += 1
    return {heading: next(iter(count)) for heading, count in seen.items() if heading and len(count) == 1}


def fingerprint(headings: Iterable[str]) -> str:
    """Return what names a set of headings, whatever their order, case and accents."""
    words = sorted(filter(None, map(folded, headings)))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]
