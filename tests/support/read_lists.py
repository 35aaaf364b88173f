"""Lists made of rows, read as a file would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Cell, Edits, Field, FileFormat, Layout, ListRow, Table, TableLayout, Tables

NOMBRES = ("Nombre(s)", "Apellido paterno", "Apellido materno")


def tables_of(*sheets: Sequence[Sequence[Cell]], hidden: Sequence[int] = (), merged: Sequence[tuple[int, int, int, int]] = ()) -> Tables:
    """Return a file with these sheets; what is hidden and merged is of each of them."""
    return Tables(
        FileFormat.XLSX,
        tuple(Table(f"Hoja{n}", tuple(map(tuple, rows)), frozenset(hidden), tuple(merged)) for n, rows in enumerate(sheets, 1)),
    )


def layout_of(*rows: Sequence[Cell], **how: Any) -> TableLayout:
    """Return what is proposed for a sheet with these rows."""
    return propose(tables_of(rows, **how)).tables[0]


def fields_of(*rows: Sequence[Cell], **how: Any) -> list[Field | None]:
    """Return the fields of the columns of a sheet with these rows."""
    return [column.field for column in layout_of(*rows, **how).columns]


def rows_of(*rows: Sequence[Cell], edits: Edits | None = None, layout: Layout | None = None, **how: Any) -> tuple[ListRow, ...]:
    """Return the people of a sheet with these rows."""
    tables = tables_of(rows, **how)
    return read(tables, layout or propose(tables), edits or Edits()).rows


def one_of(heading: str, cell: Cell, **beside: Cell) -> ListRow:
    """Return the row of Ana Ruiz, with a cell below a heading."""
    rows = rows_of((*NOMBRES, heading, *beside), ("Ana", "Ruiz", "Peña", cell, *beside.values()))
    assert len(rows) == 1
    return rows[0]


def problems_of(row: ListRow) -> list[tuple[str, str, str]]:
    """Return field, code and severity of a row's problems."""
    return [(problem.field.value, problem.code.value, problem.severity.value) for problem in row.problems]
