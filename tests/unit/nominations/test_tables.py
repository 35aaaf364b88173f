"""Files of every kind are read by what they are, each cell where the spreadsheet shows it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from seminar_app.nominations.shapes import FileFormat, Tables
from seminar_app.nominations.tables import paste_tables, read_tables
from tests.support.list_files import cell, ods_cell, ods_of, raw_xlsx, xlsx_of

LISTS = Path(__file__).parents[2] / "data" / "lists"
EXPECTED: dict[str, Any] = json.loads((LISTS / "expected.json").read_text(encoding="utf-8"))


def read(content: bytes, **choices: Any) -> Tables:
    return read_tables(content, name="lista.xlsx", **choices)


def rows(content: bytes, **choices: Any) -> list[list[object]]:
    (table,) = read(content, **choices).tables
    return [list(row) for row in table.rows]


@pytest.mark.parametrize("file", EXPECTED)
def test_a_list_of_a_real_office_is_what_it_is_whatever_its_layout(file: str) -> None:
    layout = EXPECTED[file]["layout"]
    tables = read_tables((LISTS / file).read_bytes(), name=file)
    assert tables.format == layout["format"]
    assert (tables.encoding, tables.delimiter) == (layout.get("encoding"), layout.get("delimiter"))
    assert set(layout.get("sheets", [""])) <= {table.name for table in tables.tables}
    assert bool(tables.accented) is (tables.format is FileFormat.TEXT)


@pytest.mark.parametrize("file", EXPECTED)
def test_each_person_stands_in_the_row_that_the_spreadsheet_shows(file: str) -> None:
    tables = {table.name: table for table in read_tables((LISTS / file).read_bytes(), name=file).tables}
    sheet = next(iter(EXPECTED[file]["layout"].get("sheets", [""])))
    for person in EXPECTED[file]["accepted"]:
        row = tables[person.get("sheet", sheet)].rows[person["row"] - 1]
        shown = " ".join(" ".join(str(one).split()) for one in row).casefold()
        for key in ("surname1", "email", "curp"):
            assert (person[key] or "").casefold() in shown


def test_hidden_rows_are_told_and_hidden_sheets_left_out() -> None:
    tables = read_tables((LISTS / "02-directorio-portal.xlsx").read_bytes(), name="").tables
    assert [table.name for table in tables] == ["Reporte de Formatos", "Tabla_334400"]
    assert tables[0].hidden == {1, 4, 5}
    assert tables[0].merged == ((6, 1, 6, 17),)
    names = [table.name for table in read_tables((LISTS / "05-corporaciones.xls").read_bytes(), name="").tables]
    assert names == ["Resumen", "POLICIA FEDERAL", "SEC. EJECUTIVO", "OADPRS"]
    assert (5, 1, 5, 6) in read_tables((LISTS / "06-secciones.ods").read_bytes(), name="").tables[0].merged


def test_cells_keep_their_types() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    days = [date(1980, 2, 3), datetime(1980, 2, 3, 4, 5)]  # noqa: DTZ001  a cell has no time zone
    sheet.append(["Peña", "00123", 12, 12.0, 12.5, True, *days])
    sheet["J1"], sheet["J1"].number_format = 0.835, "0.0%"
    target = io.BytesIO()
    book.save(target)
    (row,) = rows(target.getvalue())
    assert row == ["Peña", "00123", 12, 12, 12.5, True, *days, "", 0.835]
    assert [type(one) for one in row[2:6]] == [int, int, float, bool]


def test_formulas_give_what_was_last_computed_and_errors_their_name() -> None:
    row = '<c r="B2" t="str"><f>A1</f><v>hola</v></c><c r="C2" t="e"><f>NA()</f><v>#N/A</v></c><c r="D2" t="str"><f>""</f><v></v></c>'
    assert rows(raw_xlsx(f'<row r="2">{row}</row>')) == [[], ["", "hola", "#N/A"]]


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>", " <v />"])
def test_a_formula_that_nobody_calculated_is_told_from_an_empty_cell(value: str) -> None:
    formulas = f'<c r="B1"><f>A1&amp;"x"</f>{value}</c><c r="C1"><f t="shared" si="0"/>{value}</c><c r="D1"><f>1</f><v>1</v></c>'
    assert rows(raw_xlsx(f'<row r="1">{cell("A1")}{formulas}</row>')) == [[1, "#FORMULA", "#FORMULA", 1]]


def test_a_workbook_without_references_is_read_in_its_order() -> None:
    assert rows(raw_xlsx(f"<row>{cell('', 1)}{cell('', 2)}</row><row/><row>{cell('', 3)}</row>")) == [[1, 2], [], [3]]


@pytest.mark.parametrize(("name", "read_as"), [("A &amp; B", "A & B"), ("L&#237;nea &quot;1&quot;", 'Línea "1"'), ("dos\nlíneas", None)])
def test_a_sheet_with_any_name_is_read(name: str, read_as: str | None) -> None:
    (table,) = read(raw_xlsx(f"<row hidden='1'>{cell('A1')}</row>", name=name)).tables
    assert table.rows == ((1,),)
    assert table.hidden == {1}
    assert read_as in (None, table.name)


def test_formats_far_away_do_not_count() -> None:
    far = f'<row r="1">{cell("A1")}<c r="XFD1" s="0"/></row><row r="1048576"><c r="A1048576" s="0"></c></row>'
    assert rows(raw_xlsx(far)) == [[1]]


def test_macros_are_not_looked_at() -> None:
    assert rows(raw_xlsx(f"<row>{cell('A1')}</row>", more={"xl/vbaProject.bin": b"\0macro" * 99})) == [[1]]


def test_one_column_and_a_hundred_are_read() -> None:
    assert rows(xlsx_of([["Nombre"], ["Ana"]])) == [["Nombre"], ["Ana"]]
    assert len(rows(xlsx_of([[f"c{number}" for number in range(100)]]))[0]) == 100


def test_names_of_two_hundred_letters_and_emoji_are_kept() -> None:
    long, emoji = "Ñ" * 200, "Ana 👩🏽‍⚖️"
    assert rows(xlsx_of([[long, emoji]])) == [[long, emoji]]
    assert rows(f"{long};{emoji};a\0b\n".encode()) == [[long, emoji, "a\0b"]]


def test_an_opendocument_sheet_is_read_with_its_repetitions_notes_and_line_breaks() -> None:
    row, number = "table:table-row", '<table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="3"/>'
    note = (
        "<table:table-cell><office:annotation><text:p>nota</text:p></office:annotation>"
        '<text:p>uno<text:s text:c="2"/>dos<text:line-break/>tres</text:p><text:p>cuatro</text:p></table:table-cell>'
    )
    error = ods_cell("#N/A", 'calcext:value-type="error"')
    sheet = (
        f'<table:table table:name="Hoja"><table:table-header-rows><{row}>{ods_cell("a")}</{row}></table:table-header-rows>'
        f'<{row} table:number-rows-repeated="2" table:visibility="collapse">{number}</{row}><{row}>{note}{error}</{row}>'
        f'<{row} table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></{row}></table:table>'
    )
    styles = '<style:style style:name="o"><style:table-properties table:display="false"/></style:style>'
    hidden = f'<table:table table:name="Oculta" table:style-name="o"><table:table-row>{ods_cell("b")}</table:table-row></table:table>'
    (table,) = read(ods_of(sheet + hidden, styles=styles)).tables
    assert table.rows == (("a",), (7, 7, 7), (7, 7, 7), ("uno  dos\ntres\ncuatro", "#N/A"))
    assert table.hidden == {2, 3}


def test_the_chosen_encoding_counts() -> None:
    content = "Nombre;Área\nIbáñez;Dirección\n".encode("cp1252")
    assert read(content).encodings == ("cp1252", "mac_roman", "cp850", "utf-8")
    assert rows(content, encoding="cp850")[1] == ["Ibß±ez", "Direcci¾n"]


def test_text_is_told_from_workbooks_by_its_content() -> None:
    assert read(b"Nombre\tCargo\nAna\tPerito\n").delimiter == "\t"
    assert read(b"PKD;Nombre\n1;Ana\n").format is FileFormat.TEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nombre\tCargo\r\nAna\tPerito\r\n", [("Nombre", "Cargo"), ("Ana", "Perito")]),
        ('Nombre\t"Cargo\nactual"\nAna\tPerito', [("Nombre", "Cargo\nactual"), ("Ana", "Perito")]),
        ("KU, Ana\tPerito, A\n\t\n\n", [("KU, Ana", "Perito, A")]),
        ("KU, Ana\nPEÑA, Luz", [("KU, Ana",), ("PEÑA, Luz",)]),
    ],
)
def test_pasted_cells_are_a_table(text: str, expected: Sequence[tuple[str, ...]]) -> None:
    tables = paste_tables(text)
    assert tables.tables[0].rows == tuple(expected)
    assert tables.encoding is None
