"""Lists that agencies send, the people whom they brought onto a roster, and how columns were placed before."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import FREE_TEXT, NO_PERSON
from seminar_app.core.tables import Base, value_enum
from seminar_app.registration.rules import RegistrationState


class NominationList(Base):
    """An agency's list for a seminar, from its upload on. It stays workable after an import, for the rows that were not taken.

    What the file holds lies sealed in `file`: as it was sent, as it was read, and what was corrected since. All three go with
    the list's time (`retention`), or with the erasure of somebody on it; how many people it brought stays.
    """

    __tablename__ = "nomination_list"
    __table_args__ = (Index("ix_nomination_list_seminar", "seminar_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Id of the display of the form that was sent: the same upload sent twice makes one list."""
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    """Whose list it is; None where each row names its agency."""
    name: Mapped[str] = mapped_column(String(200), info=FREE_TEXT)
    """Name of the file; empty for pasted cells."""
    content_index: Mapped[bytes] = mapped_column(LargeBinary(32), info=NO_PERSON)
    """Keyed hash of the file, by which the same one is recognized."""
    encoding: Mapped[str | None] = mapped_column(String(32), info=NO_PERSON)
    """Chosen by hand; None if the reader's own finding stands."""
    original_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    tables_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    work_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    """The file as it was sent, as it was read, and the layout with what was corrected. None once their time is over."""
    confirmed_at: Mapped[datetime | None]
    """When somebody confirmed what each column is for; None: not yet."""
    uploaded_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    uploaded_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    """When rows of it were last brought onto the roster."""
    total: Mapped[int] = mapped_column(default=0)
    """Rows about people when it was last imported."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Rows that want something done, by the last import or by a correction after it (`rules.waiting_in`)."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts the corrections, so that an import takes what its page has shown."""


class Nomination(Base):
    """A row of a list that brought a person onto the roster, and what became of it then."""

    __tablename__ = "nomination"
    __table_args__ = (UniqueConstraint("list_id", "row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("nomination_list.id", ondelete="RESTRICT"))
    row: Mapped[str] = mapped_column(String(16), info=NO_PERSON)
    """`shapes.RowKey`."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), index=True)
    state: Mapped[RegistrationState] = mapped_column(value_enum(RegistrationState))
    """Of the registration, by the import."""
    nominated_at: Mapped[datetime]


class NominationMapping(Base):
    """How somebody placed the columns of an agency's list with these headings; the next such list begins with it."""

    __tablename__ = "nomination_mapping"
    __table_args__ = (UniqueConstraint("agency_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"))
    fingerprint: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    fields: Mapped[dict[str, Any]] = mapped_column(info=FREE_TEXT)
    """Fields by folded heading."""
    placed_at: Mapped[datetime]
