"""What cannot be read is refused with the reason, soon and with little memory, and nothing of it stays behind."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from seminar_app.nominations import errors, tables
from seminar_app.nominations.errors import ReadersBusy, UnreadableList
from seminar_app.nominations.limits import COLUMNS, ROWS
from seminar_app.nominations.tables import paste_tables, read_tables
from tests.support.list_files import cell, ods_cell, ods_of, ole_of, raw_xlsx, xls_of, xlsx_of, zip_of

ORDINARY = xlsx_of([["Nombre", "Cargo"], ["Ana", "Perito"]])
SPARSE = raw_xlsx(f'<row r="1">{cell("A1")}{cell("XFD1")}</row><row r="1048576">{cell("A1048576")}</row>')
DEEP = raw_xlsx(f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("A1048576")}</row>')


def ods_row(content: str, attributes: str = "") -> bytes:
    return ods_of(f'<table:table table:name="Hoja1"><table:table-row {attributes}>{content}</table:table-row></table:table>')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "EmptyList", id="empty file"),
        pytest.param(b" \r\n\t\r\n", "EmptyList", id="blank text"),
        pytest.param(b" ; ;\r\n;;\r\n", "EmptyList", id="blank cells of text"),
        pytest.param(xlsx_of([[" ", ""], [" "]]), "EmptyList", id="blank cells"),
        pytest.param(raw_xlsx(f"<row>{cell('A1')}</row>", state="hidden"), "EmptyList", id="hidden sheet only"),
        pytest.param(ole_of({"EncryptionInfo": b"\4", "EncryptedPackage": b"\0"}), "HasPassword", id="encrypted XLSX"),
        pytest.param(xls_of({(0, 0): 1.0}, password=True), "HasPassword", id="encrypted XLS"),
        pytest.param(ods_of("", manifest="<encryption-data/>"), "HasPassword", id="encrypted ODS"),
        pytest.param(
            zip_of({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "encrypted-package": "x"}),
            "HasPassword",
            id="encrypted ODS of LibreOffice 24",
        ),
        pytest.param(ORDINARY[: len(ORDINARY) // 2], "Damaged", id="truncated XLSX"),
        pytest.param(ORDINARY[:900] + bytes(300) + ORDINARY[1200:], "Damaged", id="XLSX with a hole"),
        pytest.param(raw_xlsx("<row><c r='A1'><v>1</c></row>"), "Damaged", id="XLSX that is no XML"),
        pytest.param(xls_of({(0, 0): 1.0})[:1500], "Damaged", id="truncated XLS"),
        pytest.param(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 900, "Damaged", id="OLE without sense"),
        pytest.param(ods_of("<table:table>"), "Damaged", id="ODS that is no XML"),
        pytest.param(bytes(50 << 20), "FileTooLarge", id="50 MB"),
        pytest.param(raw_xlsx(b" " * (40 << 20)), "TooMuchInside", id="zip bomb"),
        pytest.param(zip_of({f"{number}": "" for number in range(3000)}), "TooMuchInside", id="3000 members"),
        pytest.param(SPARSE, "TooManyColumns", id="sparse 5 kB workbook"),
        pytest.param(DEEP, "FarCell", id="cell a million rows below"),
        pytest.param(xls_of({(0, 0): 1.0, (0, 255): 1.0, (65535, 0): 1.0}), "TooManyColumns", id="sparse XLS"),
        pytest.param(xls_of({(0, 0): 1.0, (65535, 0): 1.0}), "FarCell", id="deep XLS"),
        pytest.param(ods_row(ods_cell("x", 'table:number-columns-repeated="16000"')), "TooManyColumns", id="wide ODS"),
        pytest.param(ods_row(ods_cell("x"), 'table:number-rows-repeated="1000000"'), "TooManyRows", id="deep ODS"),
        pytest.param(xlsx_of([["x"] * (COLUMNS + 1)]), "TooManyColumns", id="101 columns"),
        pytest.param((b"x;" * (COLUMNS + 1) + b"x\n") * 3, "TooManyColumns", id="102 columns of text"),
        pytest.param(raw_xlsx("<row><c><v>1</v></c></row>" * (ROWS + 201)), "TooManyRows", id="5201 rows"),
        pytest.param(b"Ana;Perito\n" * (ROWS + 201), "TooManyRows", id="5201 rows of text"),
        pytest.param(b"Ana;" + b"x" * 40_000, "LongCell", id="40,000 letters"),
        pytest.param(b"Ana;" + b"x" * (5 << 20), "LongCell", id="a text of one cell"),
        pytest.param(
            raw_xlsx(f"<row><c t='inlineStr'><is><t>{'x' * (40 << 20)}</t></is></c></row>"), "TooMuchInside", id="40 MB in a cell"
        ),
        pytest.param(raw_xlsx(f"<row><c t='inlineStr'><is><t>{'x' * 40_000}</t></is></c></row>"), "LongCell", id="long cell"),
        pytest.param("<html><table><tr><td>Ana</td></tr></table></html>".encode("utf-16"), "WebPage", id="HTML in UTF-16"),
        pytest.param(b"\xef\xbb\xbf\r\n <TABLE border=1><tr><td>Ana", "WebPage", id="HTML named .xls"),
        pytest.param(b'<?xml version="1.0"?><Workbook/>', "WebPage", id="XML of Excel 2003"),
        pytest.param(zip_of({"xl/workbook.bin": b"x"}), "BinaryWorkbook", id="XLSB"),
        pytest.param(zip_of({"xl/workbook22.xml": b"x"}), "UnreadableList", id="XLSX with unusual names"),
        pytest.param(zip_of({"word/document.xml": b"x"}), "TextDocument", id="DOCX"),
        pytest.param(ole_of({"WordDocument": b"x"}), "TextDocument", id="DOC"),
        pytest.param(zip_of({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "TextDocument", id="ODT"),
        pytest.param(b"%PDF-1.7\n", "TextDocument", id="PDF"),
        pytest.param(b"\xff\xd8\xff\xe0\0\x10JFIF", "Picture", id="JPEG"),
        pytest.param(b"\0\0\0\x18ftypheic", "Picture", id="HEIC"),
        pytest.param(zip_of({"lista.xlsx": ORDINARY}), "Archive", id="ZIP of lists"),
        pytest.param(b"Rar!\x1a\x07\0", "Archive", id="RAR"),
        pytest.param(bytes(range(1, 9)) * 90, "UnreadableList", id="anything else"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(content: bytes, expected: str) -> None:
    begin = time.monotonic()
    with pytest.raises(UnreadableList) as refused:
        read_tables(content, name="lista.xls")
    assert type(refused.value).__name__ == expected
    assert time.monotonic() - begin < 10


def test_the_sentence_names_the_cell_and_the_sheet() -> None:
    with pytest.raises(errors.TooManyColumns, match="Cell XFD1 of «Hoja1» has content, but only 100 columns"):
        read_tables(SPARSE, name="lista.xlsx")
    with pytest.raises(errors.FarCell, match="A1048576"):
        read_tables(DEEP, name="lista.xlsx")
    with pytest.raises(errors.TooManyColumns, match=r"Cell CX1 of «lista\.csv»"):
        read_tables(b"x;" * (COLUMNS + 1) + b"x\n", name="lista.csv")
    with pytest.raises(errors.TooManyColumns) as refused:
        paste_tables("x\t" * (COLUMNS + 1) + "x")
    assert refused.value.values["sheet"] == ("celdas pegadas", "pasted cells")


def test_what_calamine_would_take_gigabytes_for_costs_little(tmp_path: Path) -> None:
    assert _peak_mb(SPARSE, tmp_path) < 50


def test_a_list_of_five_thousand_rows_takes_little_memory(tmp_path: Path) -> None:
    assert _peak_mb(xlsx_of([[f"Nombre {row} {column}" for column in range(10)] for row in range(5004)]), tmp_path) < 100


def _peak_mb(content: bytes, folder: Path) -> int:
    """Return the memory that the child process took at most (MB). A small process starts it, because a child begins with its parent's."""
    (folder / "list").write_bytes(content)
    command = [sys.executable, "-I", "-S", str(tables.READER), tables._libraries(), ""]
    program = (
        "import resource, subprocess, sys\n"
        f"subprocess.run({command!r}, stdin=open({str(folder / 'list')!r}, 'rb'), stdout=subprocess.DEVNULL, env={{}}, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    told = subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True, capture_output=True, text=True)
    return int(told.stdout) // 1024


def test_memory_that_runs_out_in_calamine_is_a_refusal() -> None:
    strings = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 32_000}</t></si></sst>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{kind}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    row = "<row>" + cell("", 0, "s") * 50 + "</row>"
    content = raw_xlsx(row * 1000, more={"xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": relations})
    with pytest.raises(errors.TooMuchInside):
        read_tables(content, name="lista.xlsx")


