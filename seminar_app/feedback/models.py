"""Tables of feedback: forms in versions, anonymous answers, and receipts that say only which registrations have answered.

`response`, `answer` and `response_receipt` have random keys and no time. On SQLite they have no rowid, because a rowid
would keep the order of arrival. On both databases a form's responses, answers and receipts are rewritten in random order
with each new response (`answering`), so that neither position nor transaction id links one to another.
See docs/decisions/0007-anonymous-feedback.md.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import FREE_TEXT, NO_PERSON
from seminar_app.core.tables import Base, value_enum
from seminar_app.feedback.rules import FormKind, QuestionKind


class FeedbackForm(Base):
    """One form of a seminar; a seminar has at most one of each kind."""

    __tablename__ = "feedback_form"
    __table_args__ = (UniqueConstraint("seminar_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    kind: Mapped[FormKind] = mapped_column(value_enum(FormKind))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reminded_on: Mapped[date | None] = mapped_column(Date)
    """Day of the last reminders, in the seminar's time zone."""


class FeedbackDates(Base):
    """When a form opens and closes by itself. A row of its own, because the form is made only when it opens: with the speakers of then."""

    __tablename__ = "feedback_dates"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="order"),)

    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), primary_key=True)
    kind: Mapped[FormKind] = mapped_column(value_enum(FormKind), primary_key=True)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]


class FormVersion(Base):
    """The questions as they were asked. A version with answers is never changed; an edit makes the next version."""

    __tablename__ = "feedback_form_version"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("feedback_form.id", ondelete="RESTRICT"))
    number: Mapped[int]
    created_at: Mapped[datetime]


class Question(Base):
    """One question in both languages."""

    __tablename__ = "feedback_question"
    __table_args__ = (UniqueConstraint("version_id", "position"), UniqueConstraint("version_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("feedback_form_version.id", ondelete="RESTRICT"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Stable across versions and seminars: `met_objectives`, `speaker:<public id>`."""
    kind: Mapped[QuestionKind] = mapped_column(value_enum(QuestionKind))
    required: Mapped[bool] = mapped_column(default=False)
    prompt_es: Mapped[str] = mapped_column(String(300), info=NO_PERSON)
    prompt_en: Mapped[str] = mapped_column(String(300), info=NO_PERSON)
    options: Mapped[list[Any]] = mapped_column(info=NO_PERSON)
    """For a scale: the words at both ends; for a choice: its options. Each {"value", "es", "en"}."""


class ResponseReceipt(Base):
    """Says that a registration has answered a form. Nothing says which response is its own."""

    __tablename__ = "response_receipt"
    __table_args__ = {"sqlite_with_rowid": False}

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("feedback_form.id", ondelete="RESTRICT"), primary_key=True, index=True)


class ShownFigures(Base):
    """The figures of a form as they were last shown to any account.

    They change only by five answers or more (`publishing`). They are sealed: the answers that came since are the difference
    between these figures and the stored answers, and a copy of the database must not reveal it.
    """

    __tablename__ = "feedback_shown"

    form_id: Mapped[int] = mapped_column(ForeignKey("feedback_form.id", ondelete="RESTRICT"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=FREE_TEXT)


class LogToEmpty(Base):
    """The write-ahead log holds answers in their order and must be emptied; no row where it is empty (`log_emptying`)."""

    __tablename__ = "log_to_empty"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    """To the minute."""
    token: Mapped[int]
    """Another one with each answer, so that the row is not deleted under a new answer."""
