"""Requests of officials that their data be erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.tables import Base


class ErasureRequest(Base):
    """A person asks by the link of this registration that their data be erased. Deleted when it is decided or taken back."""

    __tablename__ = "erasure_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), unique=True)
    asked_at: Mapped[datetime]
