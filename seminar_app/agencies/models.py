"""The tree of agencies, their versions, their aliases, and their successors."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from seminar_app.agencies.rules import AgencyLevel
from seminar_app.core.data_subject import NO_PERSON
from seminar_app.core.tables import Base, value_enum


class Agency(Base):
    """An agency or one of its offices. The topmost ancestor is its agency group."""

    __tablename__ = "agency"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True, info=NO_PERSON)
    name_es: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    name_en: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    level: Mapped[AgencyLevel] = mapped_column(value_enum(AgencyLevel))
    country: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    state: Mapped[str | None] = mapped_column(String(60), info=NO_PERSON)
    """Name of the state, as officials write it («Quintana Roo»), for state and municipal agencies."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """Last day on which the agency existed; None if it still exists."""
    search_key: Mapped[str] = mapped_column(String(600), info=NO_PERSON)
    """Code and both names, folded."""
    version: Mapped[int] = mapped_column(default=1)

    parent: Mapped[Agency | None] = relationship(remote_side="Agency.id", lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class AgencyVersion(Base):
    """An agency and its group as they were from `since` on. A registration names the version of its day.

    A row is never changed, apart from `current` when a newer one follows (docs/decisions/0026-agencies-as-of-then.md).
    """

    __tablename__ = "agency_version"
    __table_args__ = (
        Index(
            "uq_agency_version_current",
            "agency_id",
            unique=True,
            sqlite_where=text("current = 1"),  # as SQLAlchemy writes the condition: SQLite compares the words
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"))
    current: Mapped[bool]
    code: Mapped[str] = mapped_column(String(32), info=NO_PERSON)
    name_es: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    name_en: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    level: Mapped[AgencyLevel] = mapped_column(value_enum(AgencyLevel))
    state: Mapped[str | None] = mapped_column(String(60), info=NO_PERSON)
    group_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"))
    """The topmost ancestor then."""
    group_code: Mapped[str] = mapped_column(String(32), info=NO_PERSON)
    group_name_es: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    group_name_en: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    group_level: Mapped[AgencyLevel] = mapped_column(value_enum(AgencyLevel, "group_level"))
    """Lists show federal groups first."""
    since: Mapped[datetime]


class AgencyAlias(Base):
    """Another name that people type: «Procuraduría», «Migración»."""

    __tablename__ = "agency_alias"
    __table_args__ = (UniqueConstraint("agency_id", "search_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    alias: Mapped[str] = mapped_column(String(200), info=NO_PERSON)
    search_key: Mapped[str] = mapped_column(String(200), info=NO_PERSON)


class AgencySuccession(Base):
    """The work of one agency passed to another. A split or a merger is several rows.

    `happened_on` is set if the day is established, `happened_in` (a year) if only the year is, neither if it is not known.
    """

    __tablename__ = "agency_succession"
    __table_args__ = (
        UniqueConstraint("from_agency_id", "to_agency_id"),
        CheckConstraint("from_agency_id <> to_agency_id", name="not_itself"),
        CheckConstraint("happened_on IS NULL OR happened_in IS NULL", name="day_or_year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    to_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    happened_on: Mapped[date | None] = mapped_column(Date)
    happened_in: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(300), info=NO_PERSON)
    """Where the date is published, so that it can be checked."""
