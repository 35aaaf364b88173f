"""Work that takes longer than a page may: what it is, how far it is, and what came of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import FREE_TEXT, NO_PERSON
from seminar_app.core.tables import Base, value_enum
from seminar_app.long_jobs.rules import JobState

IS_OPEN = text("state IN ('waiting', 'running')")


class LongJob(Base):
    """A job that the worker does. At most one of a kind is open for a subject."""

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_open", "kind", "subject", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_job_state", "state", "id"),
        CheckConstraint("(state IN ('waiting', 'running')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state <> 'running' OR beat_at IS NOT NULL", name="beats"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(32), info=NO_PERSON)
    """Name of a registered `kinds.Kind`."""
    owner: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Who began it, as in the audit log; the only account that sees it, beside administrators."""
    request_id: Mapped[str | None] = mapped_column(String(32), info=NO_PERSON)
    """The request that began it: its changes carry this id in the audit log."""
    subject: Mapped[str] = mapped_column(String(96), info=NO_PERSON)
    """What it is about: `<table>:<public id>`; of kinds that make a file with a hash of the wish (`rules.own_subject`)."""
    seminar: Mapped[str | None] = mapped_column(String(120), info=NO_PERSON)
    """Slug of the seminar, if it is about one."""
    given: Mapped[dict[str, Any]] = mapped_column(info=NO_PERSON)
    """What its kind needs to know beside the subject: numbers, codes and ids."""
    state: Mapped[JobState] = mapped_column(value_enum(JobState), default=JobState.WAITING)
    stage: Mapped[str | None] = mapped_column(String(32), info=NO_PERSON)
    """What it is doing now, as its kind names it."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Of the kind's units: rows, people, pages."""
    attempt: Mapped[int] = mapped_column(default=0)
    """How often it was begun. Only the process that began it last may write: what it writes names this number."""
    beat_at: Mapped[datetime | None]
    """Last sign of life of its process."""
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[dict[str, Any]] = mapped_column(info=FREE_TEXT, default=dict)
    """What came of it, in the shape of its kind; or the sentence of a refusal with its values (`outcomes`)."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    """The file that it made."""
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it is deleted."""
