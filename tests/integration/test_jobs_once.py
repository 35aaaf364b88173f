"""Several workers, one run: each time a job is due one worker does it, and no worker begins while another is running it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from seminar_app import create_app, jobs
from seminar_app.core.file_lock import AlreadyLocked
from seminar_app.core.process_lock import process_lock
from seminar_app.core.values import replace
from seminar_app.web.database import db
from seminar_app.web.schedule import Job, add_job
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run

ROOT = Path(__file__).parents[2]
HOLDS_IT = """
import sys, time
from sqlalchemy import create_engine
from pathlib import Path
from seminar_app.core.process_lock import process_lock
with process_lock(create_engine(sys.argv[1]), Path(sys.argv[2]), "job-counted"):
    print("held", flush=True)
    time.sleep(60)
"""

ran: list[str] = []


@pytest.fixture
def workers(database: TestDatabase) -> Iterator[list[tuple[Flask, Any]]]:
    """Two workers, as on two machines: an app each, and one queue."""
    ran.clear()
    made = []
    for name in ("one", "two"):
        app = create_app(settings_for(database.url, database.folder))
        add_job(app, Job("counted", lambda name=name: ran.append(name), every=timedelta(minutes=1)))  # type: ignore[misc]
        made.append((app, jobs.clockwork(app)))
    yield made
    for app, work in made:
        work.storage.close()
        with app.app_context():
            db.engine.dispose()


def all_ask(workers: list[tuple[Flask, Any]]) -> None:
    """Let each worker's clock put the job into the queue, and the first worker take all tasks out."""
    for _app, work in workers:
        work.enqueue(next(task for task in work._registry.periodic_tasks if task.name == "counted"))
    taker = workers[0][1]
    while (task := taker.dequeue()) is not None:
        taker.execute(task)


def test_each_time_a_job_is_due_it_runs_once_however_many_workers_ask(
    workers: list[tuple[Flask, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [datetime(2026, 3, 2, 10, 0, 1, tzinfo=UTC)]
    monkeypatch.setattr(jobs, "now", lambda: clock[0])
    all_ask(workers)
    assert len(ran) == 1
    clock[0] += timedelta(seconds=58)
    all_ask(workers)
    assert len(ran) == 1, "the same minute"
    clock[0] += timedelta(seconds=2)
    all_ask(workers)
    assert len(ran) == 2
    days = count(1)
    monkeypatch.setattr(Job, "due_by", lambda _self, instant: instant + timedelta(days=next(days)))
    all_ask(workers)
    assert len(ran) == 4, "the broken twin, for which each asking is another due time, must run twice"


def test_none_begins_while_another_process_is_at_it_and_a_killed_one_leaves_no_lock(
    workers: list[tuple[Flask, Any]], database: TestDatabase
) -> None:
    command = [sys.executable, "-c", HOLDS_IT, workers[0][0].config["SQLALCHEMY_DATABASE_URI"], str(database.folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            all_ask(workers)
            with pytest.raises(AlreadyLocked):
                jobs.run_job(workers[0][0], "counted")
            assert ran == []
        finally:
            holder.kill()
    deadline = time.monotonic() + 10
    while not ran and time.monotonic() < deadline:  # PostgreSQL notices within moments
        all_ask(workers)
        time.sleep(0.05)
    assert ran == ["one"]


def test_somebody_who_asks_by_hand_is_told(database: TestDatabase) -> None:
    app = create_app(settings := settings_for(database.url, database.folder))
    with app.app_context():
        with process_lock(db.engine, settings.data_dir, "job-delete-old-counts"):
            told = run(replace(settings), "job", "delete-old-counts")
        db.engine.dispose()
    assert told.exit_code == 1
    assert "is running just now" in told.output


@pytest.mark.parametrize(
    ("job", "instant", "due"),
    [
        ({"every": timedelta(minutes=15)}, "2026-03-02T10:44:59", "2026-03-02T10:30:00"),
        ({"every": timedelta(hours=1)}, "2026-03-02T10:00:00", "2026-03-02T10:00:00"),
        ({"daily_at": time_of_day(9, 30)}, "2026-03-02T09:29:59", "2026-03-01T09:30:00"),
        ({"daily_at": time_of_day(9, 30)}, "2026-03-02T09:30:00", "2026-03-02T09:30:00"),
    ],
)
def test_a_job_knows_when_it_was_due_last(job: dict[str, Any], instant: str, due: str) -> None:
    found = Job("counted", lambda: None, **job).due_by(datetime.fromisoformat(instant).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)
