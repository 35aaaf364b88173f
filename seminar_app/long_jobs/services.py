"""Begin a job, take it, note its progress, cancel it, end it. All writes of a worker name the attempt that they belong to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.sealed_files import SealedFile
from seminar_app.long_jobs.errors import JobCancelled, TakenOver
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.outcomes import BROKE_OFF, refused
from seminar_app.long_jobs.queries import find_open_job
from seminar_app.long_jobs.rules import JobState, broke_off_too_often, expires_at, lost_before, own_subject


class Taken(Struct, frozen=True):
    """A job that this process does.

    Attributes:
        attempt: counts who took it; a process whose attempt is not the job's any more may write nothing.
        owner: who began it, as in the audit log; `request_id` in which request.
        outcome: what earlier attempts have written in parts (`note_part`).
    """

    id: int
    public_id: uuid.UUID
    attempt: int
    kind: str
    owner: str
    request_id: str | None
    subject: str
    seminar: str | None
    given: Mapping[str, Any]
    begun_at: datetime
    outcome: Mapping[str, Any]


def begin_job(
    session: Session,
    context: ChangeContext,
    *,
    kind: str,
    subject: str,
    seminar: str | None = None,
    total: int = 0,
    given: Mapping[str, Any] | None = None,
    own: bool = False,
) -> LongJob:
    """Add a job that waits for the worker; while one of this kind is open for the subject, return that one.

    That one may be another account's: then the caller leads back to its page. Of kinds that make a file each account begins its own.

    Run it by `in_unit_of_work`: of two that begin it at once PostgreSQL refuses one, which then finds the other's. After the commit
    the caller tells the worker (`telling.tell_worker`).

    Args:
        given: what the kind needs to know beside the subject: numbers, codes and ids.
        own: the open job counts only if the same account began it with the same `given`.
    """
    if own:
        subject = own_subject(subject, context.actor, given or {})
    there = find_open_job(session, kind, subject)
    if there is not None:
        return there
    made = LongJob(
        public_id=uuid.uuid4(),
        kind=kind,
        owner=context.actor,
        request_id=context.request_id,
        subject=subject,
        seminar=seminar,
        total=total,
        given=dict(given or {}),
        begun_at=context.now,
    )
    session.add(made)
    session.flush()
    record(session, context, action="job.begun", subject=_subject(made.public_id), seminar=seminar, details={"kind": kind})
    return made


def ask_to_cancel(session: Session, context: ChangeContext, *, public_id: uuid.UUID) -> None:
    """Cancel a job: at once if it waits; else its process stops at its next step. Of one that is over nothing changes.

    Raises:
        NotFound: there is no such job.
    """
    job = session.scalar(select(LongJob).where(LongJob.public_id == public_id).with_for_update())
    if job is None:
        raise NotFound
    if job.state.is_over or job.cancel_asked:
        return
    job.cancel_asked = True
    if job.state is JobState.WAITING:
        job.state, job.ended_at, job.expires_at = JobState.CANCELLED, context.now, expires_at(context.now)
    session.flush()
    record(session, context, action="job.cancelled", subject=_subject(public_id), seminar=job.seminar)


def take_job(session: Session, *, now: datetime) -> Taken | None:
    """Take the job that waits longest, or one whose process has died; None if there is none.

    Of two processes that try one gets it: the update names the attempt that was read.
    """
    while (job := session.scalar(select(LongJob).where(to_take(now)).order_by(LongJob.id).limit(1))) is not None:
        session.expunge(job)
        ends = _end_of(job)
        values: dict[str, Any] = {"state": JobState.RUNNING, "attempt": job.attempt + 1, "beat_at": now, "done": 0, "stage": None}
        if ends is not None:
            state, outcome = ends
            values = {"state": state, "outcome": job.outcome | outcome, "ended_at": now, "expires_at": expires_at(now)}
        if _update(session, and_(LongJob.id == job.id, LongJob.attempt == job.attempt, to_take(now)), values) and ends is None:
            return _taken(job)
    return None


def _taken(job: LongJob) -> Taken:
    return Taken(
        job.id,
        job.public_id,
        job.attempt + 1,
        job.kind,
        job.owner,
        job.request_id,
        job.subject,
        job.seminar,
        job.given,
        job.begun_at,
        job.outcome,
    )


def _end_of(job: LongJob) -> tuple[JobState, dict[str, Any]] | None:
    """Return how a job ends instead of being begun once more."""
    if job.cancel_asked:
        return JobState.CANCELLED, {}
    return (JobState.FAILED, refused(BROKE_OFF)) if broke_off_too_often(job.attempt) else None


def to_take(now: datetime) -> ColumnElement[bool]:
    """Return the condition for jobs that a worker may take."""
    lost = and_(LongJob.state == JobState.RUNNING, LongJob.beat_at < lost_before(now))
    return or_(LongJob.state == JobState.WAITING, lost)


def note_progress(session: Session, taken: Taken, *, now: datetime, done: int, total: int, stage: str | None) -> None:
    """Note how far the job is; this is its sign of life too.

    Raises:
        TakenOver, JobCancelled: the work is to be left.
    """
    _of_mine(session, taken, {"beat_at": now, "done": done, "total": total, "stage": stage})


def note_part(session: Session, taken: Taken, *, now: datetime, outcome: Mapping[str, Any]) -> None:
    """Note what has been done so far, in the transaction of a part of the work: both are saved or neither.

    Raises:
        TakenOver, JobCancelled: the work is to be left.
    """
    _of_mine(session, taken, {"beat_at": now, "outcome": dict(outcome)})


def finish_job(session: Session, taken: Taken, *, now: datetime, outcome: Mapping[str, Any], file: SealedFile | None = None) -> None:
    """End a job well, in the transaction of its work: both are saved or neither.

    Raises:
        TakenOver, JobCancelled: the work is to be left.
    """
    values: dict[str, Any] = {"state": JobState.DONE, "outcome": dict(outcome), "ended_at": now, "expires_at": expires_at(now)}
    _of_mine(session, taken, values | {"done": LongJob.total, "stage": None, "file_id": file.id if file is not None else None})


def end_job(session: Session, taken: Taken, *, now: datetime, state: JobState, outcome: Mapping[str, Any]) -> None:
    """End a job that has failed or was cancelled, keeping what it has done in parts; nothing is done if another process has it."""
    so_far = session.scalar(select(LongJob.outcome).where(_mine(taken))) or {}
    values = {"state": state, "outcome": so_far | dict(outcome), "ended_at": now, "expires_at": expires_at(now), "stage": None}
    _update(session, _mine(taken), values)


def give_back(session: Session, taken: Taken) -> None:
    """Let another process take the job up."""
    _update(session, _mine(taken), {"state": JobState.WAITING, "stage": None})


def _mine(taken: Taken) -> ColumnElement[bool]:
    return and_(LongJob.id == taken.id, LongJob.attempt == taken.attempt, LongJob.state == JobState.RUNNING)


def _of_mine(session: Session, taken: Taken, values: Mapping[str, Any]) -> None:
    if _update(session, and_(_mine(taken), ~LongJob.cancel_asked), values):
        return
    if session.scalar(select(LongJob.cancel_asked).where(_mine(taken))):
        raise JobCancelled
    raise TakenOver


def _update(session: Session, which: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    changed = session.execute(update(LongJob).where(which).values(values).execution_options(synchronize_session=False))
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _subject(public_id: uuid.UUID) -> str:
    return f"job:{public_id.hex}"


__all__ = [
    "Taken",
    "ask_to_cancel",
    "begin_job",
    "end_job",
    "finish_job",
    "give_back",
    "note_part",
    "note_progress",
    "take_job",
    "to_take",
]
