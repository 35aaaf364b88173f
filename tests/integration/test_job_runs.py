"""Each run of a job is noted in the database, and a worker that runs counts as running."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from seminar_app import jobs
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.jobs import run_job
from seminar_app.messages.checks import worker_runs
from seminar_app.web.checks import Finding, State
from seminar_app.web.job_runs import WORKER, jobs_succeed, last_runs, note_run
from seminar_app.web.schedule import EVERY_MINUTE, Job, add_job, jobs_of


@pytest.fixture(autouse=True)
def _at(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "now", lambda: now)


@pytest.fixture
def failing(app: Flask) -> Iterator[str]:
    def fails() -> None:
        raise LookupError

    add_job(app, Job("fails", fails, every=EVERY_MINUTE))
    yield "fails"
    del jobs_of(app)["fails"]


def test_a_run_is_noted_with_its_end_and_a_failed_one_as_failed(app: Flask, session: Session, now: datetime, failing: str) -> None:
    run_job(app, "delete-old-counts")
    with pytest.raises(LookupError):
        run_job(app, failing)
    runs = last_runs(session)
    assert {name: (run.ended_at, run.failed) for name, run in runs.items()} == {"delete-old-counts": (now, False), "fails": (now, True)}
    with force_locale("en"):
        assert jobs_succeed(session, now) == Finding(State.WRONG, "The last run failed of: fails. The worker's log says why.")
        session.rollback()
        with unit_of_work(session) as work:
            note_run(work, "fails", now=now)
        assert jobs_succeed(session, now).state is State.DONE


def test_only_the_last_run_is_kept(session: Session, now: datetime) -> None:
    for minutes in (0, 1):
        with unit_of_work(session) as work:
            note_run(work, "counted", now=now + timedelta(minutes=minutes), failed=not minutes)
    (run,) = last_runs(session).values()
    assert (run.ended_at, run.failed) == (now + timedelta(minutes=1), False)


def test_a_run_that_is_left_out_is_not_noted(app: Flask, session: Session) -> None:
    run_job(app, WORKER, unless=lambda: True)
    assert not last_runs(session)


@pytest.mark.sqlite_only
def test_a_note_that_cannot_be_written_does_not_fail_the_job(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_what: object, **_how: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(jobs, "note_run", full)
    add_job(app, Job("answers", lambda: 42, every=EVERY_MINUTE))
    try:
        with caplog.at_level(logging.WARNING):
            assert run_job(app, "answers") == 42
    finally:
        del jobs_of(app)["answers"]
    assert "could not be noted" in caplog.text
    assert not last_runs(session)


@pytest.mark.sqlite_only
def test_a_worker_counts_as_running_from_its_start_for_three_minutes(app: Flask, session: Session, now: datetime) -> None:
    with force_locale("en"):
        assert worker_runs(session, now).state is State.LEFT, "until one has run, starting it is a step that is left"
        session.rollback()
        run_job(app, WORKER)
        assert worker_runs(session, now + timedelta(minutes=3)).state is State.DONE
        gone = worker_runs(session, now + timedelta(minutes=4))
        assert gone.state is State.WRONG
        assert "No worker has run since March 2" in gone.sentence


@pytest.mark.sqlite_only
def test_a_run_of_the_mail_job_by_other_means_counts_too(session: Session, now: datetime) -> None:
    with unit_of_work(session) as work:
        note_run(work, "deliver-mail", now=now)
    assert worker_runs(session, now + timedelta(minutes=2)).state is State.DONE
