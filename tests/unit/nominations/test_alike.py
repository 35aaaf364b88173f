"""Rows of different people with one address, and rows with one name."""

from __future__ import annotations

from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Cell, Severity
from tests.support.read_lists import rows_of, tables_of

HEADER = ("Nombre(s)", "Apellido paterno", "Apellido materno", "Correo", "CURP", "Fecha de nacimiento")


def warned(*people: tuple[Cell, ...]) -> list[list[tuple[str, str, int | None]]]:
    rows = rows_of(HEADER, *people)
    assert not any(problem.severity is Severity.ERROR for row in rows for problem in row.problems if problem.row)
    return [[(problem.code.value, problem.field.value, problem.row) for problem in row.problems if "same" in problem.code] for row in rows]


def test_one_address_of_two_people_is_doubted_in_the_later_row() -> None:
    people = ("Ana", "Ruiz", "", "a@b.example"), ("Noé", "Ku", "", "A@b.example"), ("Eva", "Sol", "", "e@b.example")
    assert warned(*people) == [[], [("same_address", "email", 2)], []]


def test_one_name_with_two_addresses_is_doubted_in_the_later_row() -> None:
    people = ("Ana", "Ruiz", "Paz", "a@b.example"), ("ANA", "RUÍZ", "PAZ", "z@b.example"), ("Ana", "Ruiz", "Sol", "e@b.example")
    assert warned(*people) == [[], [("same_name", "surname1", 2)], []]


def test_a_row_repeated_is_one_person_and_no_doubt() -> None:
    assert warned(("Ana", "Ruiz", "Paz", "a@b.example"), ("Ana", "Ruiz", "Paz", "a@b.example")) == [[], []]
    wrong = ("Ana", "Ruiz", "Paz", "a@b.example", "", "31/02/1980")
    assert warned(wrong, (*wrong[:5], "28/02/1980")) == [[], []]


def test_two_curps_tell_two_people_of_one_name_apart() -> None:
    ana = ("Ana", "Ruiz", "Paz")
    one, other = (*ana, "a@b.example", "GUIS760414MTSMBF07"), (*ana, "z@b.example", "OOMT850409HBCRXM04")
    assert warned(one, other) == [[], []]


def test_of_a_row_on_another_sheet_no_number_is_told() -> None:
    tables = tables_of([HEADER, ("Ana", "Ruiz", "", "a@b.example")], [HEADER, ("Noé", "Ku", "", "a@b.example")])
    row = read(tables, propose(tables)).rows[1]
    assert [(problem.code.value, problem.row) for problem in row.problems] == [("same_address", None)]
