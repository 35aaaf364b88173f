"""Duplicates in a list, edits, and the report."""

from __future__ import annotations

from datetime import date

import pytest

from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import proposed_case, proposed_states, read
from seminar_app.nominations.report import as_report
from seminar_app.nominations.shapes import Cell, Edits, Field, ListRow
from tests.support.read_lists import problems_of, rows_of, tables_of

HEADER = ("Nombre(s)", "Apellido paterno", "Apellido materno", "Correo", "CURP", "Fecha de nacimiento", "Estado")
CURP = "GUIS760414MTSMBF07"


def same_as(*people: tuple[Cell, ...]) -> list[str | None]:
    return [row.same_as for row in rows_of(HEADER, *people)]


def test_equal_address_and_name_are_one_person_whatever_the_case() -> None:
    assert same_as(("Sofía", "Güemes", "Ibáñez", "s@b.example"), ("SOFIA", "GUEMES", "IBANEZ", "S@B.EXAMPLE")) == [None, "0.2"]


def test_two_people_may_share_an_office_s_address() -> None:
    assert same_as(("Sofía", "Güemes", "", "s@b.example"), ("Noé", "Ku", "", "s@b.example")) == [None, None]


def test_an_equal_curp_is_one_person_only_with_a_compatible_name() -> None:
    assert same_as(("Sofía", "Güemes", "Ibáñez", "s@b.example", CURP), ("Sofia", "Guemes", "", "t@b.example", CURP)) == [None, "0.2"]
    assert same_as(("Sofía", "Güemes", "Ibáñez", "s@b.example", CURP), ("Noé", "Ku", "Dzul", "n@b.example", CURP)) == [None, None]


def test_a_row_with_an_error_is_nobody_s_first() -> None:
    wrong, right = ("Ana", "Ruiz", "", "a@b.example", "", "31/02/1980"), ("Ana", "Ruiz", "", "a@b.example", "", "28/02/1980")
    assert same_as(wrong, right, wrong) == [None, None, "0.3"]


def test_the_same_person_on_another_sheet_is_found() -> None:
    tables = tables_of([HEADER, ("Ana", "Ruiz", "", "a@b.example")], [HEADER[:4], ("ANA", "RUIZ", "", "a@b.example")])
    reading = read(tables, propose(tables))
    assert [(row.key, row.same_as) for row in reading.rows] == [("0.2", None), ("1.2", "0.2")]
    assert as_report(reading, tables)["duplicates"] == [{"row": 2, "of": 2, "why": "same address", "sheet": "Hoja2", "of_sheet": "Hoja1"}]


def edited(edits: Edits) -> list[ListRow]:
    people = [
        ("Ana", "Ruiz", "", "ana@b", "", "31/02/1980", "Oax."),
        ("Noé", "Ku", "", "", "", "", "Oax."),
        ("Eva", "Sol", "", "e@b.example"),
    ]
    return list(rows_of(HEADER, *people, edits=edits))


def test_an_edited_cell_is_read_again_and_its_problem_is_gone() -> None:
    before = edited(Edits())
    assert [problems_of(row) for row in before] == [
        [("email", "no_address", "error"), ("birth_date", "no_such_date", "error")],
        [("email", "missing", "error")],
        [],
    ]
    after = edited(Edits(cells={"0.2": {Field.EMAIL: "ana@b.example", Field.BIRTH_DATE: "1980-02-28"}, "0.3": {Field.EMAIL: "x"}}))
    assert [problems_of(row) for row in after] == [[], [("email", "no_address", "error")], []]
    assert after[0].nominee.birth_date == date(1980, 2, 28)
    assert after[0].cells[Field.EMAIL] == "ana@b.example"


def test_one_edit_changes_all_equal_values_but_a_cell_s_own_stands_before_it() -> None:
    edits = Edits(values={Field.STATE: {"Oax.": "Oaxaca"}}, cells={"0.3": {Field.STATE: "Sonora"}})
    assert [row.nominee.state for row in edited(edits)] == ["Oaxaca", "Sonora", None]


def test_an_edit_can_make_a_cell_empty_and_a_field_that_has_no_column() -> None:
    rows = edited(Edits(cells={"0.2": {Field.BIRTH_DATE: ""}, "0.4": {Field.AGENCY: "FGR"}}))
    assert problems_of(rows[0]) == [("email", "no_address", "error")]
    assert (rows[2].nominee.agency, rows[2].cells[Field.AGENCY]) == ("FGR", "FGR")


def test_a_row_left_out_disappears_and_its_double_is_the_first() -> None:
    rows = [HEADER, ("Ana", "Ruiz", "", "a@b.example"), ("Ana", "Ruiz", "", "a@b.example")]
    found = rows_of(*rows, edits=Edits(left_out=frozenset({"0.2"})))
    assert [(row.key, row.same_as) for row in found] == [("0.3", None)]


