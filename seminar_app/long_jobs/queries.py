"""Which jobs there are."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import OPEN


def find_open_job(session: Session, kind: str, subject: str) -> LongJob | None:
    """Return the job of this kind that waits or runs for the subject."""
    return session.scalar(select(LongJob).where(LongJob.kind == kind, LongJob.subject == subject, LongJob.state.in_(OPEN)))


def get_own_job(session: Session, actor: Actor, public_id: uuid.UUID) -> LongJob:
    """Return a job that the account itself began.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = get_job(session, actor, public_id)
    if found.owner != actor.audit_name:
        raise NotFound
    return found


def newest_of(session: Session, *, kind: str, owner: str) -> LongJob | None:
    """Return the newest job of a kind that this owner has begun."""
    return session.scalar(select(LongJob).where(LongJob.kind == kind, LongJob.owner == owner).order_by(LongJob.id.desc()).limit(1))


def made_a_file(session: Session, public_id: uuid.UUID) -> bool | None:
    """Whether a job has made a file; None while it waits or runs."""
    row = session.execute(select(LongJob.state, LongJob.file_id).where(LongJob.public_id == public_id)).one_or_none()
    if row is not None and row.state in OPEN:
        return None
    return row is not None and row.file_id is not None


def get_job(session: Session, actor: Actor, public_id: uuid.UUID) -> LongJob:
    """Return a job that the account began; an administrator may look at every one.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = session.scalar(select(LongJob).where(LongJob.public_id == public_id))
    if found is None or (found.owner != actor.audit_name and not actor.is_admin):
        raise NotFound
    return found
