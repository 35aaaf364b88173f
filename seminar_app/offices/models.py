"""Offices that hold seminars."""

from __future__ import annotations

import uuid

from sqlalchemy import String
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
    active: Mapped[bool] = mapped_column(default=True)