def test_cells_show_what_an_editor_would_show() -> None:
    row = rows_of(HEADER, (" Ana  María ", "Ruiz", "", "a@b.example", "", date(1980, 2, 28), "Oax."), ("Noé", "Ku", "", "n@b.example"))[0]
    assert row.cells[Field.GIVEN_NAMES] == "Ana María"
    assert row.cells[Field.BIRTH_DATE] == "1980-02-28"
    assert row.cells[Field.CURP] == ""


def test_what_may_be_written_better_is_offered_and_not_written() -> None:
    tables = tables_of([HEADER, ("ANA", "MCGREGOR", "DE LA CRUZ", "a@b.example", "", "", "Oax."), ("Noé", "McGregor", "", "n@b.example")])
    reading = read(tables, propose(tables))
    assert reading.rows[0].nominee.surname1 == "MCGREGOR"
    assert proposed_case(reading) == {"0.2": {Field.GIVEN_NAMES: "Ana", Field.SURNAME1: "McGregor", Field.SURNAME2: "de la Cruz"}}
    assert proposed_states(reading) == {"0.2": {Field.STATE: "Oaxaca"}}
    assert reading.rows[0].problems == ()


def test_capitals_on_one_side_of_a_comma_are_offered_in_normal_case() -> None:
    tables = tables_of([("Apellidos y nombre", "Cargo"), ("GONZÁLEZ DE LA O, Víctor Hugo", "Fiscal"), ("ruiz paz, ana", "Fiscal")])
    offered = proposed_case(read(tables, propose(tables)))
    assert offered == {"0.2": {Field.FULL_NAME: "González de la O, Víctor Hugo"}, "0.3": {Field.FULL_NAME: "Ruiz Paz, Ana"}}


@pytest.mark.parametrize(
    ("day", "today", "unlikely"),
    [
        ("2031-01-01", None, True),
        ("2031-01-01", date(2026, 1, 1), True),
        ("2014-01-01", None, True),
        ("2014-01-01", date(2040, 1, 1), False),
    ],
)
def test_a_birth_date_in_the_future_or_of_a_child_is_unlikely(day: str, today: date | None, unlikely: bool) -> None:
    tables = tables_of([HEADER, ("Ana", "Ruiz", "", "a@b.example", "", day)])
    problems = problems_of(read(tables, propose(tables), today=today).rows[0])
    assert problems == ([("birth_date", "unlikely_date", "warning")] if unlikely else [])


def test_a_day_number_is_shown_as_the_spreadsheet_shows_it() -> None:
    rows = rows_of(HEADER, ("Ana", "Ruiz", "", "a@b.example", "", 29092.0), ("Eva", "Sol", "", "e@b.example", "", 34.0))
    assert [row.cells[Field.BIRTH_DATE] for row in rows] == ["1979-08-25", "34"]
    assert [row.faulty for row in rows] == [False, True]


def test_the_report_has_a_line_for_each_row_and_a_rank_stands_for_a_position() -> None:
    tables = tables_of([("Nombre", "Apellidos", "Grado", "Correo"), ("Ana", "Ruiz Paz", "Oficial", "a@b.example"), ("Noé", "Ku", "", "")])
    report = as_report(read(tables, propose(tables)), tables)
    assert [(person["row"], person["position"], person["surname2"]) for person in report["accepted"]] == [(2, "Oficial", "Paz")]
    assert report["errors"] == [{"row": 3, "field": "email", "message": "missing"}]


def test_a_foreign_sign_in_a_name_keeps_a_row_out_and_is_asked_for_last() -> None:
    tables = tables_of(
        [("Nombre completo", "Correo"), ("=HYPERLINK(1) Ana, Eva", "a@b.example"), ("Ana Ruiz 2", ""), ("Eva Sol", "e@b.example")]
    )
    reading = read(tables, propose(tables))
    assert [row.faulty for row in reading.rows] == [True, True, False]
    assert [(error["row"], error["field"]) for error in as_report(reading, tables)["errors"]] == [(2, "full_name"), (3, "email")]


def test_a_formula_that_was_not_calculated_says_so_and_is_mended_like_any_cell() -> None:
    header = ("Nombre completo", "Correo", "Cargo")
    people = (("#FORMULA", "#FORMULA", "#FORMULA"), ("Ana Ruiz", "a@b.example", "Fiscal"), ("Noé Ku", "#FORMULA", ""))
    row = rows_of(header, *people)[0]
    assert problems_of(row) == [
        ("full_name", "not_calculated", "error"),
        ("email", "not_calculated", "error"),
        ("position", "not_calculated", "warning"),
    ]
    assert (row.cells[Field.EMAIL], row.nominee.email, row.nominee.position) == ("#FORMULA", None, None)
    edits = Edits(cells={"0.2": {Field.FULL_NAME: "Eva Sol", Field.EMAIL: "e@b.example", Field.POSITION: ""}})
    assert rows_of(header, *people, edits=edits)[0].problems == ()
