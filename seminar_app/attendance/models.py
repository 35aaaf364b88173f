"""Tables of attendance: one mark for each registration and session, and the history of each mark."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.attendance.rules import MarkMethod, MarkStatus
from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base, value_enum


class Mark(Base):
    """One person's attendance of one session."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("registration_id", "session_id"),
        CheckConstraint("minutes_credited >= 0", name="minutes"),
        CheckConstraint("time_in IS NULL OR time_out IS NULL OR time_in <= time_out", name="times"),
        Index("ix_mark_session", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    session_id: Mapped[int] = mapped_column(ForeignKey("seminar_session.id", ondelete="RESTRICT"))
    status: Mapped[MarkStatus] = mapped_column(value_enum(MarkStatus))
    minutes_credited: Mapped[int]
    time_in: Mapped[datetime | None]
    time_out: Mapped[datetime | None]
    method: Mapped[MarkMethod] = mapped_column(value_enum(MarkMethod))
    recorded_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor who wrote the mark, as in the audit log: `account:…` or `command`."""
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MarkHistory(Base):
    """A mark as it was until `replaced_at`. When a mark is cleared, its last values stay here."""

    __tablename__ = "mark_history"
    __table_args__ = (Index("ix_mark_history_of", "registration_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    session_id: Mapped[int] = mapped_column(ForeignKey("seminar_session.id", ondelete="RESTRICT"))
    status: Mapped[MarkStatus] = mapped_column(value_enum(MarkStatus))
    minutes_credited: Mapped[int]
    time_in: Mapped[datetime | None]
    time_out: Mapped[datetime | None]
    method: Mapped[MarkMethod] = mapped_column(value_enum(MarkMethod))
    recorded_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    recorded_at: Mapped[datetime]
    replaced_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    replaced_at: Mapped[datetime]
