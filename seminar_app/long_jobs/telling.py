"""Tell the worker that a job waits. Where that fails, it finds the job within a minute (`LOOK`)."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, current_app, redirect, url_for
from werkzeug.wrappers import Response

from config import Settings
from seminar_app.long_jobs import queries
from seminar_app.long_jobs.kinds import FILE_ENDPOINT
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import run_waiting
from seminar_app.web.database import session
from seminar_app.web.job_queue import open_queue
from seminar_app.web.logs import WORK_ID
from seminar_app.web.schedule import EVERY_MINUTE, Job

log = logging.getLogger(__name__)
TASK = "take-up-long-jobs"
PATIENCE_SECONDS = 2.0
"""How long a press waits for its file. What takes longer is watched on the job's page."""
PAUSE_SECONDS = 0.02
_waiting = threading.BoundedSemaphore(2)
"""So many presses of one process wait at once; its other threads are left for pages."""


def tell_worker() -> None:
    """Ask the worker to look for jobs that wait. Called after the commit."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.extensions["settings"]
    try:
        if "long_jobs_task" not in app.extensions:
            app.extensions["long_jobs_task"] = task_of(app, open_queue(settings))
        app.extensions["long_jobs_task"]()
    except Exception as error:  # noqa: BLE001  whatever keeps us from telling it
        log.warning("The worker could not be told of a job, and finds it within a minute: %s.", type(error).__name__)


def follow(job: LongJob) -> Response:
    """Tell the worker of a job that makes a file, and lead to the file if it is there within two seconds, else to the job's page.

    Called after the commit that began the job. The answer is a 303 both ways, so it works for a form without a script too.
    """
    tell_worker()
    endpoint = FILE_ENDPOINT if makes_file_soon(job.public_id) else "long_jobs_staff.show"
    return redirect(url_for(endpoint, job_id=job.public_id.hex), code=303)


def makes_file_soon(public_id: uuid.UUID) -> bool:
    """Wait a little for a job's file, by short reads that hold nothing. Return whether it is there."""
    if not _waiting.acquire(blocking=False):
        return False
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while (made := queries.made_a_file(session(), public_id)) is None and time.monotonic() < until:
            session().rollback()  # the next look sees what was saved meanwhile
            time.sleep(PAUSE_SECONDS)
        return bool(made)
    finally:
        session().rollback()
        _waiting.release()


def task_of(app: Flask, work: Any) -> Any:
    """Register the task with a queue, and return what puts it there when called."""

    def look() -> None:
        _look(app)

    return work.task(name=TASK, expires=timedelta(minutes=5))(look)


def _look(app: Flask) -> None:
    WORK_ID.set(uuid.uuid4().hex)
    try:
        run_waiting(app)
    except Exception:
        log.exception("Looking for jobs that wait failed.")
    finally:
        WORK_ID.set(None)


def look_each_minute(app: Flask) -> Job:
    """Return the scheduled job that takes up what waits, and what was lost with its process or with the queue."""
    return Job("long-jobs", partial(run_waiting, app), every=EVERY_MINUTE)
