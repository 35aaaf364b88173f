"""Registrations: person, state, seat or place on the waiting list, and the history of each."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from seminar_app.core.data_subject import FREE_TEXT, NO_PERSON, PARTICIPANT
from seminar_app.core.tables import Base, value_enum
from seminar_app.people.models import Person
from seminar_app.registration.rules import NoticeState, RegistrationState, RemovalReason, Source


class Notice(Base):
    """A version of a text that people are shown before they give their data. Never edited: a change is a new version."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("kind", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), info=NO_PERSON)
    """`privacy`."""
    language: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text, info=NO_PERSON)
    published_at: Mapped[datetime]


class Registration(Base):
    """One person in one seminar. Agency, unit, rank, position and region are as of registration; a later move never changes them."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("seminar_id", "person_id"),
        UniqueConstraint("seminar_id", "queue_place"),
        # the database refuses a seat of another seminar's pool
        ForeignKeyConstraint(["seminar_id", "seat_pool_id"], ["seat_pool.seminar_id", "seat_pool.id"], ondelete="RESTRICT"),
        CheckConstraint("(state = 'registered') = (seat_pool_id IS NOT NULL)", name="seated"),
        CheckConstraint("(state = 'waitlisted') = (queue_place IS NOT NULL)", name="queued"),
        CheckConstraint("(state = 'removed') = (removal_reason IS NOT NULL)", name="removed"),
        CheckConstraint("(agency_id IS NULL) = (agency_version_id IS NULL)", name="agency_version"),
        CheckConstraint("(agency_id IS NULL) = (agency_text IS NOT NULL)", name="agency_text"),
        Index("ix_registration_roster", "seminar_id", "state", "agency_version_id"),
        Index("ix_registration_of_person", "person_id", "agency_id", "seminar_id"),
        Index("uq_registration_reserved_code", "seminar_id", "reserved_code", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    """None if it is not in the directory, or not yet assigned."""
    agency_version_id: Mapped[int | None] = mapped_column(ForeignKey("agency_version.id"))
    """What lists show: the agency's names and its group as of then. (NO ACTION, as `office_notice_id`.)"""
    agency_text: Mapped[str | None] = mapped_column(String(200), info=PARTICIPANT)
    """In place of both: the agency in the person's own words; empty once they are erased."""
    unit: Mapped[str | None] = mapped_column(String(200), info=PARTICIPANT)
    rank: Mapped[str | None] = mapped_column(String(100), info=PARTICIPANT)
    position: Mapped[str | None] = mapped_column(String(200), info=PARTICIPANT)
    state_name: Mapped[str | None] = mapped_column(String(60), info=PARTICIPANT)
    """The Mexican state (or other region) where the person works."""
    state: Mapped[RegistrationState] = mapped_column(value_enum(RegistrationState))
    removal_reason: Mapped[RemovalReason | None] = mapped_column(value_enum(RemovalReason))
    seat_pool_id: Mapped[int | None] = mapped_column(index=True)
    queue_place: Mapped[int | None]
    """Position on the waiting list in order of arrival, unique within the seminar."""
    agency_seats_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A nomination: draws from its agency's seats only, until a quota on its path is released or an organizer opens it."""
    source: Mapped[Source] = mapped_column(value_enum(Source))
    language: Mapped[str] = mapped_column(String(2), info=NO_PERSON)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id", ondelete="RESTRICT"))
    """The privacy notice the person was shown; None if staff wrote the registration and the person has not opened the page yet."""
    office_notice_id: Mapped[int | None] = mapped_column(ForeignKey("office_notice.id"))
    """What the office added to it; None where it adds nothing. (NO ACTION: SQLAlchemy reads no other back from SQLite.)"""
    notice_at: Mapped[datetime | None]
    """When the person said that they had read it: on the form, or at the first opening of their page. None: not yet."""
    submission_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    """Id of the display of the form that was sent: the same form sent twice makes one registration and one message."""
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PARTICIPANT)
    link_version: Mapped[int] = mapped_column(default=1)
    wrong_surnames: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many wrong surnames were typed at the first opening; five end the link until staff replace it."""
    paper_notice_at: Mapped[datetime | None]
    """When it was recorded that the person has signed the privacy notice on paper; None if nobody recorded it."""
    paper_notice_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    """Who recorded it, as in the audit log."""
    seat_asked_at: Mapped[datetime | None]
    """When the door asked the organizer for a seat; None once that is decided."""
    reserved_code: Mapped[str | None] = mapped_column(String(5), info=NO_PERSON)
    """Five random letters by which a reserved identity is shown in this seminar; they stay when the identity is shown again."""
    registered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    @property
    def audit_name(self) -> str:
        """Return the name in the audit log of an official who came by the personal link."""
        return f"registration:{self.public_id.hex}"


class RegistrationHistory(Base):
    """One change of a registration's state: the states before and after, who changed it, and why."""

    __tablename__ = "registration_history"
    __table_args__ = (Index("ix_registration_history_of", "registration_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """As in the audit log: `account:…`, `registration:…`, `public`, `command`, or `rule` for an automatic change."""
    from_state: Mapped[RegistrationState | None] = mapped_column(value_enum(RegistrationState, "from_state"))
    to_state: Mapped[RegistrationState] = mapped_column(value_enum(RegistrationState, "to_state"))
    seat_pool_id: Mapped[int | None] = mapped_column(ForeignKey("seat_pool.id", ondelete="RESTRICT"))
    queue_place: Mapped[int | None]
    """The place on the waiting list that the step gave, so that it can be given back."""
    note: Mapped[str | None] = mapped_column(String(300), info=PARTICIPANT)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    """Of a substitution: on the step that ends a registration the one that came instead, on the other's step the one that made way.

    (NO ACTION, as `office_notice_id`.)
    """
    extra_seats: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """1 where the open pool grew for this step, within what the seminar allows at the door; -1 where that was undone."""


class PersonJoin(Base):
    """A registration that was given to a known person because address and name, or what staff chose, said so. It can be split."""

    __tablename__ = "person_join"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    """The person that it was given to."""
    joined_at: Mapped[datetime]
    joined_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    split_at: Mapped[datetime | None]
    split_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)


class NameRequest(Base):
    """An official's own change of name that staff must accept, because the person holds a seat. Deleted when it is decided."""

    __tablename__ = "name_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), unique=True)
    given_names: Mapped[str] = mapped_column(String(100), info=PARTICIPANT)
    surname1: Mapped[str] = mapped_column(String(100), info=PARTICIPANT)
    surname2: Mapped[str | None] = mapped_column(String(100), info=PARTICIPANT)
    certificate_name: Mapped[str] = mapped_column(String(300), info=PARTICIPANT)
    asked_at: Mapped[datetime]


class FormSent(Base):
    """A public form whose button in the mail is to be pressed, or was. It has taken no seat, and it names nobody in the clear.

    What was typed is sealed and bound to this row. Deleted a few days after it was sent (`rules.form_ends`).
    """

    __tablename__ = "form_sent"
    __table_args__ = (
        Index("ix_form_sent_person", "person_index", "seminar_id", "sent_at"),
        Index("ix_form_sent_address", "seminar_id", "address_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Made of the display of the form and of what was typed: the same form sent twice is one row and one mail."""
    showing: Mapped[uuid.UUID]
    """Id of that display of the form."""
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PARTICIPANT)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=PARTICIPANT)
    key_id: Mapped[str] = mapped_column(String(16), info=NO_PERSON)
    """Name of the key that it was sealed with."""
    address_index: Mapped[bytes] = mapped_column(LargeBinary(32), info=PARTICIPANT)
    """Keyed hash of the address, by which staff find the form."""
    person_index: Mapped[bytes] = mapped_column(LargeBinary(32), info=PARTICIPANT)
    """Keyed hash of address and name, by which mails are counted, and forms of an erased person found."""
    reserved: Mapped[bool]
    """Whether the form asks that the identity be reserved."""
    void: Mapped[bool] = mapped_column(default=False)
    """Whether its button does nothing any more. The row stays as long as any other, or the page after the form would tell its sender."""
    sent_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    erase_at: Mapped[datetime | None]
    """When it is emptied, because its person was erased: once the page after the form shows of no form any more what was typed."""
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"), index=True)
    """What the button led to; None until it is pressed."""


class ChangeNotice(Base):
    """Changes of a seminar, collected until its people are told of them: of a seminar at most one is open."""

    __tablename__ = "change_notice"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'told') = (after IS NOT NULL)", name="told"),
        Index("ix_change_notice_seminar", "seminar_id", "id"),
        Index(
            "uq_change_notice_open",
            "seminar_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_change_notice_due", "state", "leaves_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"))
    state: Mapped[NoticeState] = mapped_column(value_enum(NoticeState))
    before: Mapped[dict[str, Any]] = mapped_column(info=NO_PERSON)
    """`Announced` before the first of these changes: what people hold a copy of."""
    after: Mapped[dict[str, Any] | None] = mapped_column(info=NO_PERSON)
    """`Announced` as people were told."""
    began_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    leaves_at: Mapped[datetime]
    last_registration_id: Mapped[int]
    """The newest registration at the last change: later ones were told of the seminar as it is now."""
    ended_at: Mapped[datetime | None]
    people: Mapped[int | None]
    """Number of people who were told."""
    liaisons: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(300), info=FREE_TEXT)
    """Why nobody was told, if that was said."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
