"""Scheduled jobs. Each room registers its jobs and their times; `flask worker` runs them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from flask import Flask
from msgspec import Struct

EVERY_MINUTE = timedelta(minutes=1)

ending = threading.Event()
"""Set when this process is told to end. A long job checks it between two steps."""


class Job(Struct, frozen=True):
    """A scheduled job. It runs in an application context, opens its own units of work, and may run twice without harm.

    Attributes:
        name: in the log, and for `flask job NAME`.
        run: does the work.
        every: whole minutes between two runs, a divisor of an hour; or
        daily_at: time of day, UTC.
        at_ends: run it also when a worker or the server starts and stops.
    """

    name: str
    run: Callable[[], object]
    every: timedelta | None = None
    daily_at: time | None = None
    at_ends: bool = False

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError("a job has either a pause or a time of day")
        if self.every is not None and (self.every < EVERY_MINUTE or timedelta(hours=1) % self.every):
            raise ValueError("a job's pause divides an hour into whole minutes")

    def due_by(self, instant: datetime) -> datetime:
        """Return the last time the job was due, at `instant` or before it; UTC."""
        if self.every is not None:
            hour = instant.replace(minute=0, second=0, microsecond=0)
            return hour + (instant - hour) // self.every * self.every
        assert self.daily_at is not None  # noqa: S101  a job has one of the two
        today = datetime.combine(instant, self.daily_at, UTC)
        return today if today <= instant else today - timedelta(days=1)


def add_job(app: Flask, job: Job) -> None:
    """Let `flask worker` run this job. Called in a room's `init_app`."""
    jobs_of(app)[job.name] = job


def jobs_of(app: Flask) -> dict[str, Job]:
    """Return all jobs by name."""
    jobs: dict[str, Job] = app.extensions.setdefault("jobs", {})
    return jobs