def twin(folder: Path, program: str) -> Path:
    """Return another reader."""
    path = folder / "reader.py"
    path.write_text(program, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import os; os.kill(os.getpid(), 9)", "ReadingFailed"),
        ("import os; os.kill(os.getpid(), 6)", "TooMuchInside"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "ReadingTooSlow"),
        ("import sys; sys.stdin.buffer.read(); raise SystemExit(3)", "ReadingFailed"),
        ("pass", "ReadingFailed"),
        ("while True: pass", "ReadingTooSlow"),
    ],
)
def test_a_reader_that_dies_or_hangs_is_a_refusal(program: str, expected: str, tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(UnreadableList) as refused:
        read_tables(ORDINARY * 40, name="lista.xlsx", timeout=1, reader=twin(tmp_path, program))
    assert type(refused.value).__name__ == expected
    assert time.monotonic() - begin < 8


def test_the_reader_has_nothing_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMINAR_SECRET_KEY", "secret")
    told = tmp_path / "told"
    program = (
        "import json, os, runpy, sys\n"
        f"runpy.run_path({str(tables.READER)!r}, run_name='__main__')\n"
        "loaded = [name for name in sys.modules if name.partition('.')[0] in {'flask', 'sqlalchemy', 'config'}]\n"
        "import resource\n"
        "core, _most = resource.getrlimit(resource.RLIMIT_CORE)\n"
        f"open({str(told)!r}, 'w').write(json.dumps([dict(os.environ), loaded, os.getcwd(), os.listdir('/dev/fd'), core]))\n"
    )
    assert read_tables(ORDINARY, name="lista.xlsx", reader=twin(tmp_path, program)).tables
    environment, loaded, folder, files, core = json.loads(told.read_text())
    assert "SEMINAR_SECRET_KEY" not in environment
    assert (loaded, folder, core) == ([], "/", 0)
    assert len(files) <= 5


def test_reading_starts_soon() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    read_tables(b"Nombre;Cargo\nAna;Perito\n", name="lista.csv")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.15


def test_where_two_files_are_being_read_a_third_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(tables, "_WAITING_SECONDS", 0.01)
    with tables._turn(), pytest.raises(ReadersBusy):
        read_tables(b"a,b\n1,2\n", name="list.csv")
    assert read_tables(b"a,b\n1,2\n", name="list.csv").tables
