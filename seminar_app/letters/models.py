"""Letters that organizers write to the people of a seminar."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import FREE_TEXT, NO_PERSON
from seminar_app.core.tables import Base, value_enum
from seminar_app.letters.rules import LONGEST_SUBJECT, Audience, LetterState, Words


class Letter(Base):
    """A letter: its words in both languages and to whom it goes. Its mails are the batch `public_id` of the outbox.

    The row names nobody whom it went to: the outbox does, for as long as it is kept.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("(state = 'draft') = (sent_at IS NULL)", name="sent"),
        CheckConstraint("(sent_at IS NULL) = (leaves_at IS NULL)", name="leaves"),
        CheckConstraint("(state = 'taken_back') = (taken_back_at IS NOT NULL)", name="taken_back"),
        Index("ix_letter_seminar", "seminar_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Id of the display of the form that was sent: the same form sent twice makes one letter."""
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    state: Mapped[LetterState] = mapped_column(value_enum(LetterState))
    subject_es: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), info=FREE_TEXT)
    subject_en: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), info=FREE_TEXT)
    text_es: Mapped[str] = mapped_column(Text, info=FREE_TEXT)
    text_en: Mapped[str] = mapped_column(Text, info=FREE_TEXT)
    """Empty where the letter was not written in the language, and in both once its time is over (`retention`)."""
    audience: Mapped[dict[str, Any]] = mapped_column(info=NO_PERSON)
    """`Audience`: the rule, not the people."""
    written_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    written_at: Mapped[datetime]
    """When it was last changed."""
    sent_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    sent_at: Mapped[datetime | None]
    leaves_at: Mapped[datetime | None]
    """When the first mail leaves; until then all can be taken back."""
    people: Mapped[int | None]
    """Number of people it went to; None where that would tell how many have answered the evaluation."""
    taken_back_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def written(self) -> dict[str, Words]:
        """The words by language."""
        return {"es": Words(self.subject_es, self.text_es), "en": Words(self.subject_en, self.text_en)}

    @property
    def goes_to(self) -> Audience:
        """To whom it goes."""
        return Audience.from_json(self.audience)
