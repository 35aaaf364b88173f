"""Tables of attendance: what was observed, the mark that the rule makes of it, and the outcome of each registration."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.seminars.rules import ExcusedRule

CURRENT = text("current")
COUNTS = text("current AND NOT superseded AND (seated OR attended)")
"""Reports find the outcomes of a person, and those without an agency, by indexes on what they count."""
WITHOUT_AGENCY = text("current AND agency_version_id IS NULL")


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
    """As they were said; None if they follow from the session."""
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


class Participation(Base):
    """The outcome of one registration (`rules.participation_of`), with its agency as of then.

    Completing the seminar freezes the current row; reopening adds the next version. So what was once decided is kept, and
    certificates and reports read one row and never the marks.
    """

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("registration_id", "version"),
        Index("uq_participation_current", "registration_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
        Index("ix_participation_seminar", "seminar_id"),
        Index("ix_participation_person", "person_id", "seminar_id", sqlite_where=COUNTS, postgresql_where=COUNTS),
        Index("ix_participation_without_agency", "seminar_id", sqlite_where=WITHOUT_AGENCY, postgresql_where=WITHOUT_AGENCY),
        CheckConstraint("0 <= minutes_credited AND minutes_credited <= contact_minutes", name="minutes"),
        CheckConstraint("(percent IS NULL) = (contact_minutes = 0)", name="percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(default=1)
    current: Mapped[bool] = mapped_column(default=True)
    """The newest version of the registration."""
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    """Whose registration it is; of the current version the database keeps it, through merges (a trigger)."""
    seated: Mapped[bool]
    """Whether the registration holds a seat; of the current version the database keeps it."""
    agency_version_id: Mapped[int | None] = mapped_column(ForeignKey("agency_version.id", ondelete="RESTRICT"))
    """Code, names, group, level and state of the agency as of then; None if it is not in the directory, or not yet assigned."""
    minutes_credited: Mapped[int]
    contact_minutes: Mapped[int]
    """Of the sessions that count, without those that an excuse takes out."""
    percent: Mapped[float | None] = mapped_column(Numeric(4, 1, asdecimal=False))
    """0 to 100, to one decimal; None where there is nothing to attend."""
    threshold_percent: Mapped[int]
    excused_rule: Mapped[ExcusedRule] = mapped_column(value_enum(ExcusedRule))
    attended: Mapped[bool]
    sessions_attended: Mapped[int]
    sessions_counted: Mapped[int]
    completed: Mapped[bool]
    superseded: Mapped[bool] = mapped_column(default=False)
    """The registration left when two records of one person were merged; it is not counted."""
    frozen_at: Mapped[datetime | None]
    """When the seminar was completed; None while the outcome may still change."""


REACHED = and_(
    Participation.contact_minutes > 0,
    100 * Participation.minutes_credited >= Participation.threshold_percent * Participation.contact_minutes,
)
"""`rules.Completion.reached` for the database, where only the state of a registration changes."""
