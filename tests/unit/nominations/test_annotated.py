"""The list that goes back to the agency has each cell where it was, and one more column with what is wrong."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from seminar_app.nominations.annotated import HEADINGS, annotated, table_width
from seminar_app.nominations.shapes import FileFormat, Table, Tables
from seminar_app.nominations.tables import read_tables

LISTS = Path(__file__).parents[2] / "data" / "lists"
NASTY = [
    "=1+1",
    "+52 55 1234",
    "-",
    "@x",
    "<r>Ana</r>",
    "a & b < c",
    "_x0041_",
    "a\rb",
    "dos\nlíneas",
    "\t=1",
    " x ",
    "👩🏽‍⚖️",
    "'=1",
    "00123",
]


def again(tables: Tables, **more: object) -> Tables:
    given = {"remarks": {}, "faulty": {}, "changed": {}, "headers": {}, "language": "es"} | more
    return read_tables(annotated(tables, **given), name="lista.xlsx")  # type: ignore[arg-type]


def one(*rows: tuple[object, ...], hidden: frozenset[int] = frozenset()) -> Tables:
    return Tables(FileFormat.XLSX, (Table("Hoja1", rows, hidden),))  # type: ignore[arg-type]


@pytest.mark.parametrize("file", sorted(path.name for path in LISTS.glob("0*")))
def test_a_list_comes_back_cell_by_cell(file: str) -> None:
    tables = read_tables((LISTS / file).read_bytes(), name=file)
    copies = again(tables).tables
    for table, copy in zip(tables.tables, copies, strict=True):
        assert copy.rows == table.rows
        assert copy.hidden == table.hidden
        assert copy.name == (table.name or "Lista")
        assert set(copy.merged) == {area for area in table.merged if area[3] <= table_width(table)}


def test_values_of_every_type_come_back_and_none_is_a_formula() -> None:
    row = (*NASTY, 1, 1.5, True, date(1980, 2, 3), datetime(1980, 2, 3, 4, 5, 6), 12345678901)  # noqa: DTZ001  a cell has no time zone
    tables = one(row)
    assert again(tables).tables[0].rows == (row,)
    sheet = openpyxl.load_workbook(io.BytesIO(annotated(tables, remarks={}, faulty={}, changed={}, headers={}, language="en"))).active
    assert sheet is not None
    cells = next(sheet.iter_rows())
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "d", "inlineStr"}
    assert [cell.value for cell in cells[:3]] == NASTY[:3]
    assert cells[0].quotePrefix


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_wrong_stands_at_the_right_in_the_same_row(language: str) -> None:
    tables = one(
        ("Relación", "", "", ""),
        (),
        ("Nombre", "Correo"),
        ("Ana", "ana@"),
        (),
        ("Luz", "luz@pgr.example"),
        ("Noé", ""),
        hidden=frozenset({6, 7}),
    )
    copy = again(
        tables,
        remarks={"0.4": "Correo: no es una dirección", "0.6": "", "0.7": "Correo: falta"},
        faulty={"0.4": [1], "0.7": {1}},
        changed={"0.6": {0: "Luz María"}},
        headers={0: 3},
        language=language,
    ).tables[0]
    assert copy.rows == (
        ("Relación",),
        (),
        ("Nombre", "Correo", "", "", HEADINGS[language]),
        ("Ana", "ana@", "", "", "Correo: no es una dirección"),
        (),
        ("Luz María", "luz@pgr.example"),
        ("Noé", "", "", "", "Correo: falta"),
    )
    assert copy.hidden == {6}, "a row with a remark is shown"


def test_faulty_cells_are_marked_by_a_colour_also_where_they_are_empty() -> None:
    made = annotated(
        one(("Nombre", "Correo"), ("Ana", "")), remarks={"0.2": "falta"}, faulty={"0.2": [1]}, changed={}, headers={0: 1}, language="es"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert sheet is not None
    assert sheet["B2"].fill.fgColor.rgb == "FFF8D7DA"
    assert sheet["A2"].fill.fgColor.rgb == "00000000"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C2"


def test_a_list_without_headings_has_its_remarks_too() -> None:
    copy = again(one(("Ana", "ana@"), ("Luz", "luz@pgr.example")), remarks={"0.1": "Correo: no es una dirección", "0.2": ""}).tables[0]
    assert copy.rows == (("Ana", "ana@", "Correo: no es una dirección"), ("Luz", "luz@pgr.example"))
