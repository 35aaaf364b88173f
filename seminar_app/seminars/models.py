"""Seminars, their hosts, sessions, speakers and seat pools."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, event, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from seminar_app.core.data_subject import NO_PERSON, STAFF
from seminar_app.core.folding import fold
from seminar_app.core.tables import Base, value_enum
from seminar_app.seminars.rules import Approval, Asked, ExcusedRule, RegistrationMode, SeminarState, SubstitutesBy, outcome_state


class Seminar(Base):
    """A training seminar of one office. Its texts are in Spanish, English or both; at least one title is required."""

    __tablename__ = "seminar"
    __table_args__ = (
        CheckConstraint("title_es IS NOT NULL OR title_en IS NOT NULL", name="titled"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("threshold_percent BETWEEN 0 AND 100", name="threshold"),
        CheckConstraint("extra_at_door BETWEEN 0 AND 999", name="extra_at_door"),
        CheckConstraint(
            "registration_opens_at IS NULL OR registration_closes_at IS NULL OR registration_opens_at < registration_closes_at",
            name="window",
        ),
        Index("ix_seminar_calendar", "ends_on", "starts_on"),
        Index("ix_seminar_start", "starts_on", "id"),
        Index("ix_seminar_state", "state", "starts_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True, info=NO_PERSON)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"), index=True)
    state: Mapped[SeminarState] = mapped_column(value_enum(SeminarState))
    title_es: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    title_en: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    topic_es: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    topic_en: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    objectives_es: Mapped[str | None] = mapped_column(Text, info=NO_PERSON)
    objectives_en: Mapped[str | None] = mapped_column(Text, info=NO_PERSON)
    audience_es: Mapped[str | None] = mapped_column(Text, info=NO_PERSON)
    audience_en: Mapped[str | None] = mapped_column(Text, info=NO_PERSON)
    funding_source: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    venue: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    street: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    """Address line of the venue, the same in both languages; the city stands apart."""
    city: Mapped[str] = mapped_column(String(100), info=NO_PERSON)
    country: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    time_zone: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """IANA name. Times are shown to the seminar's participants in this zone."""
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    registration_mode: Mapped[RegistrationMode] = mapped_column(value_enum(RegistrationMode))
    registration_code: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    approval: Mapped[Approval] = mapped_column(value_enum(Approval))
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    list_freezes_on: Mapped[date | None] = mapped_column(Date)
    """From this day on, in the seminar's time zone, agencies and the form change the list only with the organizer's approval."""
    substitutes_by: Mapped[SubstitutesBy] = mapped_column(
        value_enum(SubstitutesBy), default=SubstitutesBy.LIAISON, server_default=SubstitutesBy.LIAISON
    )
    """Who decides about a substitute that is proposed, as long as the list is not frozen."""
    extra_at_door: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """By how many seats the open pool may grow for people who come without a registration, once all seats they could have are taken."""
    threshold_percent: Mapped[int] = mapped_column(default=80)
    excused_rule: Mapped[ExcusedRule] = mapped_column(value_enum(ExcusedRule))
    asks_birth: Mapped[Asked] = mapped_column(value_enum(Asked, "asks_birth"), default=Asked.NO, server_default=Asked.NO)
    """Whether the registration form asks for birth date and place."""
    asks_curp: Mapped[Asked] = mapped_column(value_enum(Asked, "asks_curp"), default=Asked.NO, server_default=Asked.NO)
    asks_passport: Mapped[Asked] = mapped_column(value_enum(Asked, "asks_passport"), default=Asked.NO, server_default=Asked.NO)
    offers_reserved: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the registration form lets people ask that their identity be reserved."""
    identity_reason_es: Mapped[str | None] = mapped_column(String(300), info=NO_PERSON)
    """Why identity data are asked for, as the official reads it above the fields."""
    identity_reason_en: Mapped[str | None] = mapped_column(String(300), info=NO_PERSON)
    state_reason: Mapped[str | None] = mapped_column(String(300), info=NO_PERSON)
    """Why the seminar was cancelled, as registered people read it."""
    archived_from: Mapped[SeminarState | None] = mapped_column(value_enum(SeminarState, "archived_from"))
    """The state before it was archived."""
    from_before: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It was held before it was entered here: everybody on its lists has a seat, and nobody is written to."""
    demo: Mapped[bool] = mapped_column(default=False)
    """Made by `demo load`: its people are synthetic, and production refuses to start with such data."""
    search_key: Mapped[str] = mapped_column(String(700), default="", info=NO_PERSON)
    """Titles, city and slug, folded; set by the mapper events."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    """Time of the last change; calendars use it to find the newer version of an entry."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def outcome_state(self) -> SeminarState:
        """The state that decides who completed: of an archived seminar that in which it was archived."""
        return outcome_state(self.state, self.archived_from)


@event.listens_for(Seminar, "before_insert")
@event.listens_for(Seminar, "before_update")
def _keep_search_key(_mapper: object, _connection: object, seminar: Seminar) -> None:
    words = (seminar.title_es, seminar.title_en, seminar.city, seminar.slug)
    seminar.search_key = fold(" ".join(filter(None, words)))[:700]


class SeminarHost(Base):
    """An office that hosts the seminar; `position` is its order."""

    __tablename__ = "seminar_host"

    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"), primary_key=True)
    position: Mapped[int]


class SeminarSession(Base):
    """One seminar_session of a seminar. Contact minutes are stored, not guessed from the clock: breaks do not count."""

    __tablename__ = "seminar_session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("contact_minutes BETWEEN 1 AND 1440", name="contact_minutes"),
        Index("ix_seminar_session_order", "seminar_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    title_es: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    title_en: Mapped[str | None] = mapped_column(String(200), info=NO_PERSON)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    contact_minutes: Mapped[int]
    room: Mapped[str | None] = mapped_column(String(100), info=NO_PERSON)
    counts_for_completion: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    seminar: Mapped[Seminar] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class Speaker(Base):
    """A speaker of a session; feedback asks about each speaker."""

    __tablename__ = "speaker"
    __table_args__ = (UniqueConstraint("session_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("seminar_session.id", ondelete="RESTRICT"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200), info=STAFF)
    affiliation: Mapped[str | None] = mapped_column(String(200), info=STAFF)


class SeatPool(Base):
    """Seats of one agency or group, or the open pool (no agency). A seminar's capacity is the sum of its pools.

    Only triggers on registration and hold update `taken` and `held`. The CHECK refuses one person too many on every path.
    """

    __tablename__ = "seat_pool"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= size", name="room"),
        CheckConstraint("held >= 0 AND held <= taken", name="held"),
        CheckConstraint("agency_id IS NOT NULL OR release_on IS NULL", name="open_pool_has_no_release"),
        UniqueConstraint("seminar_id", "agency_id"),
        UniqueConstraint("seminar_id", "id"),
        Index(
            "uq_seat_pool_open",
            "seminar_id",
            unique=True,
            sqlite_where=text("agency_id IS NULL"),
            postgresql_where=text("agency_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    size: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many of these are kept for a name that is to come, or for an invitation."""
    release_on: Mapped[date | None] = mapped_column(Date)
    """From this day (in the seminar's time zone) unused seats belong to the open pool."""
    released_at: Mapped[datetime | None]
    """When the quota was released; None: not yet."""
    release_told: Mapped[int | None]
    """The last notice that its liaisons got of the coming release, in days before it (`registration.hold_rules`)."""
