from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import time as time_of_day
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.jobs import clockwork, run_job
from seminar_app.messages.checks import worker_runs
from seminar_app.messages.services import enqueue
from seminar_app.web.checks import State
from seminar_app.web.health import newest_migration
from seminar_app.web.schedule import Job, add_job, jobs_of
from seminar_app.web.version import program_version
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.mail import ScriptedServer

ROOT = Path(__file__).parents[3]


def test_a_job_says_when_it_runs() -> None:
    for wrong in (
        {},
        {"every": timedelta(seconds=30)},
        {"every": timedelta(minutes=7)},
        {"every": timedelta(minutes=5), "daily_at": time_of_day(3)},
    ):
        with pytest.raises(ValueError, match="job"):
            Job("wrong", lambda: None, **wrong)


@pytest.mark.sqlite_only
def test_every_job_of_a_room_is_in_the_clockwork_and_can_be_run_by_name(app: Flask) -> None:
    ran: list[str] = []
    add_job(app, Job("test-job", lambda: ran.append("test-job"), daily_at=time_of_day(3, 30)))
    try:
        names = {task.name for task in clockwork(app)._registry.periodic_tasks}
        assert {"test-job", "deliver-mail"} <= names
        run_job(app, "test-job")
        assert ran == ["test-job"]
    finally:
        del jobs_of(app)["test-job"]


@pytest.mark.sqlite_only
def test_the_worker_sends_mail_within_seconds_and_ends_when_told(database: TestDatabase, session: Session, tmp_path: Path) -> None:
    with ScriptedServer() as server:
        settings = {
            "SEMINAR_MODE": "test",
            "SECRET_KEY": "test key of at least thirty-two characters",
            "SEMINAR_DATA_DIR": str(tmp_path),
            "DATABASE_URL": database.url,
            "SMTP_URL": server.url,
        }
        command = [sys.executable, "-m", "flask", "--app", "seminar_app", "worker"]
        with (tmp_path / "log").open("w") as log:
            worker = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log)
        try:
            with unit_of_work(session) as open_session:
                enqueue(
                    open_session, context(clock.now()), kind="test_mail", language="es", to_address="a@pgr.example", to_name="Ana", facts={}
                )
            deadline = time.monotonic() + 20
            while not server.taken and time.monotonic() < deadline:
                time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(10) == 0
        finally:
            worker.kill()
            worker.wait()
    assert len(server.taken) == 1, (tmp_path / "log").read_text()
    assert "Constancia" in str(server.taken[0]["Subject"])
    started, *_between, stopped = (tmp_path / "log").read_text().splitlines()
    assert f"Worker started: version {program_version()}, database {newest_migration()}; mail server 127.0.0.1:{server.port}; " in started
    assert "deliver-mail" in started
    assert stopped.endswith("Worker stopped.")
    session.rollback()
    assert worker_runs(session, clock.now()).state is State.DONE
