"""Offices that hold seminars."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base


class Office(Base):
    """An office that holds seminars, or hosts one together with another office."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True, info=NO_PERSON)
    name_es: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    name_en: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    city: Mapped[str | None] = mapped_column(String(100), info=NO_PERSON)
    country: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    email: Mapped[str | None] = mapped_column(String(254), info=NO_PERSON)
    """Where people write to the office; replies to its mail go there."""
    phone: Mapped[str | None] = mapped_column(String(32), info=NO_PERSON)
    language: Mapped[str | None] = mapped_column(String(2), info=NO_PERSON)
    """`es` or `en`: of its accounts and test messages, until they choose."""
    time_zone: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    active: Mapped[bool] = mapped_column(default=True)


class OfficeNotice(Base):
    """A version of what an office adds to the privacy notice that comes with the program. Never edited: a change is a new version.

    Empty texts are a version too: the office has taken its words back.
    """

    __tablename__ = "office_notice"
    __table_args__ = (UniqueConstraint("office_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"))
    version: Mapped[int]
    text_es: Mapped[str] = mapped_column(Text, info=NO_PERSON)
    text_en: Mapped[str] = mapped_column(Text, info=NO_PERSON)
    published_at: Mapped[datetime]
