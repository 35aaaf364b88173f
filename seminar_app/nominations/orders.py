"""What is decided by a whole column: the order of a name, of day and month, and what «M» means. No database."""

from __future__ import annotations

from collections.abc import Iterator

from seminar_app.core.values import replace
from seminar_app.nominations.cells import folded, is_no_name, told
from seminar_app.nominations.dates import order_of
from seminar_app.nominations.headings import is_day_first, m_by_heading
from seminar_app.nominations.sections import people_rows
from seminar_app.nominations.shapes import Cell, Field, Table, TableLayout
from seminar_app.nominations.values import cut_address, meaning_of_m
from seminar_app.nominations.whole_names import order_of_names
from seminar_app.people.identity_rules import canonical_number

MOST_NAMES = 300
"""Whole names by which their order is told."""


def decided(table: Table, layout: TableLayout) -> TableLayout:
    """Return the layout with the orders that its columns show; what a column has no use for is None."""
    fields = {column.field: column for column in layout.columns if column.field not in (None, Field.LEFT_OUT)}
    if not fields.keys() & {Field.FULL_NAME, Field.BIRTH_DATE, Field.SEX}:
        return replace(layout, name_order=None, date_order=None, m_means=None)
    rows = list(people_rows(table, layout))
    curps = [canonical_number(told(row.cells.get(Field.CURP, ""))) or None for row in rows]

    def column(field: Field) -> Iterator[tuple[Cell, str | None]]:
        return ((row.cells.get(field, ""), curp) for row, curp in zip(rows, curps, strict=True))

    name_order, date_order, m_means = None, None, None
    if name := fields.get(Field.FULL_NAME):
        texts = [text for row in rows[:MOST_NAMES] if not is_no_name(text := cut_address(told(row.cells.get(Field.FULL_NAME, "")))[0])]
        name_order = order_of_names(texts, surnames_first=_names_surnames_first(name.heading))
    if birth := fields.get(Field.BIRTH_DATE):
        date_order = order_of(column(Field.BIRTH_DATE), day_first=is_day_first(birth.heading))
    if sex := fields.get(Field.SEX):
        values = ((told(cell), curp) for cell, curp in column(Field.SEX))
        m_means = meaning_of_m(values, by_heading=m_by_heading(sex.heading))
    return replace(layout, name_order=name_order, date_order=date_order, m_means=m_means)


def _names_surnames_first(heading: str) -> bool:
    """Whether the heading says so: «Apellidos y nombre»."""
    words = folded(heading).split(" ")
    surname = next((place for place, word in enumerate(words) if word.startswith(("apellido", "surname", "paterno", "last"))), None)
    given = [place for place, word in enumerate(words) if word.startswith(("nombre", "given", "first", "name"))]
    return surname is not None and (not given or surname < given[-1])
