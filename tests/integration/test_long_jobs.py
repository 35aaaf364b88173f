"""Long work: taken by one process, taken up again after a kill, cancelled between two steps, saved as a whole or not at all."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.audit.services import record
from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.sealed_files import SealedFile, keep_file
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.jobs import run_job
from seminar_app.long_jobs import running, services, telling
from seminar_app.long_jobs.errors import TakenOver
from seminar_app.long_jobs.files import MadeFile, forget_jobs
from seminar_app.long_jobs.kinds import Kind, kinds_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import LOST_AFTER, MOST_ATTEMPTS, JobState
from seminar_app.long_jobs.running import Run, run_waiting
from seminar_app.web.database import in_unit_of_work
from seminar_app.web.schedule import ending
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.two_transactions import Point, both_at_once

ROOT = Path(__file__).parents[2]
KIND, SUBJECT = "counting", "agency:1"


class Full(Refusal):
    sentence = "There is no room for %(number)d."


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Callable[[timedelta], None]:
    """Set the clock so much later than `now`."""

    def later(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: now + by)

    later(timedelta())
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0)
    return later


@pytest.fixture
def kind(app: Flask, at: Callable[[timedelta], None]) -> Iterator[Callable[[Callable[[Run], None]], None]]:
    """Say what jobs of this test do."""

    def does(work: Callable[[Run], None]) -> None:
        words: Mapping[str, Any] = {}
        kinds_of(app)[KIND] = Kind(KIND, work, "", lambda done, total: "", words, lambda outcome: "", lambda job: ("", ""))

    does(count_to_three)
    yield does
    del kinds_of(app)[KIND]
    ending.clear()


def count_to_three(run: Run) -> None:
    for number in range(3):
        run.step("counting", number, 3)
    run.finish(counted)


def counted(session: Session, context: ChangeContext) -> Mapping[str, Any]:
    record(session, context, action="job.counted", subject=SUBJECT)
    return {"counted": 3}


def begin(session: Session, now: datetime, subject: str = SUBJECT) -> LongJob:
    session.rollback()
    when = ChangeContext(now, "account:" + "a" * 32, "b" * 32)
    with unit_of_work(session) as work:
        return services.begin_job(work, when, kind=KIND, subject=subject, total=3, given={"n": 1})


def as_it_is(session: Session, job: LongJob) -> LongJob:
    session.rollback()
    session.expire_all()
    return session.get_one(LongJob, job.id)


def how_often(session: Session, action: str = "job.counted") -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(AuditRow.action == action)) or 0


def test_a_job_is_done_with_what_it_writes_by_the_account_and_in_the_request_that_began_it(
    app: Flask, session: Session, now: datetime, kind: object
) -> None:
    job = begin(session, now)
    assert run_waiting(app) == 1
    job = as_it_is(session, job)
    assert (job.state, job.done, job.total, job.outcome, job.attempt) == (JobState.DONE, 3, 3, {"counted": 3}, 1)
    assert (job.ended_at, job.expires_at, job.stage) == (now, now + timedelta(days=7), None)
    rows = session.execute(select(AuditRow.action, AuditRow.actor, AuditRow.request_id).order_by(AuditRow.sequence)).all()
    assert [tuple(row) for row in rows[-2:]] == [(action, job.owner, "b" * 32) for action in ("job.begun", "job.counted")]
    assert run_waiting(app) == 0


def test_one_job_of_a_kind_is_open_for_a_subject_and_another_may_follow_it(
    app: Flask, session: Session, now: datetime, kind: object
) -> None:
    first = begin(session, now)
    assert begin(session, now).id == first.id
    assert begin(session, now, "agency:2").id != first.id
    assert run_waiting(app) == 2
    assert begin(session, now).id > first.id
    assert how_often(session, "job.begun") == 3


def test_two_who_begin_it_at_once_get_one_job(app: Flask, now: datetime, kind: object, monkeypatch: pytest.MonkeyPatch) -> None:
    point, when = Point(), context(now)
    monkeypatch.setattr("seminar_app.long_jobs.services.record", point.before(record))

    def press(session: Session) -> int:
        return services.begin_job(session, when, kind=KIND, subject=SUBJECT).id

    ended = both_at_once(app, point, press, press)
    assert ended.early == ended.late, "the second one waits for the first, and finds its job"
    assert isinstance(ended.early, int)


def test_progress_is_seen_while_the_work_goes_on(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None]
) -> None:
    seen = []
    job = begin(session, now)

    def work(run: Run) -> None:
        for number in (1, 2):
            run.step("counting", number, 3)
            here = as_it_is(session, job)
            seen.append((here.state, here.stage, here.done, here.total))
        run.finish(counted)

    kind(work)
    run_waiting(app)
    assert seen == [(JobState.RUNNING, "counting", 1, 3), (JobState.RUNNING, "counting", 2, 3)]


@pytest.mark.sqlite_only
def test_progress_is_left_out_while_others_write_and_the_work_goes_on(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None]
) -> None:
    job, took = begin(session, now), []

    def work(run: Run) -> None:
        with unit_of_work(session):
            before = time.monotonic()
            run.step("counting", 2, 3)
            took.append(time.monotonic() - before)
        run.finish(counted)

    kind(work)
    run_waiting(app)
    assert as_it_is(session, job).state is JobState.DONE
    assert took[0] < 1


def test_a_cancelled_job_stops_at_its_next_step_and_nothing_of_it_is_saved(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None]
) -> None:
    waiting = begin(session, now)
    press_cancel(session, waiting, now)
    assert as_it_is(session, waiting).state is JobState.CANCELLED
    assert run_waiting(app) == 0

    def cancelled_while_it_counts(run: Run) -> None:
        run.step("counting", 1, 3)
        press_cancel(session, job, now)
        count_to_three(run)

    def cancelled_before_it_saves(run: Run) -> None:
        press_cancel(session, job, now)
        run.finish(counted)

    for work in (cancelled_while_it_counts, cancelled_before_it_saves):
        kind(work)
        job = begin(session, now)
        run_waiting(app)
        assert as_it_is(session, job).state is JobState.CANCELLED
        assert how_often(session) == 0
    press_cancel(session, job, now)
    assert how_often(session, "job.cancelled") == 3, "of a job that is over nothing changes"


def press_cancel(session: Session, job: LongJob, now: datetime) -> None:
    session.rollback()
    with unit_of_work(session) as work:
        services.ask_to_cancel(work, context(now), public_id=job.public_id)


def test_what_goes_wrong_is_kept_for_the_page_and_nothing_is_saved(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None], caplog: pytest.LogCaptureFixture
) -> None:
    def raising(error: Exception) -> Callable[[Run], None]:
        def late(open_session: Session, context: ChangeContext) -> Mapping[str, Any]:
            counted(open_session, context)
            raise error

        return lambda run: run.finish(late)

    caplog.set_level(logging.CRITICAL, logger=running.__name__)
    expected = {
        "There is no room for %(number)d.": Full(number=3),
        "This is no longer there, or your account may no longer do it. Nothing was changed.": NotFound(),
        "Something went wrong on our side. Nothing was changed.": LookupError("a fault of ours"),
    }
    for sentence, error in expected.items():
        kind(raising(error))
        job = begin(session, now)
        run_waiting(app)
        job = as_it_is(session, job)
        assert (job.state, job.outcome["sentence"]) == (JobState.FAILED, sentence)
    kind(lambda run: None)
    job = begin(session, now)
    run_waiting(app)
    assert as_it_is(session, job).state is JobState.FAILED, "a kind that forgets to finish"
    assert how_often(session) == 0


def test_a_database_that_cannot_serve_now_only_puts_the_job_off(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None]
) -> None:
    def locked(_run: Run) -> None:
        raise OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))

    kind(locked)
    job = begin(session, now)
    assert run_waiting(app) == 1
    assert as_it_is(session, job).state is JobState.WAITING
    kind(count_to_three)
    run_job(app, "long-jobs")
    assert (as_it_is(session, job).state, how_often(session)) == (JobState.DONE, 1)


def test_a_worker_that_is_told_to_end_gives_the_job_back(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None]
) -> None:
    def told_to_end(run: Run) -> None:
        ending.set()
        count_to_three(run)

    kind(told_to_end)
    job = begin(session, now)
    run_waiting(app)
    assert as_it_is(session, job).state is JobState.WAITING
    ending.clear()
    kind(count_to_three)
    run_waiting(app)
    assert as_it_is(session, job).state is JobState.DONE


def test_a_job_whose_process_has_died_is_taken_up_after_a_minute_and_given_up_after_several_times(
    app: Flask, session: Session, now: datetime, kind: object, at: Callable[[timedelta], None]
) -> None:
    job = begin(session, now)
    with unit_of_work(session) as work:
        lost = services.take_job(work, now=now)
    assert lost is not None
    assert run_waiting(app) == 0, "its process may be alive"
    at(LOST_AFTER + timedelta(seconds=1))
    assert run_waiting(app) == 1
    assert (as_it_is(session, job).state, as_it_is(session, job).attempt) == (JobState.DONE, 2)

    job = begin(session, now)
    for number in range(MOST_ATTEMPTS):
        with unit_of_work(session) as work:
            assert services.take_job(work, now=now + number * timedelta(minutes=2)) is not None
    at(MOST_ATTEMPTS * timedelta(minutes=2))
    assert run_waiting(app) == 0
    job = as_it_is(session, job)
    assert (job.state, job.outcome["sentence"]) == (
        JobState.FAILED,
        "The work broke off several times, so it was given up. Nothing was changed.",
    )


def test_a_process_that_only_seemed_dead_saves_nothing_once_another_has_the_job(
    app: Flask, session: Session, now: datetime, kind: Callable[[Callable[[Run], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(session, now)

    def slow(run: Run) -> None:
        take_over(session, now)
        with pytest.raises(TakenOver):
            run.step("counting", 1, 3)
        run.finish(counted)

    kind(slow)
    run_waiting(app)
    assert (as_it_is(session, job).state, how_often(session)) == (JobState.RUNNING, 0)
    with unit_of_work(session) as work:
        other = services.take_job(work, now=now + timedelta(minutes=4))
        assert other is not None
        services.finish_job(work, other, now=now, outcome={})
    assert as_it_is(session, job).state is JobState.DONE

    job = begin(session, now)
    monkeypatch.setattr(services, "_mine", lambda taken: LongJob.id == taken.id)

    def late(run: Run) -> None:
        take_over(session, now)
        run.finish(counted)

    kind(late)
    run_waiting(app)
    assert how_often(session) == 1, "the broken twin, which names no attempt, must save its work beside the other's"


def take_over(session: Session, now: datetime) -> None:
    session.rollback()
    with unit_of_work(session) as work:
        assert services.take_job(work, now=now + timedelta(minutes=2)) is not None


@pytest.mark.postgresql_only
def test_of_two_processes_that_take_a_job_at_once_one_gets_it(
    app: Flask, session: Session, now: datetime, kind: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(work: Session) -> services.Taken | None:
        return services.take_job(work, now=now)

    def how_many_get_it(update: Callable[..., bool]) -> int:
        point = Point()
        monkeypatch.setattr(services, "_update", point.before(update))
        ended = both_at_once(app, point, take, take)
        return sum(isinstance(each, services.Taken) for each in (ended.early, ended.late))

    update = services._update
    begin(session, now)
    assert how_many_get_it(update) == 1
    begin(session, now, "agency:2")
    by_id = LongJob.subject == "agency:2"
    assert how_many_get_it(lambda work, _which, values: update(work, by_id, values)) == 2, "the broken twin, which compares nothing"


def test_the_file_of_a_job_goes_with_it(session: Session, now: datetime, kind: object) -> None:
    begin(session, now)
    with unit_of_work(session) as work:
        taken = services.take_job(work, now=now)
        assert taken is not None
        services.finish_job(work, taken, now=now, outcome={}, file=keep_file(work, kind="test", content=b"x", at=now))
    with unit_of_work(session) as work:
        forget_jobs(work, [taken.id])
    assert session.scalar(select(func.count()).select_from(SealedFile)) == 0


@pytest.mark.parametrize("twin", [False, True])
def test_a_process_that_dies_as_it_saves_leaves_no_file_and_the_next_one_makes_it(
    app: Flask,
    session: Session,
    now: datetime,
    kind: Callable[[Callable[[Run], None]], None],
    at: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
    *,
    twin: bool,
) -> None:
    """The broken twin keeps the file in a transaction before that of the job's end: two files are left, of which nobody knows one."""
    finish_job, deaths = services.finish_job, iter([Killed()])

    def dies_once(*arguments: Any, **named: Any) -> None:
        finish_job(*arguments, **named)
        for death in deaths:
            raise death

    def in_two_steps(run: Run, _work: running.Work, *, file: MadeFile | None = None) -> None:
        content = file.content if file is not None else b""
        kept = in_unit_of_work(lambda opened: keep_file(opened, kind=KIND, content=content, at=now))
        in_unit_of_work(lambda opened: services.finish_job(opened, run.taken, now=now, outcome={}, file=kept))
        run.finished = True

    monkeypatch.setattr(services, "finish_job", dies_once)
    if twin:
        monkeypatch.setattr(Run, "finish", in_two_steps)
    kind(lambda run: run.finish(counted, file=MadeFile(b"one", "one.txt", "text/plain")))
    job = begin(session, now)
    with pytest.raises(Killed):
        run_waiting(app)
    assert as_it_is(session, job).state is JobState.RUNNING
    at(LOST_AFTER + timedelta(seconds=1))
    run_waiting(app)
    assert (as_it_is(session, job).state, as_it_is(session, job).attempt) == (JobState.DONE, 2)
    assert files_kept(session) == (2 if twin else 1)


