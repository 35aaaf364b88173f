"""`flask attendance export`: the file for scripts."""

from __future__ import annotations

import csv
import errno
import io
import json
import shutil
from pathlib import Path
from typing import IO

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.seminars.models import Seminar
from tests.support.factories import Make
from tests.support.pdf import text_of


@pytest.fixture
def seminar(make: Make) -> Seminar:
    found = make.seminar(seats=5, slug="cancun-2014")
    agency = make.agency("PGR", name_es="Procuraduría", name_en="Attorney general")
    pool = make.pool(found, agency, 5)
    person = make.registration(found, make.person("Luz", "Núñez"), agency=agency, pool=pool, position="+52 82 2157 1983")
    make.mark(person, make.seminar_session(found), MarkStatus.LATE, 144)
    return found


def export(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["attendance", "export", *arguments])


def test_csv_goes_to_the_standard_output_with_the_keys(app: Flask, session: Session, seminar: Seminar) -> None:
    result = export(app, "cancun-2014", "--format", "csv")
    assert result.exit_code == 0, result.output
    (row,) = csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8"), newline=""))
    assert row == {
        "agency": "PGR",
        "agency_name": "Procuraduría",
        "surname1": "Núñez",
        "surname2": "Ibáñez",
        "given_names": "Luz",
        "position": "+52 82 2157 1983",
        "state": "",
        "sex": "",
        "status": "registered",
        "session_1": "late",
        "minutes_credited": "144",
        "contact_minutes": "180",
        "percent": "80.0",
        "completed": "yes",
    }
    trail = session.execute(select(AuditRow.actor, AuditRow.action, AuditRow.seminar, AuditRow.details)).one()
    assert tuple(trail) == ("command", "attendance.exported", "cancun-2014", {"format": "csv", "language": "keys"})


def test_a_file_is_whole_and_only_its_owners(app: Flask, seminar: Seminar, tmp_path: Path) -> None:
    target = tmp_path / "list.xlsx"
    target.write_text("before")
    result = export(app, "cancun-2014", "--format", "xlsx", "--lang", "es", "--output", str(target))
    assert result.exit_code == 0, result.output
    assert openpyxl.load_workbook(target).sheetnames[:2] == ["Resumen por dependencia", "Personas"]
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["list.xlsx"]
    found = json.loads(export(app, "cancun-2014", "--format", "json").stdout_bytes)
    assert found["rows"][0]["percent"] == 80.0
    english = export(app, "cancun-2014", "--format", "csv", "--lang", "en").stdout_bytes.decode("utf-8-sig")
    assert english.splitlines()[0].startswith("Agency,Agency name,First surname")


def test_a_minus_is_the_standard_output(app: Flask, seminar: Seminar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = export(app, "cancun-2014", "--format", "json", "--output", "-")
    assert json.loads(result.stdout_bytes)["rows"][0]["percent"] == 80.0
    assert list(tmp_path.iterdir()) == []


def test_where_the_disk_is_full_no_part_of_the_list_stays(
    app: Flask, seminar: Seminar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_whole: object, part: IO[bytes]) -> None:
        part.write(b"Rosa Ortega")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    result = export(app, "cancun-2014", "--format", "csv", "--output", str(tmp_path / "list.csv"))
    assert "No space left" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cancun-2014", "--format", "ods"), "ods"),
        (("cancun-2014",), "--format"),
        (("nowhere", "--format", "csv"), "There is no seminar «nowhere»"),
        (("a\0b", "--format", "csv"), "There is no seminar"),
        (("cancun-2014", "--format", "csv", "--lang", "fr"), "fr"),
        (("cancun-2014", "--format", "csv", "--output", "/no/such/folder/x.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(app: Flask, seminar: Seminar, arguments: tuple[str, ...], sentence: str) -> None:
    result = export(app, *arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert "Traceback" not in result.output


def sheets(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["attendance", "sheets", *arguments])


def test_sheets_and_attendance_are_written_as_pdf_and_the_audit_log_says_so(
    app: Flask, session: Session, seminar: Seminar, tmp_path: Path
) -> None:
    done = sheets(app, "cancun-2014", "--session", "1", "--output", str(tmp_path / "s.pdf"), "--lang", "en", "--paper", "a4")
    assert done.exit_code == 0, done.output
    words = text_of((tmp_path / "s.pdf").read_bytes()).replace("\n", " ")
    assert "Núñez Ibáñez, Luz" in words
    assert "Page 1 of 1" in words
    assert (tmp_path / "s.pdf").stat().st_mode & 0o777 == 0o600
    done = export(app, "cancun-2014", "--format", "pdf", "--output", str(tmp_path / "a.pdf"))
    assert done.exit_code == 0, done.output
    words = text_of((tmp_path / "a.pdf").read_bytes()).replace("\n", " ")
    assert "144/180 80.0 % Sí" in words.replace("\xa0", " ")
    rows = session.execute(select(AuditRow.actor, AuditRow.action, AuditRow.details).order_by(AuditRow.sequence)).all()
    assert [tuple(row) for row in rows] == [
        ("command", "paper.printed", {"document": "sign_in", "language": "en"}),
        ("command", "paper.printed", {"document": "attendance", "language": "es"}),
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere", "--output", "x.pdf"), "There is no seminar «nowhere»"),
        (("cancun-2014", "--session", "2", "--output", "x.pdf"), "The seminar has no session 2"),
        (("cancun-2014", "--session", "0", "--output", "x.pdf"), "0 is not in the range"),
        (("cancun-2014", "--blank-rows", "99", "--output", "x.pdf"), "99 is not in the range"),
        (("cancun-2014",), "Missing option '--output'"),
    ],
)
def test_sheets_that_cannot_be_written_end_with_a_sentence(app: Flask, seminar: Seminar, arguments: tuple[str, ...], sentence: str) -> None:
    done = sheets(app, *arguments)
    assert done.exit_code != 0
    assert sentence in done.output


def test_a_seminar_without_sessions_has_no_sheet_to_sign(app: Flask, make: Make) -> None:
    make.seminar(slug="empty")
    assert "has no sessions yet" in sheets(app, "empty", "--output", "x.pdf").output
