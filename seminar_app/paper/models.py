"""Sign-in sheets that were printed, and what was keyed from them. The words of people stand in no row, only which registration it is."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.attendance.rules import MarkStatus
from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base, value_enum


class PrintedSheet(Base):
    """A sign-in sheet of one session as it was printed: who stands in which row. It goes with its session, which goes only unmarked."""

    __tablename__ = "printed_sheet"
    __table_args__ = (
        UniqueConstraint("seminar_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("people >= 0", name="people"),
        CheckConstraint("blank_rows >= 0", name="blank_rows"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    session_id: Mapped[int] = mapped_column(ForeignKey("seminar_session.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """In the seminar, from 1; it is printed on every page. The same rows printed again bear the same number."""
    people: Mapped[int]
    """Rows with a name, from 1 on. Rows with higher numbers were added when the sheet came back."""
    blank_rows: Mapped[int]
    """Rows without a name, after the others."""
    printed_at: Mapped[datetime]
    """When it was printed first."""
    printed_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""


class SheetRow(Base):
    """A row of a printed sheet, and what was keyed from it."""

    __tablename__ = "sheet_row"
    __table_args__ = (
        UniqueConstraint("sheet_id", "registration_id"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("said_minutes IS NULL OR (said_minutes >= 0 AND said IS NOT NULL)", name="minutes"),
        CheckConstraint("(said IS NULL) = (said_at IS NULL)", name="said_when"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_when"),
        CheckConstraint("decided_at IS NULL OR said IS NOT NULL", name="decided"),
        CheckConstraint("NOT keeps_screen OR decided_at IS NOT NULL", name="keeps_screen"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("printed_sheet.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """On the sheet, from 1."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), index=True)
    said: Mapped[MarkStatus | None] = mapped_column(value_enum(MarkStatus, "said"))
    """What the paper says, as it was keyed."""
    said_minutes: Mapped[int | None]
    said_at: Mapped[datetime | None]
    said_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    observation: Mapped[uuid.UUID | None]
    """Public id of the last observation that this row has made."""
    keeps_screen: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It was decided that the screen is right, not the paper. It holds for the mark that was decided on."""
    decided_at: Mapped[datetime | None]
    """When it was decided which of the two is right, where they differed."""
    decided_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    decided_on: Mapped[uuid.UUID | None]
    """Public id of the observation that the screen ended with when it was decided."""
