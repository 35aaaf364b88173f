"""One record for each person, used in all seminars."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, inspect, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.people.rules import ReservedReason, Sex

HIDDEN, WITHOUT_SEX = text("reserved OR erased_at IS NOT NULL"), text("sex IS NULL")
"""Conditions of indexes on the few people whom reports count apart."""


class Person(Base):
    """A person. Names are stored as the person writes them; `search_key` is only for searching."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email", "search_key"),
        Index(
            "ix_person_in_order",
            "sort_key",
            "id",
            postgresql_include=["search_key", "agency_id", "reserved", "merged_into_id", "email", "public_id"],
        ),
        Index("ix_person_hidden", "id", sqlite_where=HIDDEN, postgresql_where=HIDDEN),
        Index("ix_person_without_sex", "id", sqlite_where=WITHOUT_SEX, postgresql_where=WITHOUT_SEX),
        Index("ix_person_email_start", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_person_words", text("words_of(search_key)"), postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    given_names: Mapped[str] = mapped_column(String(100), info=PARTICIPANT)
    surname1: Mapped[str] = mapped_column(String(100), info=PARTICIPANT)
    surname2: Mapped[str | None] = mapped_column(String(100), info=PARTICIPANT)
    certificate_name: Mapped[str] = mapped_column(String(300), info=PARTICIPANT)
    """The name as printed on the certificate."""
    sex: Mapped[Sex | None] = mapped_column(value_enum(Sex))
    email: Mapped[str | None] = mapped_column(String(320), info=PARTICIPANT)
    """Canonical. Two people may share an office's mailbox, so it identifies a person only together with the name."""
    email_proven_at: Mapped[datetime | None]
    """When the person showed that this mailbox is theirs: by a form's button, or by the surname on the page a link opened.

    None: nobody has shown it, and mail to it names nobody. Another address has still to be shown, so it takes this away.
    """
    phone: Mapped[str | None] = mapped_column(String(32), info=PARTICIPANT)
    """E.164 if it can be read as a number, else as typed."""
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    """Where the person works now; a registration has the agency of its own time."""
    language: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    reserved: Mapped[bool] = mapped_column(default=False)
    """A reserved identity: shown by code on every sheet, screen and export (`people.shown`)."""
    reserved_reason: Mapped[ReservedReason | None] = mapped_column(value_enum(ReservedReason))
    """Why. An erased person keeps it; one who was not reserved before has none, and is shown by code too."""
    search_key: Mapped[str] = mapped_column(String(320).with_variant(String(320, "C"), "postgresql"), info=PARTICIPANT)
    """Given names and surnames, folded."""
    sort_key: Mapped[str] = mapped_column(String(640).with_variant(String(640, "C"), "postgresql"), info=PARTICIPANT)
    """`people.rules.sort_key`: surnames first, in the order of the Spanish alphabet. Sorted by code point, regardless of the locale."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The record that this one was merged into. The row stays, so that the merge can be undone; no page lists it."""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When the personal data were erased. The row is still counted, and is shown by code like a reserved identity."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @validates("email")
    def _prove_anew(self, _key: str, email: str | None) -> str | None:
        if inspect(self).persistent and email != self.email:
            self.email_proven_at = None
        return email


class PersonMerge(Base):
    """One record merged into another: what was moved, so that it can be undone."""

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    moved: Mapped[dict[str, Any]] = mapped_column(info=NO_PERSON)
    """Ids of what was moved, states before, and names of the columns that were filled in; nothing that names a person."""
    merged_at: Mapped[datetime]
    merged_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)


class MatchProposal(Base):
    """Two records that may be one person, found where nobody may see both: an administrator decides."""

    __tablename__ = "match_proposal"
    __table_args__ = (UniqueConstraint("one_id", "other_id"), CheckConstraint("one_id < other_id", name="order"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    other_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    why: Mapped[list[Any]] = mapped_column(info=NO_PERSON)
    """Codes of the evidence (`people.matching.Evidence`)."""
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
