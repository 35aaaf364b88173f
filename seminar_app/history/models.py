"""Headcounts of people without names, numbers that were announced, and training that others held."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.history.rules import LONGEST_SOURCE, TrainingState
from seminar_app.people.rules import Sex


def _one_line(name: str, *columns: str, where: str) -> Index:
    """Return a unique index for rows in which a column is empty: a plain UNIQUE takes two of these for different ones."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class Headcount(Base):
    """How many people of one agency and one sex took part in a seminar, where nobody knows their names.

    A seminar has one row for an agency and a sex. No agency or no sex means that the source does not say it.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        CheckConstraint("0 <= completed AND completed <= attended AND attended <= registered", name="nested"),
        CheckConstraint("registered > 0", name="somebody"),
        CheckConstraint("minutes >= 0", name="minutes"),
        UniqueConstraint("seminar_id", "agency_version_id", "sex"),
        _one_line("uq_headcount_no_agency", "seminar_id", "sex", where="agency_version_id IS NULL"),
        _one_line("uq_headcount_no_sex", "seminar_id", "agency_version_id", where="sex IS NULL"),
        _one_line("uq_headcount_neither", "seminar_id", where="agency_version_id IS NULL AND sex IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    agency_version_id: Mapped[int | None] = mapped_column(ForeignKey("agency_version.id", ondelete="RESTRICT"))
    sex: Mapped[Sex | None] = mapped_column(value_enum(Sex))
    registered: Mapped[int]
    attended: Mapped[int]
    """Of those registered."""
    completed: Mapped[int]
    """Of those who attended."""
    minutes: Mapped[int]
    """Credited to all of them together: the seminar's contact minutes for each who completed."""
    source: Mapped[str | None] = mapped_column(String(LONGEST_SOURCE), info=NO_PERSON)
    recorded_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class AnnouncedNumber(Base):
    """How many people a seminar was said to have trained, for example by a press release."""

    __tablename__ = "announced_number"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False)
    number: Mapped[int]
    more_than: Mapped[bool]
    """The source says «more than» this number."""
    source: Mapped[str] = mapped_column(String(LONGEST_SOURCE), info=NO_PERSON)
    recorded_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class OutsideTraining(Base):
    """Training that a person had elsewhere: reported by a liaison or an organizer, approved or declined by an organizer.

    It counts in the hours of an official once it is approved, and never among the officials that an office has trained.
    """

    __tablename__ = "outside_training"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("(state = 'reported') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by"),
        Index("ix_outside_training_person", "person_id", "starts_on"),
        Index("ix_outside_training_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Id of the display of the form that was sent: the same form sent twice makes one report."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(200), info=PARTICIPANT)
    provider: Mapped[str] = mapped_column(String(200), info=PARTICIPANT)
    """Who held it."""
    place: Mapped[str | None] = mapped_column(String(200), info=PARTICIPANT)
    country: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    """Contact minutes, as they were reported."""
    state: Mapped[TrainingState] = mapped_column(value_enum(TrainingState))
    reported_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    reported_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(300), info=PARTICIPANT)
    """Why it was declined, or what was said with the approval."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
