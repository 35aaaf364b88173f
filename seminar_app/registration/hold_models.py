"""Seats that are kept: without a name for an agency's next nominees, or for somebody who was invited."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.registration.hold_rules import HoldEnd

OPEN = text("ended_at IS NULL")


class Hold(Base):
    """A seat that nobody holds yet and nobody else can have. While it is open a trigger counts it in `seat_pool.taken` and `.held`."""

    __tablename__ = "hold"
    __table_args__ = (
        # the database refuses a seat of another seminar's pool
        ForeignKeyConstraint(["seminar_id", "seat_pool_id"], ["seat_pool.seminar_id", "seat_pool.id"], ondelete="RESTRICT"),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended"),
        CheckConstraint("(agency_id IS NULL) <> (registration_id IS NULL)", name="for_one"),
        CheckConstraint("(link_hash IS NULL) = (registration_id IS NULL)", name="link"),
        Index("uq_hold_open", "registration_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_hold_seminar", "seminar_id", "ended_at"),
        Index("ix_hold_due", "last_day", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    seat_pool_id: Mapped[int]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    """For whose next nominee it is kept; None for an invitation."""
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), index=True)
    """Who was invited; None for a seat without a name."""
    last_day: Mapped[date] = mapped_column(Date)
    """It is kept to the end of this day, in the seminar's time zone."""
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, info=PARTICIPANT)
    """Of the link by which an invitation is answered, once."""
    number: Mapped[int] = mapped_column(default=1)
    """Which invitation of the person to this seminar it is; the link is made of it."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[HoldEnd | None] = mapped_column(value_enum(HoldEnd))
