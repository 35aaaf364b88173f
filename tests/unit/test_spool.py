"""What was being written when a process was killed does not stay on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config import PROJECT_ROOT
from seminar_app.core.spool import forget_abandoned, spool

KILLED = """
import io, os, signal
from seminar_app.core.table_writer import Column, WorkbookWriter
with WorkbookWriter(io.BytesIO()) as book:
    book.sheet("People", [Column("name")]).append(["Rosa Ortega" * 2_000])
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=PROJECT_ROOT, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert any("Rosa" in path.read_text() for path in tmp_path.rglob("*") if path.is_file()), "nothing was left to remove"
    with spool() as ours:
        forget_abandoned()
        assert list(tmp_path.iterdir()) == [Path(ours)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["constancia-spool-", "constancia-spool-x-y", "constancia-spool-1-a", f"constancia-spool-{10**30}-a", "other"]
)
def test_what_is_not_an_abandoned_folder_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    forget_abandoned()
    assert (tmp_path / name).is_dir()
