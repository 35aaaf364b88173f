"""Which rows of a table are people: below letterheads, between notes and totals, above signers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Cell, Edits
from tests.support.read_lists import fields_of, layout_of, rows_of, tables_of

HEADER = ("No.", "Nombre completo", "Cargo", "Correo", "Dependencia")


def person(number: int, name: str = "Ana Ruiz Peña") -> tuple[Cell, ...]:
    return (float(number), name, "Fiscal", f"ana{number}@b.example", "FGR")


def numbers(*rows: tuple[Cell, ...], hidden: Sequence[int] = ()) -> list[int]:
    return [row.number for row in rows_of(*rows, hidden=hidden)]


def test_a_letterhead_and_a_control_block_stand_above_the_header() -> None:
    rows = [("LOGO", "", "FISCALÍA GENERAL"), ("Código:", "F-1", "", "Versión:", 2.0), ("Curso:", "Trata", "", "Fecha:", "3 de junio"), ()]
    assert layout_of(*rows, HEADER, person(1)).header == (5,)
    assert numbers(*rows, HEADER, person(1)) == [6]


def test_a_wide_merged_title_is_no_header() -> None:
    rows = [("Nombre, correo y cargo de participantes", "Correo"), HEADER, person(1)]
    assert layout_of(*rows, merged=[(1, 1, 1, 5)]).header == (2,)


@pytest.mark.parametrize(
    ("row", "is_person"),
    [
        (("Total", "3"), False),
        (("", "TOTAL: 30"), False),
        (("", "Subtotal 12", "", "", ""), False),
        (("", "Total general", "", 40.0), False),
        (("* Confirmar antes del 20 de mayo",), False),
        (("Nota: traer identificación.",), False),
        ((7.0, "", "", "", ""), False),
        ((7.0, "", "", "", "FGR"), False),
        ((7.0, "", "Fiscal", "", "FGR"), False),
        (("", "", "", "", ""), False),
        ((7.0, "Noé Ku Dzul", "", "", ""), True),
        (("", "Noé Ku Dzul", "", "", ""), True),
        ((7.0, "", "", "noe@b.example", ""), True),
        ((7.0, "Suma Total de la Cruz", "Fiscal", "suma@b.example", ""), True),
        ((7.0, "Elaboró Ruiz", "", "e@b.example", ""), True),
    ],
)
def test_totals_notes_and_empty_lines_are_no_people(row: tuple[Cell, ...], is_person: bool) -> None:
    assert numbers(HEADER, person(1), row, person(2)) == ([2, 3, 4] if is_person else [2, 4])


def test_signers_below_the_list_are_no_people_though_their_names_stand_under_the_names() -> None:
    below: list[tuple[Cell, ...]] = [
        (),
        ("", "ELABORÓ", "", "Vo. Bo."),
        ("", "________", "", "________"),
        ("", "Lic. Martín Cruz González", "", "Director de Capacitación"),
        ("", "Nombre, cargo y firma"),
    ]
    assert numbers(HEADER, person(1), *below) == [2]
    assert numbers(HEADER, person(1), *below, person(2)) == [2, 8]  # whoever has an address is somebody


def test_what_was_skipped_is_told_and_can_be_taken_after_all() -> None:
    tables = tables_of([HEADER, person(1), ("", "ELABORÓ"), ("", "Lic. Martín Cruz", "Director")])
    layout = propose(tables)
    reading = read(tables, layout)
    assert [(row.key, row.text) for row in reading.skipped] == [("0.3", "ELABORÓ"), ("0.4", "Lic. Martín Cruz · Director")]
    reading = read(tables, layout, Edits(people=frozenset({"0.4"})))
    assert [(row.number, row.nominee.surname1) for row in reading.rows] == [(2, "Ruiz"), (4, "Cruz")]
    assert [row.key for row in reading.skipped] == ["0.3"]


def test_hidden_rows_are_no_part_of_a_list() -> None:
    assert numbers(HEADER, person(1), person(2, "Noé Ku"), hidden=[3]) == [2]
    assert layout_of(("Nombre", "Correo"), HEADER, person(1), hidden=[1]).header == (2,)


def test_a_header_in_two_rows_is_joined() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("No.", "NOMBRE", "", "", "SEXO", "", "CORREO"),
        ("", "PATERNO", "MATERNO", "NOMBRE(S)", "H", "M", ""),
        (1.0, "RUIZ", "PEÑA", "ANA", "", "X", "ana@b.example"),
    ]
    assert layout_of(*rows).header == (1, 2)
    assert fields_of(*rows) == ["left_out", "surname1", "surname2", "given_names", "sex_male", "sex_female", "email"]
    assert [(row.nominee.given_names, row.nominee.sex) for row in rows_of(*rows)] == [("ANA", "F")]


def test_sections_name_their_agency_and_may_turn_the_columns_round() -> None:
    rows = [
        ("FISCALÍA GENERAL DE LA REPÚBLICA",),
        ("No.", "Nombre", "Apellidos", "Correo"),
        (1.0, "Ana", "Ruiz Peña", "ana@b.example"),
        ("Subtotal", 1.0),
        (),
        ("INM",),
        ("No.", "Apellidos", "Nombre", "Correo"),
        (1.0, "Ku Dzul", "Noé", "noe@b.example"),
    ]
    found = [(row.nominee.agency, row.nominee.given_names, row.nominee.surname1) for row in rows_of(*rows)]
    assert found == [("FISCALÍA GENERAL DE LA REPÚBLICA", "Ana", "Ruiz"), ("INM", "Noé", "Ku")]


def test_a_letterhead_is_no_agency_of_a_list_with_one_header() -> None:
    rows = [("FISCALÍA GENERAL DE LA REPÚBLICA",), ("Nombre completo", "Correo"), ("Ana Ruiz", "ana@b.example")]
    assert [row.nominee.agency for row in rows_of(*rows)] == [None]


def test_an_agency_in_the_row_stands_before_the_section_s() -> None:
    rows = [HEADER, person(1), ("INSTITUTO NACIONAL DE MIGRACIÓN",), person(2), (3.0, "Noé Ku", "Agente", "noe@b.example", "")]
    assert [row.nominee.agency for row in rows_of(*rows)] == ["FGR", "FGR", "INSTITUTO NACIONAL DE MIGRACIÓN"]


LOG = [
    ("2. Participants",),
    ("Name", "First Join", "Email"),
    ("Ana Ruiz", "10:00", "ana@b.example"),
    ("Noé Ku", "10:01", "noe@b.example"),
    (),
    ("3. Activities",),
    ("Name", "Action", "Minutes", "Email"),
]


def test_a_second_list_of_the_same_people_is_no_list() -> None:
    layout = propose(tables_of([*LOG, ("Ana Ruiz", "Raised a hand", 3.0, "ana@b.example")]))
    assert [(each.key, each.taken, each.header) for each in layout.tables] == [("0", True, (2,)), ("0.6", False, (7,))]


def test_a_second_list_of_other_people_below_the_first_is_taken_with_its_own_columns() -> None:
    tables = tables_of([*LOG, ("Eva Sol", "Came late", 3.0, "eva@b.example")])
    layout = propose(tables)
    assert [each.taken for each in layout.tables] == [True, True]
    assert [(row.key, row.nominee.email) for row in read(tables, layout).rows] == [
        ("0.3", "ana@b.example"),
        ("0.4", "noe@b.example"),
        ("0.8", "eva@b.example"),
    ]


def test_people_on_several_sheets_are_read_in_order_and_sheets_that_are_no_lists_are_not_taken() -> None:
    tables = tables_of(
        [("CORPORACIÓN", "TOTAL"), ("FGR", 1.0)],
        [("Nombre completo", "Correo"), ("Ana Ruiz", "ana@b.example")],
        [("ID", "Tipo de vialidad", "Nombre de vialidad"), (1.0, "Calle", "Sin nombre")],
        [("Favor de llenar la hoja 2",)],
        [("Correo", "Apellidos", "Nombre"), ("noe@b.example", "Ku Dzul", "Noé")],
    )
    layout = propose(tables)
    assert [each.taken for each in layout.tables] == [False, True, False, False, True]
    assert [row.key for row in read(tables, layout).rows] == ["1.2", "4.2"]


PEOPLE = (
    ("LÓPEZ", "IBÁÑEZ", "LUZ MARÍA", "luz@b.example", "M"),
    ("KU", "PECH", "TOMÁS", "t@b.example", "H"),
    ("DE LA O", "GIL", "ANA", "a@b.example", "M"),
)


def test_columns_without_headings_are_placed_by_what_they_hold() -> None:
    assert fields_of(*PEOPLE) == ["surname1", "surname2", "given_names", "email", "sex"]
    whole = [(" ".join((given, one, two)), email, "04/04/1981", "Oaxaca", "azul") for one, two, given, email, _sex in PEOPLE]
    assert fields_of(*whole) == ["full_name", "email", "birth_date", "state", None]
    assert [row.nominee.surname1 for row in rows_of(*whole)] == ["LÓPEZ", "KU", "DE LA O"]


def test_one_column_of_names_is_a_list_with_and_without_a_heading() -> None:
    names = [("Ana Ruiz Peña",), ("Noé Ku Dzul",)]
    assert numbers(("Nombre completo",), *names) == [2, 3]
    assert numbers(*names) == [1, 2]


def test_a_list_of_a_hundred_columns_is_read_and_what_nobody_knows_must_be_decided() -> None:
    headings = ("Nombre completo", "Correo", *(f"Dato {n}" for n in range(98)))
    layout = layout_of(headings, ("Ana Ruiz", "a@b.example", *(f"valor {n}" for n in range(98))))
    assert [column.field for column in layout.columns].count(None) == 98
