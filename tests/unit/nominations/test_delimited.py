"""The delimiter is found below letterheads, and quotation marks hold cells together only where they were meant to."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_app.nominations.delimited import split

BODY = [["No.", "Nombre", "Cargo"], ["1", "Ana", "Perito"], ["2", "Luz", "Fiscal"], ["3", "Noé", "Oficial"]]


def parted(text: str) -> tuple[list[list[str]], str | None]:
    rows, delimiter = split(text)
    return list(rows), delimiter


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_records_are_parted_whatever_the_delimiter_and_the_line_ends(delimiter: str, end: str) -> None:
    assert parted(end.join(delimiter.join(row) for row in BODY) + end) == (BODY, delimiter)


def test_commas_of_a_letterhead_do_not_decide() -> None:
    letterhead = "Procuraduría, Dirección, Área\nCancún, Quintana Roo, 3 al 5 de junio, 2014\n\n"
    rows, delimiter = parted(letterhead + "\n".join("\t".join(row) for row in BODY))
    assert delimiter == "\t"
    assert rows[3:] == BODY


def test_commas_within_a_column_do_not_decide() -> None:
    text = "Apellidos y nombre;Cargo\n" + "".join(f"PEÑA KU, Ana {n};Perito, Psicología, Área {n}\n" for n in range(9))
    assert parted(text)[1] == ";"


def test_a_list_of_one_column_has_no_delimiter() -> None:
    assert parted("Nombre\nAna\nLuz\n") == ([["Nombre"], ["Ana"], ["Luz"]], None)


def test_surnames_before_a_comma_are_one_cell() -> None:
    assert parted("Nombre\nKU, Ana\nPEÑA, Luz\n")[0] == [["Nombre"], ["KU, Ana"], ["PEÑA, Luz"]]
    assert parted("KU, Ana, ana@pgr.example\nPEÑA, Luz, luz@pgr.example\n")[1] == ","


def test_the_instruction_of_excel_decides_and_is_no_record() -> None:
    assert parted("sep=|\r\na|b;c;d\r\ne|f;g;h\r\n") == ([["a", "b;c;d"], ["e", "f;g;h"]], "|")


def test_a_quoted_line_break_begins_no_record() -> None:
    assert parted('Nombre,"¿Cuál es,\r\n""su"" puesto?"\r\nAna,Perito\r\n')[0] == [
        ["Nombre", '¿Cuál es,\r\n"su" puesto?'],
        ["Ana", "Perito"],
    ]


@pytest.mark.parametrize(
    "stray",
    ['1;"Ana;Perito\n2;Luz;Fiscal\n3;Noé;Oficial\n4;Eva;Oficial\n', '1;"Ana;Perito\n2;Luz;Fiscal\n3;"Noé;Oficial\n4;Eva;Oficial\n'],
)
def test_a_quotation_mark_that_nothing_closes_swallows_no_row(stray: str) -> None:
    rows, delimiter = parted("No.;Nombre;Cargo\n" + stray)
    assert delimiter == ";"
    assert [row[0] for row in rows] == ["No.", "1", "2", "3", "4"]


def test_a_nickname_in_quotation_marks_is_kept() -> None:
    assert parted('Nombre;Cargo\nAna "La Güera" Ku;Perito\n"Luz ""Lucha"" Ku";Fiscal\n')[0][1:] == [
        ['Ana "La Güera" Ku', "Perito"],
        ['Luz "Lucha" Ku', "Fiscal"],
    ]


CELLS = st.text("aéÑ ;,|\t\"'\n.1", max_size=8) | st.sampled_from(["Peña Ku", "Ana", "F", "ana@pgr.example"])


@settings(max_examples=150, deadline=None, database=None)
@given(
    st.integers(2, 6).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)),
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_what_a_program_wrote_is_read_whatever_the_cells_hold(rows: list[list[str]], delimiter: str, end: str) -> None:
    made = io.StringIO(newline="")
    if end == "\r":  # Python's writer does not quote "\n" there
        csv.writer(made, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(made, delimiter=delimiter, lineterminator=end).writerows(rows)
    assert list(split(made.getvalue(), delimiter)[0]) == rows
    for record in split(made.getvalue())[0]:  # whatever delimiter it finds
        assert isinstance(record, list)
