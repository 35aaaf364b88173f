"""A worker is killed while it writes a closing kit: no file is kept, nothing lies on the disk, and the kit taken up again is whole."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import LOST_AFTER, JobState
from tests.conftest import TestDatabase
from tests.faults.kit_writer import write_kit
from tests.support.closing_kit import Closed, closed_seminar, files_of
from tests.support.factories import Make
from tests.support.server import FORKS

KILLED_AFTER = (1, 8, 20)
"""Files: the first of the office, the first of a folder, near the end."""
LONGEST_SECONDS = 60


def run_worker(database: TestDatabase, folder: Path, dies_after: int = 0, *, broken: bool = False) -> bool:
    """Run a worker in its own process. Return whether it was killed."""
    worker = FORKS.Process(target=write_kit, args=(database.url, str(database.folder), str(folder), dies_after, broken))
    worker.start()
    worker.join(LONGEST_SECONDS)
    if worker.is_alive():
        worker.kill()
        raise AssertionError("a worker did not come to an end")
    assert worker.exitcode in (0, -signal.SIGKILL)
    return worker.exitcode != 0


def prepared(app: Flask, make: Make, session: Session) -> Closed:
    closed = closed_seminar(app, make, session)
    closed.begin()
    session.rollback()
    return closed


def time_passes(session: Session) -> None:
    """Let the killed process count as lost."""
    with unit_of_work(session) as work:
        work.execute(update(LongJob).values(beat_at=clock.now() - 2 * LOST_AFTER))


def files_kept(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(SealedFile.kind == "certificates.kit")) or 0


def left_in(folder: Path) -> list[str]:
    """Return the files that lie in the folder for temporary files and hold something."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


@pytest.mark.sqlite_first
def test_a_killed_kit_leaves_nothing_and_is_written_anew(
    app: Flask, database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    closed = prepared(app, make, session)
    for files in KILLED_AFTER:
        assert run_worker(database, tmp_path, files)
        assert (files_kept(session), left_in(tmp_path)) == (0, [])
        time_passes(session)
    assert not run_worker(database, tmp_path)
    session.rollback()
    job = session.scalars(select(LongJob)).one()
    assert (job.state, job.attempt, files_kept(session)) == (JobState.DONE, len(KILLED_AFTER) + 1, 1)
    assert len(files_of(closed.file(job.public_id).content)) == job.outcome["files"]
    assert left_in(tmp_path) == []


@pytest.mark.sqlite_only
def test_a_kit_that_lies_on_the_disk_is_found_out(app: Flask, database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    """The broken twin: its file has a name, so it stays when the process is killed."""
    prepared(app, make, session)
    assert run_worker(database, tmp_path, KILLED_AFTER[1], broken=True)
    assert left_in(tmp_path) != []
