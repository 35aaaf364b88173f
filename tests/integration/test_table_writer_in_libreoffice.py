"""LibreOffice opens the files that spreadsheets open, reads what was written and runs nothing."""

from __future__ import annotations

import csv
import subprocess
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest

from seminar_app.core.sheet_layout import Above
from seminar_app.core.table_writer import Column, Kind, read_text
from seminar_app.core.workbook_writer import WorkbookWriter
from tests.support.foreign_tools import found
from tests.support.workbook import footer_of, head_row
from tests.unit.test_table_writer import NASTY, PHONES, csv_of, xlsx_of


def test_no_separator_that_is_chosen_when_opening_makes_a_formula(tmp_path: Path) -> None:
    made = csv_of(tuple(text for text in NASTY if text.isprintable()))
    (tmp_path / "list.csv").write_text(made, encoding="utf-8-sig", newline="")
    command = [found("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    for separator in ";|":  # the comma is tried below
        reading = f"--infilter=CSV:{ord(separator)},34,76,1"
        subprocess.run(
            [*command, "xlsx:Calc MS Excel 2007 XML", reading, "--outdir", str(tmp_path), str(tmp_path / "list.csv")],
            check=True,
            capture_output=True,
            timeout=120,
        )
        sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").active
        assert sheet is not None
        assert [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == [], separator


def test_libreoffice_reads_the_same_and_runs_nothing(tmp_path: Path) -> None:
    texts = [text for text in (*NASTY, *PHONES) if not set(text) & set("\r\t") and "_x0041_" not in text]
    (tmp_path / "book.xlsx").write_bytes(xlsx_of([[text, 1, 83.3, date(2014, 6, 3), time(9, 5)] for text in texts]).getvalue())
    (tmp_path / "list.csv").write_text(csv_of(tuple(texts)), encoding="utf-8-sig", newline="")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for source, target in (("book.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76"), ("list.csv", "xlsx:Calc MS Excel 2007 XML")):
        reading = ["--infilter=CSV:44,34,76,1"] if source.endswith("csv") else []
        command = [
            found("soffice"),
            profile,
            "--headless",
            *reading,
            "--convert-to",
            target,
            "--outdir",
            str(tmp_path),
            str(tmp_path / source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    with (tmp_path / "book.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == texts
    assert rows[0][1:3] == ["1", "83.3%"]
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").active
    assert sheet is not None
    cells = [sheet.cell(row, 1) for row in range(2, len(texts) + 2)]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [read_text(str(cell.value)) for cell in cells if cell.data_type == "s"] == [t for t in texts if t != "+528221571983"]


def test_libreoffice_keeps_heading_height_filter_footer_and_what_stands_above(tmp_path: Path) -> None:
    above = Above("Seminar", None, ["June 3 to 5, 2026 · Cancún", "Hosts: HSI"], ["S1 = Jun 3", "S2 = Jun 4"])
    columns = [
        Column("Contact minutes of all sessions", Kind.INTEGER, 9),
        Column("Percent", Kind.PERCENT),
        Column("Completed", centred=True),
    ]
    with (tmp_path / "book.xlsx").open("wb") as file, WorkbookWriter(file, footer=("Contains personal data", "Seminar")) as book:
        sheet = book.sheet("People", columns, above=above)
        sheet.append([1125, 83.3, "yes"])
    command = [found("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    out = tmp_path / "out"
    made = [*command, "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(tmp_path / "book.xlsx")]
    subprocess.run(made, check=True, capture_output=True, timeout=120)
    written, read = (openpyxl.load_workbook(path).worksheets[0] for path in (tmp_path / "book.xlsx", out / "book.xlsx"))
    head = head_row(written)
    assert list(read.iter_rows(values_only=True)) == list(written.iter_rows(values_only=True))
    assert [cell.value for cell in read[head + 1]] == [1125, 0.833, "yes"]
    height = written.row_dimensions[head].height
    assert height is not None
    assert height >= 60, "four lines"
    assert read.row_dimensions[head].height == pytest.approx(height, abs=1)
    assert (read.auto_filter.ref, read.print_title_rows) == (f"A{head}:C{head + 1}", f"${head}:${head}")
    assert read.page_setup.orientation == "landscape"
    assert ["Contains personal data" in footer_of(read)[0], "&P / &N" in footer_of(read)[1]] == [True, True]
