"""Tables of attendance: what was observed, and the mark that the rule makes of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum


class Observation(Base):
    """What was seen of one person in one session. Rows are only ever added."""

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("observed_at <= received_at", name="times"),
        Index("ix_observation_of", "registration_id", "session_id"),
        Index("ix_observation_session", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Made by the page or the device, so that an observation that is sent twice is stored once."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    session_id: Mapped[int] = mapped_column(ForeignKey("seminar_session.id", ondelete="RESTRICT"))
    kind: Mapped[ObservationKind] = mapped_column(value_enum(ObservationKind))
    minutes: Mapped[int | None]
    """As somebody said them; None if nobody did."""
    follows: Mapped[uuid.UUID | None]
    """Public id of the last observation that the recorder had in view. It may arrive later, so this is no foreign key."""
    observed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    method: Mapped[MarkMethod] = mapped_column(value_enum(MarkMethod))
    recorded_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log: `account:…` or `command`."""
    reason: Mapped[str | None] = mapped_column(String(300), info=PARTICIPANT)


class Mark(Base):
    """One person's attendance of one session: what `rules.mark_of` makes of the observations. It can be made again at any time."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("registration_id", "session_id"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("time_in IS NULL OR time_out IS NULL OR time_in <= time_out", name="times"),
        Index("ix_mark_session", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    session_id: Mapped[int] = mapped_column(ForeignKey("seminar_session.id", ondelete="RESTRICT"))
    last: Mapped[uuid.UUID]
    """Public id of the observation that the mark ends with."""
    status: Mapped[MarkStatus | None] = mapped_column(value_enum(MarkStatus))
    """None if the mark was taken away."""
    minutes: Mapped[int | None]
    """As somebody said them or as times in and out measured them; None if they follow from the session."""
    time_in: Mapped[datetime | None]
    time_out: Mapped[datetime | None]
    still_in: Mapped[bool] = mapped_column(default=False)
    conflict: Mapped[bool] = mapped_column(default=False)
