"""Files for spreadsheets: no formula runs, and every value is read back unchanged."""

from __future__ import annotations

import csv
import io
import re
import sys
import tempfile
import unicodedata
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from seminar_app.core.sheet_layout import Above
from seminar_app.core.table_writer import Column, Kind, Value, read_text, safe_text, write_csv
from seminar_app.core.workbook_texts import LONGEST_CELL
from seminar_app.core.workbook_writer import WorkbookWriter
from tests.support.workbook import above_of, footer_of, head_row, table_of

COLUMNS = (
    Column("name", width=30),
    Column("minutes", Kind.INTEGER),
    Column("percent", Kind.PERCENT),
    Column("day", Kind.DATE),
    Column("in", Kind.TIME),
)
NASTY = (
    "=1+1",
    '=HYPERLINK("http://x.example","x")',
    "+1+2",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1+1",
    "\u200b=1",
    "＝1+1",
    "x;=1+1;y",
    "line\n=1+1",
    "'quoted",
    "''twice",
    "x;'y",
    "x|=1+1|y",
    "|=1+1",
    "x|'y",
    "\u202a=1",
    "\ufe0f=1",
    "-",
    "<r><t>x</t></r>",
    "<b>&amp;",
    "_x0041_",
    'say "no", please',
    "Ñandú 🎓",
)
PHONES = ("+52 82 2157 1983", "+528221571983", "+1 202 555 0100")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(texts: tuple[str, ...]) -> str:
    file = io.StringIO(newline="")
    write_csv(file, [Column("text")], [[text] for text in texts])
    return file.getvalue()


def xlsx_of(rows: list[list[Value]], *names: str) -> io.BytesIO:
    file = io.BytesIO()
    with WorkbookWriter(file) as book:
        for name in names or ("Sheet",):
            sheet = book.sheet(name, COLUMNS)
            for row in rows:
                sheet.append(row)
    file.seek(0)
    return file


def test_no_csv_cell_begins_a_formula_and_each_is_read_back() -> None:
    cells = [row[0] for row in csv.reader(io.StringIO(csv_of(NASTY), newline=""))][1:]
    assert [cell for cell in cells if cell.lstrip(" \u200b\u202a\ufe0f").startswith(DANGEROUS)] == []
    assert [piece for cell in cells for piece in re.split("[;|]", cell)[1:] if piece.startswith(DANGEROUS)] == []
    assert tuple(read_text(cell) for cell in cells) == NASTY


def test_no_format_character_hides_a_formula() -> None:
    marks = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"]
    assert len(marks) > 150
    assert [mark for mark in marks if not safe_text(f"{mark}=1").startswith("'") or not safe_text(f"x|{mark}=1").startswith("x|'")] == []


def test_a_telephone_number_stays_whole_without_being_read_back() -> None:
    assert tuple(row[0] for row in csv.reader(io.StringIO(csv_of(PHONES), newline="")))[1:] == PHONES
    assert safe_text("+52-82-2157") == "'+52-82-2157"  # a subtraction


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@;|'\t\n\r \u200b\ufe0f1a"), st.characters(exclude_categories=["Cs"]))))
def test_any_text_is_read_back(text: str) -> None:
    assert read_text(safe_text(text)) == text


