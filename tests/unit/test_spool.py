"""Temporary files of a killed process do not stay on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config import PROJECT_ROOT
from seminar_app.core import spool as module
from seminar_app.core.spool import forget_abandoned, spool

KILLED = """
import io, os, signal
from seminar_app.core.table_writer import Column
from seminar_app.core.workbook_writer import WorkbookWriter
with WorkbookWriter(io.BytesIO()) as book:
    book.sheet("People", [Column("name")]).append(["Rosa Ortega" * 2_000])
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(module, "_TAKEN_WITHIN_SECONDS", 0.0)


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=PROJECT_ROOT, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert any("Rosa" in path.read_text() for path in tmp_path.rglob("*") if path.is_file()), "nothing was left to remove"
    with spool() as ours:
        forget_abandoned()
        assert list(tmp_path.iterdir()) == [ours]
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_ours_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = [tmp_path / "constancia-spool-a", tmp_path / "other"]
    strange[0].symlink_to(tmp_path)
    strange[1].mkdir()
    forget_abandoned()
    assert sorted(tmp_path.iterdir()) == strange
    strange[0].unlink()
    strange[0].mkdir()
    monkeypatch.setattr(os, "getuid", lambda: 12_345)
    forget_abandoned()
    assert strange[0].is_dir()


def test_a_folder_that_was_just_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TAKEN_WITHIN_SECONDS", 5.0)
    (tmp_path / "constancia-spool-a").mkdir()
    forget_abandoned()
    assert (tmp_path / "constancia-spool-a").is_dir()


def test_no_place_for_temporary_files_is_no_reason_not_to_start(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fails(_folder: object) -> bool:
        raise PermissionError(13, "Permission denied")

    with spool():
        monkeypatch.setattr(module, "_is_abandoned", fails)
        forget_abandoned()
    assert "Permission denied" in caplog.text
