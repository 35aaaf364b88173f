"""Lists beside each other in one sheet."""

from __future__ import annotations

import pytest

from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Cell
from seminar_app.nominations.side_by_side import apart, starts_of
from tests.support.read_lists import tables_of

HEADINGS = ("Nombre", "Apellidos", "Correo")
ANA, EVA = ("Ana", "Soto Paz", "ana@b.example"), ("Eva", "Díaz Mora", "eva@b.example")
NOE, LUZ = ("Noé", "Ku Dzul", "noe@b.example"), ("Luz", "Pech Uc", "luz@b.example")
TWO: list[tuple[Cell, ...]] = [
    ("TITULARES", "", "", "", "SUPLENTES"),
    (*HEADINGS, "", *HEADINGS),
    (*ANA, "", *EVA),
    (*NOE, "", *LUZ),
]


def test_the_people_of_the_second_list_come_after_those_of_the_first() -> None:
    tables = apart(tables_of(TWO))
    reading = read(tables, propose(tables))
    assert [(row.key, row.nominee.given_names, row.nominee.email) for row in reading.rows] == [
        ("0.3", "Ana", "ana@b.example"),
        ("0.4", "Noé", "noe@b.example"),
        ("1.3", "Eva", "eva@b.example"),
        ("1.4", "Luz", "luz@b.example"),
    ]
    assert [table.name for table in tables.tables] == ["Hoja1 · TITULARES", "Hoja1 · SUPLENTES"]
    assert [layout.unplaced for layout in [propose(tables)]] == [[]]


def test_every_cell_keeps_its_row_and_column_and_merged_cells_go_with_their_list() -> None:
    tables = apart(tables_of(TWO, merged=[(1, 1, 1, 3), (1, 5, 1, 7)]))
    assert [table.merged for table in tables.tables] == [((1, 1, 1, 3),), ((1, 5, 1, 7),)]
    for table in tables.tables:
        assert len(table.rows) == len(TWO)
        assert all(cell in ("", TWO[number][index]) for number, row in enumerate(table.rows) for index, cell in enumerate(row))
    assert sum(cell != "" for table in tables.tables for row in table.rows for cell in row) == sum(
        cell != "" for row in TWO for cell in row
    )


@pytest.mark.parametrize(
    ("headings", "starts"),
    [
        ((*HEADINGS, "", *HEADINGS), (4,)),
        ((*HEADINGS, *HEADINGS, *HEADINGS), (3, 6)),
        (("No.", *HEADINGS, "No.", *HEADINGS[:2]), (4,)),
        (("Nombre", "Correo", "NOMBRE", "correo"), (2,)),
        ((*HEADINGS, "Correo"), ()),
        ((*HEADINGS, "Nombre"), ()),
        (("Nombre", "Correo", "Teléfono", "Correo", "Teléfono"), ()),
        (("Nombre", "Entrada", "Salida", "Entrada", "Salida"), ()),
    ],
)
def test_headings_that_begin_again_are_another_list(headings: tuple[str, ...], starts: tuple[int, ...]) -> None:
    assert starts_of({index: heading for index, heading in enumerate(headings) if heading}) == starts


def test_lists_without_titles_are_numbered_and_a_list_alone_stays_as_it_is() -> None:
    assert [table.name for table in apart(tables_of(TWO[1:])).tables] == ["Hoja1 · 1", "Hoja1 · 2"]
    alone = tables_of([HEADINGS, ANA])
    assert apart(alone) == alone
