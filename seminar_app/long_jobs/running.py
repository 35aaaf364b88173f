"""Do the jobs that wait, one after the other in this process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Flask
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.database_faults import DatabaseFault, fault_of
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.sealed_files import LARGEST_MADE, keep_packed, pack
from seminar_app.core.unit_of_work import unit_of_work as own_unit_of_work
from seminar_app.long_jobs import services
from seminar_app.long_jobs.errors import JobCancelled, TakenOver, WorkerEnds
from seminar_app.long_jobs.files import MadeFile, described
from seminar_app.long_jobs.kinds import kinds_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.outcomes import MAY_NO_LONGER, WENT_WRONG, outcome_of, refused
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.services import Taken
from seminar_app.web.database import db, in_unit_of_work, session, unit_of_work
from seminar_app.web.schedule import ending

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5
"""Progress is written at most so often."""
WAIT_MS = 100
"""How long writing progress waits for SQLite's lock; if others write, it is left for the next time."""
Work = Callable[[Session, ChangeContext], Mapping[str, Any]]
_turn = threading.Lock()


class Run(Struct):
    """A job under way, as its kind sees it."""

    taken: Taken
    finished: bool = False
    so_far: dict[str, Any] = field(default_factory=dict)
    """What was done in parts, by this attempt and those before."""
    _done: int = 0
    _total: int = 0
    _stage: str | None = None
    _written: float = field(default=-PAUSE_SECONDS)

    def __post_init__(self) -> None:
        self.so_far = dict(self.taken.outcome)

    @property
    def context(self) -> ChangeContext:
        """A change now, by the account that began the job and in that request."""
        return ChangeContext(clock.now(), self.taken.owner, self.taken.request_id)

    def step(self, stage: str, done: int, total: int) -> None:
        """Say how far the work is. Call it between any two steps, also with an open transaction that reads, never with one that writes.

        Raises:
            JobCancelled, TakenOver, WorkerEnds: leave the work; let it pass.
        """
        if ending.is_set():
            raise WorkerEnds
        if stage == self._stage and time.monotonic() - self._written < PAUSE_SECONDS:
            return
        self._stage, self._written = stage, time.monotonic()
        progress = partial(services.note_progress, taken=self.taken, now=clock.now(), done=done, total=total, stage=stage)
        try:
            with Session(db.engine) as apart, own_unit_of_work(apart, wait_ms=WAIT_MS):
                progress(apart)
        except OperationalError:
            log.debug("The progress of a job was not written: others write.")

    def part(self, work: Work) -> None:
        """Do a part of the work's writing in a transaction of its own, for a kind that has `said_of_part`.

        Whatever happens then, the part stays: the work is begun anew without it, and the job's page says what was done.

        Args:
            work: writes, and returns what has been done so far in all. It may be run twice.

        Raises:
            JobCancelled, TakenOver: this part was not saved; leave the work.
            WorkerEnds: the same.
        """
        if ending.is_set():
            raise WorkerEnds

        def whole(open_session: Session) -> dict[str, Any]:
            outcome = self.so_far | dict(work(open_session, self.context))
            services.note_part(open_session, self.taken, now=clock.now(), outcome=outcome)
            return outcome

        self.so_far = in_unit_of_work(whole)

    def finish(self, work: Work, *, file: MadeFile | None = None) -> None:
        """Do the work's writing, and end the job in the same transaction: both are saved or neither.

        Args:
            work: writes, and returns the outcome. A kind that only makes a file writes nothing in it.
            file: what the job has made; it is packed and sealed before the transaction.

        Raises:
            JobCancelled, TakenOver: nothing was saved.
            FileTooLarge: nothing was saved.
        """
        packed, about = None, {}
        if file is not None:
            packed = pack(session(), kind=self.taken.kind, content=file.content, most=LARGEST_MADE)
            about = described(file)
            del file  # not in memory twice

        def whole(open_session: Session) -> None:
            outcome, now = self.so_far | about | dict(work(open_session, self.context)), clock.now()
            kept = keep_packed(open_session, packed, at=now) if packed is not None else None
            services.finish_job(open_session, self.taken, now=now, outcome=outcome, file=kept)

        in_unit_of_work(whole)
        self.finished = True


def run_waiting(app: Flask) -> int:
    """Do all jobs that wait, and take up those whose process has died. Return how many were begun.

    One at a time in a process, so that mail and scheduled jobs have threads left: while one is at it, it finds what comes meanwhile.
    """
    begun = 0
    while _anything_waits(app) and _turn.acquire(blocking=False):
        try:
            while not ending.is_set() and (taken := _take(app)) is not None:
                begun += 1
                if not _run(app, taken):
                    return begun
        finally:
            _turn.release()
        if ending.is_set():
            break
    return begun


def _anything_waits(app: Flask) -> bool:
    with app.app_context():
        try:
            return session().scalar(select(LongJob.id).where(services.to_take(clock.now())).limit(1)) is not None
        finally:
            db.session.remove()


def _take(app: Flask) -> Taken | None:
    with app.app_context():
        try:
            with unit_of_work() as work:
                return services.take_job(work, now=clock.now())
        finally:
            db.session.remove()


def _run(app: Flask, taken: Taken) -> bool:
    """Do one job. Return False if the database cannot serve now, so that no other is begun."""
    with app.app_context():
        try:
            _do(app, taken)
        except TakenOver:
            log.warning("A job of kind %s was taken over by another process.", taken.kind)
        except WorkerEnds:
            _write(partial(services.give_back, taken=taken))
        except JobCancelled:
            _end(taken, JobState.CANCELLED, {})
        except Refusal as refusal:
            _end(taken, JobState.FAILED, outcome_of(refusal))
        except NotFound:
            _end(taken, JobState.FAILED, refused(MAY_NO_LONGER))
        except Exception as error:
            if fault_of(error) is DatabaseFault.UNAVAILABLE:
                log.warning("A job of kind %s waits for the database: %s.", taken.kind, type(error).__name__)
                _write(partial(services.give_back, taken=taken))
                return False
            log.exception("A job of kind %s failed, reference %s.", taken.kind, taken.public_id.hex)
            _end(taken, JobState.FAILED, refused(WENT_WRONG))
        finally:
            db.session.remove()
    return True


def _do(app: Flask, taken: Taken) -> None:
    run = Run(taken)
    kinds_of(app)[taken.kind].run(run)
    if not run.finished:
        raise RuntimeError(f"the kind {taken.kind} did not finish its job")


def _end(taken: Taken, state: JobState, outcome: Mapping[str, Any]) -> None:
    _write(partial(services.end_job, taken=taken, now=clock.now(), state=state, outcome=outcome))


def _write(change: Callable[[Session], None]) -> None:
    """Note how a job stands. Where that fails, it counts as lost after a minute, and is begun again."""
    db.session.remove()
    try:
        with unit_of_work() as work:
            change(work)
    except Exception as error:  # noqa: BLE001  whatever keeps us from noting it
        log.warning("How a job stands could not be noted: %s.", type(error).__name__)