@given(st.text(alphabet="=+-@;|'\t\n\r 1"))
def test_no_text_begins_a_formula_unless_it_is_a_telephone_number(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(("\t", "\r", "\n"))
    assert not safe.lstrip().startswith(("=", "@", "+", "-")) or set(safe) <= set("+1 ")


def test_values_of_a_csv_are_what_programs_read() -> None:
    file = io.StringIO(newline="")
    write_csv(file, COLUMNS, [["López", -15, 83.25, date(2014, 6, 3), time(9, 5)], [None, 0, 100, None, None]])
    assert file.getvalue() == "name,minutes,percent,day,in\r\nLópez,-15,83.2,2014-06-03,09:05\r\n,0,100.0,,\r\n"


def test_half_a_surrogate_becomes_a_sign_that_can_be_written() -> None:
    assert csv_of(("\ud800x",)).encode("utf-8").endswith("\ufffdx\r\n".encode())
    sheet = openpyxl.load_workbook(xlsx_of([["\ud800x", None, None, None, None]])).active
    assert sheet is not None
    assert sheet["A2"].value == "\ufffdx"


def test_xlsx_has_real_numbers_dates_and_times_under_a_frozen_header() -> None:
    file = xlsx_of([["López", 165, 83.3, date(2014, 6, 3), time(9, 5)], ["Ibáñez", None, None, None, None]])
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == ["López", 165, 0.833, datetime(2014, 6, 3), time(9, 5)]  # noqa: DTZ001
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:E3", "$1:$1")
    assert [cell.number_format for cell in sheet[2]][1:] == ["0", "0.0%", "yyyy-mm-dd", "hh:mm"]
    assert sheet.column_dimensions["A"].width > 25
    file.seek(0)
    rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert rows[1] == ["López", 165.0, 0.833, date(2014, 6, 3), time(9, 5)]


def test_every_text_of_an_xlsx_is_text_and_whole() -> None:
    texts = [*(text for text in NASTY if "\r" not in text and "_x0041_" not in text), *PHONES]
    file = xlsx_of([[text, None, None, None, None] for text in texts])
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    cells = [sheet.cell(row, 1) for row in range(2, len(texts) + 2)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+", "-", "@")))  # editing makes no formula of it
    file.seek(0)
    read = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert [row[0] for row in read[1:]] == texts


def test_a_text_longer_than_a_cell_ends_in_an_ellipsis() -> None:
    sheet = openpyxl.load_workbook(xlsx_of([["x" * 40_000, None, None, None, None]])).active
    assert sheet is not None
    assert sheet["A2"].value == "x" * (LONGEST_CELL - 1) + "…"
    sheet = openpyxl.load_workbook(xlsx_of([["&" * 40_000, None, None, None, None]])).active
    assert sheet is not None
    assert sheet["A2"].value == "&" * (LONGEST_CELL - 1) + "…"


def test_sheets_get_names_that_a_spreadsheet_takes() -> None:
    names = openpyxl.load_workbook(
        xlsx_of([], "Día 1: [Inauguración]/panel", "día 1  inauguración  panel", "x" * 40, "x" * 50, "'", "")
    ).sheetnames
    assert names == ["Día 1 Inauguración panel", "día 1 inauguración panel 2", "x" * 31, "x" * 29 + " 2", "–", "– 2"]


def test_a_name_or_a_text_of_emoji_fits_as_a_spreadsheet_counts_them() -> None:
    book = openpyxl.load_workbook(xlsx_of([["🎓" * 20_000, None, None, None, None]], "4. " + "🎓" * 28, "4. " + "🎓" * 30))
    assert book.sheetnames == ["4. " + "🎓" * 14, "4. " + "🎓" * 13 + " 2"]
    assert book.worksheets[0]["A2"].value == "🎓" * 16_383 + "…"


@pytest.mark.parametrize("letter", ["\ufffe", "\uffff", "\x00", "\x0b", "\ud800"])
def test_a_sheet_named_with_what_xml_cannot_carry_opens(letter: str) -> None:
    assert openpyxl.load_workbook(xlsx_of([], f"Día{letter} 1")).sheetnames[0].endswith(" 1")


def test_a_workbook_that_fails_leaves_no_row_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fail_half_way() -> None:
        with WorkbookWriter(io.BytesIO()) as book:
            book.sheet("People", COLUMNS).append(["Rosa Ortega", 1, 2.5, date(2014, 6, 3), time(9)])
            assert list(tmp_path.rglob("*")) != []
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert list(tmp_path.rglob("*")) == []


def test_lines_above_the_table_are_safe_and_the_table_begins_below_them() -> None:
    file = io.BytesIO()
    above = Above("=Title", "+Subtitle", ["-first", "second"], ["S1 = @key", "S2 = key"])
    columns = [Column("A long heading of several words", width=10), Column("S1", width=30), Column("Minutes", Kind.INTEGER)]
    with WorkbookWriter(file, footer=("Personal & secret", "Title\x00")) as book:
        sheet = book.sheet("People", columns, above=above)
        sheet.append(["a text that needs more than one line", "x", 5])
        sheet.append(["x", "x", 6])
        sheet.append(["Total", None, 11], strong=True)
    read = openpyxl.load_workbook(file).worksheets[0]
    assert above_of(read) == ["=Title", "+Subtitle", "-first", "second", "S1 = @key", "S2 = key"]
    assert [cell.quotePrefix for cell in next(read.iter_cols(max_row=3))] == [True, True, True]
    head = head_row(read)
    assert table_of(read)[1:] == [["a text that needs more than one line", "x", 5], ["x", "x", 6], ["Total", None, 11]]
    assert read.auto_filter.ref == f"A{head}:C{head + 2}", "the total stays where it is when people are sorted"
    assert (read.row_dimensions[head].height, read.row_dimensions[head + 1].height) == (63, 60)
    assert read.row_dimensions[head + 2].height is None
    assert footer_of(read) == ["Personal && secret", "&P / &N", "Title"]


def test_a_table_too_wide_for_a_page_is_printed_on_several_that_repeat_the_names() -> None:
    file = io.BytesIO()
    with WorkbookWriter(file) as book:
        book.sheet("People", [Column(f"Column {number}") for number in range(20)], names=2)
    read = openpyxl.load_workbook(file).worksheets[0]
    assert (read.page_setup.fitToWidth, read.page_setup.fitToHeight) == (2, 0)
    assert (read.print_title_cols, read.print_title_rows) == ("$A:$B", "$1:$1")
