"""The files that jobs make: kept with the job, given to the account that began it, forgotten soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from seminar_app.core.key_ring import CannotOpen
from seminar_app.core.sealed_files import SealedFile, content_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import FILE_KEPT, OPEN, OWN, JobState, file_kept_until

FILE = "file"
"""Key in the outcome of a job: name, type and size of the file."""


class MadeFile(Struct, frozen=True):
    """A file as somebody gets it."""

    content: bytes
    name: str
    mime_type: str


def described(file: MadeFile) -> dict[str, Any]:
    """Return what the outcome of the job keeps of its file."""
    return {FILE: {"name": file.name, "type": file.mime_type, "size": len(file.content)}}


def has_file(job: LongJob, *, now: datetime) -> bool:
    """Whether the file that the job made is kept still."""
    return job.file_id is not None and job.ended_at is not None and now < file_kept_until(job.ended_at)


def had_file(job: LongJob) -> bool:
    """Whether the job made a file, kept still or not."""
    return FILE in job.outcome


def find_file(session: Session, job: LongJob, *, now: datetime) -> MadeFile | None:
    """Return the file that the job made; None if it is not kept any more."""
    kept = session.get(SealedFile, job.file_id) if has_file(job, now=now) else None
    if kept is None:
        return None
    about: Mapping[str, Any] = job.outcome[FILE]
    try:
        return MadeFile(content_of(session, kept), about["name"], about["type"])
    except CannotOpen:
        return None


def forget_files_of(session: Session, seminars: Sequence[str]) -> None:
    """Delete the files that jobs made of these seminars, because they show somebody who may not be shown like that any more.

    A job that makes one at this moment has read names already: its process may save nothing, and it is begun anew. Call this last in
    the transaction: jobs that wait are held until it ends.

    Args:
        seminars: slugs.
    """
    theirs = LongJob.seminar.in_(seminars)
    open_ones = update(LongJob).where(theirs, LongJob.state.in_(OPEN), LongJob.subject.contains(OWN))
    session.execute(open_ones.values(state=JobState.WAITING, stage=None).execution_options(synchronize_session=False))
    forget_files(session, session.scalars(select(LongJob.id).where(theirs, LongJob.file_id.is_not(None))).all())


def file_is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition for jobs whose file has been kept long enough."""
    return LongJob.file_id.is_not(None) & (LongJob.ended_at <= now - FILE_KEPT)


def forget_files(session: Session, ids: Sequence[int]) -> None:
    """Delete the files that these jobs made; what came of the jobs stays."""
    files = session.scalars(select(LongJob.file_id).where(LongJob.id.in_(ids), LongJob.file_id.is_not(None))).all()
    session.execute(update(LongJob).where(LongJob.id.in_(ids)).values(file_id=None).execution_options(synchronize_session=False))
    session.execute(delete(SealedFile).where(SealedFile.id.in_(files)).execution_options(synchronize_session=False))


def forget_jobs(session: Session, ids: Sequence[int]) -> None:
    """Delete jobs, and the files that they made."""
    forget_files(session, ids)
    session.execute(delete(LongJob).where(LongJob.id.in_(ids)).execution_options(synchronize_session=False))