class Killed(BaseException):
    """The process ends here."""


def files_kept(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(SealedFile)) or 0


@pytest.mark.sqlite_only
def test_a_worker_does_it_within_seconds_of_being_told_and_after_a_kill_another_takes_it_up(
    app: Flask, database: TestDatabase, session: Session, now: datetime, tmp_path: Path
) -> None:
    begin_slowly = [sys.executable, "-c", WORKER, str(database.folder)]
    environment = os.environ | {
        "SEMINAR_MODE": "test",
        "SECRET_KEY": "test key of at least thirty-two characters",
        "SEMINAR_DATA_DIR": str(database.folder),
        "DATABASE_URL": database.url,
        "PYTHONPATH": str(ROOT),
    }
    with (tmp_path / "log").open("w") as log:
        first = subprocess.Popen([*begin_slowly, "60"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            job = begin(session, clock.now())
            with app.app_context():
                telling.tell_worker()
            until(lambda: as_it_is(session, job).state is JobState.RUNNING, tmp_path / "log")
            first.send_signal(signal.SIGKILL)
            first.wait()
            with unit_of_work(session) as work:  # a minute passes
                work.get_one(LongJob, job.id).beat_at = clock.now() - 2 * LOST_AFTER
            first = subprocess.Popen([*begin_slowly, "0"], cwd=ROOT, env=environment, stdout=log, stderr=log)
            until(lambda: as_it_is(session, job).state is JobState.DONE, tmp_path / "log")
        finally:
            first.kill()
            first.wait()
    assert (as_it_is(session, job).attempt, how_often(session), files_kept(session)) == (2, 1, 1)


def until(true: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


WORKER = f"""
import sys, time
from seminar_app import create_app
from seminar_app.audit.services import record
from seminar_app.jobs import run_worker
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import Kind, add_kind

def count(run):
    run.step("counting", 1, 3)
    time.sleep(int(sys.argv[2]))
    run.finish(counted, file=MadeFile(b"one", "one.txt", "text/plain"))

def counted(session, context):
    record(session, context, action="job.counted", subject="{SUBJECT}")
    return {{}}

app = create_app()
add_kind(app, Kind("{KIND}", count, "", None, {{}}, None, None))
run_worker(app)
"""


def test_a_queue_that_cannot_be_told_is_a_line_in_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_settings: object) -> None:
        raise OSError("no queue")

    app.extensions.pop("long_jobs_task", None)
    monkeypatch.setattr(telling, "open_queue", lost)
    with app.app_context():
        telling.tell_worker()
    assert "could not be told of a job, and finds it within a minute" in caplog.text
