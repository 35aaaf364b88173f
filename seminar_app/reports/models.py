"""Figures that were frozen, views that were saved, indicators, and how many hours an official is to be trained."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.audit.models import Sequence
from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base, value_enum
from seminar_app.reports.rules import HoursYear

LONGEST_DEFINITION = 2_000


class ReportSnapshot(Base):
    """A figure as it was: its definition, whose seminars it counted, all its cells, and what each seminar gave to it."""

    __tablename__ = "report_snapshot"
    __table_args__ = (Index("ix_report_snapshot_made", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    definition: Mapped[str] = mapped_column(String(LONGEST_DEFINITION), info=NO_PERSON)
    """As `rules.Definition.written`, in the form of an address."""
    all_offices: Mapped[bool]
    """Whether seminars of all offices are counted; else those of `ReportSnapshotOffice`."""
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id", ondelete="RESTRICT"), index=True)
    """The version of an indicator whose figure it is, if it is one's."""
    figures: Mapped[str] = mapped_column(Text, info=NO_PERSON)
    """As `rules.frozen.Frozen.written`: cells and totals, and what each seminar gave to each cell."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    audit_sequence: Mapped[int] = mapped_column(Sequence)
    """The last row of the audit log then: what changed since stands after it."""


class ReportSnapshotOffice(Base):
    """An office whose seminars a frozen figure counts."""

    __tablename__ = "report_snapshot_office"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("report_snapshot.id", ondelete="RESTRICT"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"), primary_key=True, index=True)


class SavedView(Base):
    """An address of the figures' page that an account wants to find again."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(100), info=NO_PERSON)
    address: Mapped[str] = mapped_column(String(LONGEST_DEFINITION), info=NO_PERSON)
    """The query of the address: the definition of one figure or of two."""
    saved_at: Mapped[datetime]


class Indicator(Base):
    """A figure that somebody outside asks for every year, with its definition and the time in which that holds."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(32), info=NO_PERSON)
    """The same for all versions of an indicator."""
    name_es: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    name_en: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    definition: Mapped[str] = mapped_column(String(LONGEST_DEFINITION), info=NO_PERSON)
    """As `rules.Definition.written`, without a period."""
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """Last day; None: until further notice."""
    source: Mapped[str | None] = mapped_column(String(300), info=NO_PERSON)
    """Who asks for it, and where its definition is published."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class HoursRule(Base):
    """How many hours an official is to be trained in a year, as an office asks, or the installation where the office asks nothing."""

    __tablename__ = "hours_rule"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="dates"),
        UniqueConstraint("office_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"))
    """None: for all offices without a rule of their own."""
    minutes: Mapped[int]
    year: Mapped[HoursYear] = mapped_column(value_enum(HoursYear))
    """Which kind of year they are to be reached in."""
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str | None] = mapped_column(String(300), info=NO_PERSON)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
