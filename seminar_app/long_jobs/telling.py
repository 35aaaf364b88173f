"""Tell the worker that a job waits. Where that fails, it finds the job within a minute (`LOOK`)."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, current_app

from config import Settings
from seminar_app.long_jobs.running import run_waiting
from seminar_app.web.job_queue import open_queue
from seminar_app.web.logs import WORK_ID
from seminar_app.web.schedule import EVERY_MINUTE, Job

log = logging.getLogger(__name__)
TASK = "take-up-long-jobs"


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
