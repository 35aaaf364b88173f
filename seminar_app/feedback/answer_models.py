"""Filled forms and their answers. Nothing here says who answered."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import FREE_TEXT
from seminar_app.core.tables import Base


class Response(Base):
    """One filled form, by nobody."""

    __tablename__ = "response"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("feedback_form_version.id", ondelete="RESTRICT"), index=True)


class Answer(Base):
    """One answer of a response."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("response_id", "question_id"),
        CheckConstraint("(number IS NULL) <> (text IS NULL)", name="one_value"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id", ondelete="RESTRICT"))
    question_id: Mapped[int] = mapped_column(ForeignKey("feedback_question.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int | None]
    """Scale 1 to 5, yes 1, no 0."""
    text: Mapped[str | None] = mapped_column(Text, info=FREE_TEXT)
    """Words, or the value of the option chosen."""
