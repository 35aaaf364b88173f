"""Run the scheduled jobs of all features (`web.schedule`) with Huey, on a file of its own unless `JOBS_URL` names a server."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import huey
from flask import Flask
from huey.consumer import Consumer

from config import Settings
from seminar_app.core.clock import now
from seminar_app.core.file_lock import AlreadyLocked
from seminar_app.core.process_lock import process_lock
from seminar_app.long_jobs.telling import task_of, tell_worker
from seminar_app.web.database import db, unit_of_work
from seminar_app.web.job_queue import open_queue
from seminar_app.web.job_runs import WORKER, note_run
from seminar_app.web.logs import WORK_ID
from seminar_app.web.schedule import Job, ending, jobs_of

log = logging.getLogger(__name__)

WORKERS = 3
"""Threads; one is nearly always busy with mail."""
STOP_SECONDS = 30
LOOK_SECONDS = 0.1
"""Longest pause between two looks at a queue in a file; one on a server wakes the worker. Source: docs/decisions/0051."""
NOTE_WAIT_MS = 2_000
"""How long noting a run waits for the database's write lock."""


def clockwork(app: Flask) -> Any:
    """Return Huey with all jobs of the app. The queue holds only job names; if it is lost, the next minute queues them again."""
    settings: Settings = app.extensions["settings"]
    work = open_queue(settings)
    for job in jobs_of(app).values():
        work.periodic_task(_when(job), name=job.name, expires=timedelta(minutes=5))(_guarded(app, work, job))
    task_of(app, work)
    return work


class _Consumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """Huey's consumer, which tells running jobs about the shutdown before it waits for them."""

    def stop(self, graceful: bool = False) -> None:
        """Let each running job finish its current step, then stop."""
        ending.set()
        super().stop(graceful=graceful)


def run_worker(app: Flask) -> None:
    """Run jobs until the process receives SIGTERM or SIGINT; jobs in progress finish first."""
    consumer = _Consumer(
        clockwork(app),
        workers=WORKERS,
        graceful_signal="TERM",
        shutdown_timeout=STOP_SECONDS,
        max_delay=LOOK_SECONDS,
    )
    _run_and_log_failure(app, WORKER)
    run_at_ends(app)
    with app.app_context():
        tell_worker()
    try:
        consumer.run()
    finally:
        run_at_ends(app)


def run_at_ends(app: Flask) -> None:
    """Run the jobs that belong to a start or a stop. A failure is logged: it must not keep a process from starting or stopping."""
    for job in jobs_of(app).values():
        if job.at_ends:
            _run_and_log_failure(app, job.name)


def _run_and_log_failure(app: Flask, name: str, *, unless: Callable[[], bool] = lambda: False) -> None:
    try:
        run_job(app, name, unless=unless)
    except AlreadyLocked:
        log.info("Job %s is still at its last run.", name)
    except Exception:
        log.exception("Job %s failed.", name)


def run_job(app: Flask, name: str, *, unless: Callable[[], bool] = lambda: False) -> object:
    """Run one job now, under a lock so that no other process runs it, and note in the database when it ended.

    Args:
        unless: called under the lock; if true, the job is skipped.

    Raises:
        KeyError: there is no job of this name.
        AlreadyLocked: another process runs it.
    """
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        try:
            with process_lock(db.engine, settings.data_dir, f"job-{name}"):
                return None if unless() else _run_and_note(jobs_of(app)[name])
        finally:
            db.session.remove()


def _run_and_note(job: Job) -> object:
    try:
        done = job.run()
    except Exception:
        _note(job, failed=True)
        raise
    _note(job, failed=False)
    return done


def _note(job: Job, *, failed: bool) -> None:
    """Note the run. Where that fails it is logged only: what the job has done is done."""
    try:
        db.session.remove()
        with unit_of_work(wait_ms=NOTE_WAIT_MS) as session:
            note_run(session, job.name, now=now(), failed=failed)
    except Exception as error:  # noqa: BLE001  whatever keeps us from noting it
        log.warning("The run of job %s could not be noted: %s.", job.name, type(error).__name__)


def _when(job: Job) -> Any:
    if job.every is not None:
        minutes = job.every // timedelta(minutes=1)
        return huey.crontab(minute="0" if minutes == 60 else f"*/{minutes}")
    assert job.daily_at is not None  # noqa: S101  a job has one of the two
    return huey.crontab(minute=str(job.daily_at.minute), hour=str(job.daily_at.hour))


def _guarded(app: Flask, work: Any, job: Job) -> Callable[[], None]:
    """Run a job once each time it is due, even if several workers start it; a failure is logged and does not stop later runs."""

    def done_already() -> bool:
        due = job.due_by(now()).isoformat()
        if due <= (work.get(f"last-{job.name}", peek=True) or ""):
            return True
        work.put(f"last-{job.name}", due)
        return False

    def run() -> None:
        WORK_ID.set(uuid.uuid4().hex)
        try:
            _run_and_log_failure(app, job.name, unless=done_already)
        finally:
            WORK_ID.set(None)

    run.__name__ = job.name.replace("-", "_")
    return run
