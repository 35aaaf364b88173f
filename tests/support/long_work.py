"""Long work in tests: a worker that does it at once, and a kind that makes a file."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs import telling
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import GivesFile, Kind, kinds_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import Run, run_waiting

KIND = "counting"
ACTION = "attendance.exported"
FILE = MadeFile(b"Rosa;12\n", "cuenta-de-mañana.csv", "text/csv")


def work_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every press of this test find a worker that does the work within the press."""
    monkeypatch.setitem(app.extensions, "long_jobs_task", lambda: run_waiting(app))


def nobody_works(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every press of this test find no worker, and wait for none."""
    monkeypatch.setitem(app.extensions, "long_jobs_task", lambda: None)
    monkeypatch.setattr(telling, "PATIENCE_SECONDS", 0)


def add_counting(app: Flask) -> Kind:
    """Register a kind that makes `FILE`. Accounts that are named «No longer» may not take it."""

    def count(run: Run) -> None:
        run.step("counting", 1, 3)
        run.finish(lambda _session, _context: {"rows": 3}, file=FILE)

    def may_take(_session: Session, actor: Actor, _job: LongJob) -> None:
        if actor.name == "No longer":
            raise NotFound

    kind = Kind(
        name=KIND,
        run=count,
        title="Counting",
        counted=lambda done, total: f"{done} of {total}",
        stages={"counting": "It counts"},
        said=lambda outcome: f"{outcome['rows']} rows",
        leads_to=lambda job: ("/staff/", "Home"),
        gives_file=GivesFile(may_take, ACTION, lambda job: {"format": job.given["format"]}),
    )
    kinds_of(app)[KIND] = kind
    return kind
