"""Tables of the audit log. They hold ids only, no personal data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.audit.rules import AccessKind
from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base, value_enum

Sequence = BigInteger().with_variant(Integer(), "sqlite")


class AuditRow(Base):
    """One change, or one access to data.

    `digest` is a keyed hash of the row and of the digest before it, so no row can be changed, removed or swapped unnoticed.
    """

    __tablename__ = "audit"
    __table_args__ = (  # each with the number behind it: the newest of one actor's are read without looking at anybody else's
        Index("ix_audit_actor_sequence", "actor", "sequence", postgresql_ops={"actor": "text_pattern_ops"}),
        Index("ix_audit_action_sequence", "action", "sequence"),
        Index("ix_audit_seminar_sequence", "seminar", "sequence"),
    )

    sequence: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """`account:<public id>`, `registration:<public id>` for an official by link, `public`, `command` or `rule`."""
    action: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Noun and past verb: `roster.viewed`, `registration.removed`."""
    subject: Mapped[str] = mapped_column(String(96), index=True, info=NO_PERSON)
    """`<table>:<public id>`."""
    seminar: Mapped[str | None] = mapped_column(String(120), info=NO_PERSON)
    """Slug of the seminar it happened in, if any."""
    details: Mapped[dict[str, Any]] = mapped_column(info=NO_PERSON)
    request_id: Mapped[str | None] = mapped_column(String(32), info=NO_PERSON)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), info=NO_PERSON)


class AuditHead(Base):
    """The end of the chain: a single row, locked while a row is added."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Sequence)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), info=NO_PERSON)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NO_PERSON)
    """Keyed hash of this end; None until the first row is chained."""


class AccessCount(Base):
    """How often an account accessed one object on a day."""

    __tablename__ = "access_count"
    __table_args__ = (Index("ix_access_count_day", "day"),)

    actor: Mapped[str] = mapped_column(String(64), primary_key=True, info=NO_PERSON)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """The day in the office's time zone."""
    kind: Mapped[AccessKind] = mapped_column(value_enum(AccessKind), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True, info=NO_PERSON)
    """A seminar's slug for rosters, else the subject as in the audit log."""
    times: Mapped[int]


class AccessAlert(Base):
    """A record that the administrators were alerted about an account's access on a day."""

    __tablename__ = "access_alert"

    actor: Mapped[str] = mapped_column(String(64), primary_key=True, info=NO_PERSON)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime]
