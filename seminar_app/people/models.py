"""One record for each person, used in all seminars."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.database import Base, value_enum
from seminar_app.people.rules import Sex


class Person(Base):
    """A person. Names are stored as the person writes them; `search_key` is only for searching."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email", "search_key"),
        Index("ix_person_in_order", "search_key", "id", postgresql_include=["agency_id", "reserved", "email", "public_id"]),
        Index("ix_person_email_start", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_person_words", text("words_of(search_key)"), postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    given_names: Mapped[str] = mapped_column(String(100))
    surname1: Mapped[str] = mapped_column(String(100))
    surname2: Mapped[str | None] = mapped_column(String(100))
    certificate_name: Mapped[str] = mapped_column(String(300))
    """The name as printed on the certificate."""
    sex: Mapped[Sex | None] = mapped_column(value_enum(Sex))
    email: Mapped[str | None] = mapped_column(String(320))
    """Canonical. Two people may share an office's mailbox, so it identifies a person only together with the name."""
    phone: Mapped[str | None] = mapped_column(String(32))
    """E.164 if it can be read as a number, else as typed."""
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    """Where the person works now; a registration has the agency of its own time."""
    language: Mapped[str] = mapped_column(String(2))
    reserved: Mapped[bool] = mapped_column(default=False)
    """A reserved identity: shown by code on every sheet, screen and export."""
    search_key: Mapped[str] = mapped_column(String(320).with_variant(String(320, "C"), "postgresql"))
    """Given names and surnames, folded. Sorted by code point, regardless of the server's locale."""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When the personal data were erased. The row is still counted, and is shown by code like a reserved identity."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PersonIdentity(Base):
    """Identity data that only some seminars ask for, sealed with the key ring. Only `people.identity` reads and writes it.

    Each value is bound to its column and to the person's public id: in another place it cannot be opened. The indexes are
    keyed hashes, used to find a number. If two hashes are equal, staff should compare the records; no data are refused for it.
    """

    __tablename__ = "person_identity"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    curp: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_date: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_place: Mapped[bytes | None] = mapped_column(LargeBinary)
    passport: Mapped[bytes | None] = mapped_column(LargeBinary)
    curp_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    passport_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    """Name of the key with which all values of the row are sealed."""
    changed_at: Mapped[datetime]
