"""The table of mail that a transaction has decided on and that is sent after the commit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.messages.rules import MessageState


class Message(Base):
    """One mail to one address. It is rendered when it is sent, so that a secret link is never stored."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_outbox_due", "state", "not_before"),
        Index("ix_outbox_kind", "kind", "id"),
        Index("ix_outbox_link", "link_owner", "id"),
        Index("ix_outbox_batch", "batch", "state", sqlite_where=text("batch IS NOT NULL"), postgresql_where=text("batch IS NOT NULL")),
        Index("ix_outbox_address", "to_address", postgresql_ops={"to_address": "text_pattern_ops"}),
        Index("ix_outbox_failed", "id", sqlite_where=text("state = 'failed'"), postgresql_where=text("state = 'failed'")),
        Index("ix_outbox_name", text("words_of(lower(to_name))"), postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True, info=PARTICIPANT)
    """The Message-ID header, the same on every attempt, so that a mailbox drops copies."""
    dedupe_key: Mapped[str | None] = mapped_column(String(200), unique=True, info=PARTICIPANT)
    """A second message with the same key is not enqueued."""
    kind: Mapped[str] = mapped_column(String(64), info=PARTICIPANT)
    """Template: `templates/email/<kind>.<language>.txt`; the first line is the subject."""
    language: Mapped[str] = mapped_column(String(2), info=PARTICIPANT)
    to_address: Mapped[str] = mapped_column(String(320), info=PARTICIPANT)
    to_name: Mapped[str] = mapped_column(String(300), info=PARTICIPANT)
    context: Mapped[dict[str, Any]] = mapped_column(info=PARTICIPANT)
    link_endpoint: Mapped[str | None] = mapped_column(String(64), info=PARTICIPANT)
    link_purpose: Mapped[str | None] = mapped_column(String(32), info=PARTICIPANT)
    link_owner: Mapped[uuid.UUID | None]
    link_version: Mapped[int | None]
    batch: Mapped[uuid.UUID | None]
    """What many mails were written as one: they are counted and taken back together."""
    state: Mapped[MessageState] = mapped_column(value_enum(MessageState))
    attempts: Mapped[int]
    not_before: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text, info=PARTICIPANT)
