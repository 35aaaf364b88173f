"""Read letters, and to whom one goes. Whose evaluation is missing is asked for by the mail only: no page tells who, nor how many."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.agencies.queries import AgenciesThen, NamedAgency, agencies_then, groups_then, in_group_order
from seminar_app.attendance.models import Mark, Participation
from seminar_app.attendance.rules import ATTENDED
from seminar_app.core.errors import NotFound
from seminar_app.feedback import queries as feedback
from seminar_app.feedback.rules import FormStage
from seminar_app.letters.errors import SessionGone
from seminar_app.letters.models import Letter
from seminar_app.letters.rules import Audience, Presence
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson, told_apart
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession

MOST_LISTED = 200
"""Letters of one seminar on its page, newest first; nobody writes more."""


def get_letter(session: Session, seminar_id: int, public_id: uuid.UUID) -> Letter:
    """Return a letter of the seminar.

    Raises:
        NotFound: there is none with this id, or it is another seminar's.
    """
    letter = session.scalar(select(Letter).where(Letter.public_id == public_id, Letter.seminar_id == seminar_id))
    if letter is None:
        raise NotFound
    return letter


def letters_of(session: Session, seminar_id: int) -> Sequence[Letter]:
    """Return the letters of a seminar, newest first."""
    return session.scalars(select(Letter).where(Letter.seminar_id == seminar_id).order_by(Letter.id.desc()).limit(MOST_LISTED)).all()


# --- to whom --------------------------------------------------------------------------------------------------------


class Unreached(Struct, frozen=True):
    """A person whom the letter concerns and no mail reaches."""

    registration_id: uuid.UUID
    person: ShownPerson


class Receivers(Struct, frozen=True):
    """To whom a letter would go now.

    `by_mail` counts the people by the language they read. Where only those are meant who have not answered the evaluation, both parts
    say who is asked at all: neither depends on the receipts.
    """

    by_mail: Mapping[str, int]
    without_address: Sequence[Unreached]

    @property
    def number(self) -> int:
        """Number of people by mail."""
        return sum(self.by_mail.values())


def receivers_now(session: Session, seminar: Seminar, audience: Audience) -> Receivers:
    """Count those whom mail reaches, and list the others, in a constant number of statements.

    Raises:
        SessionGone: the letter goes by the attendance of a session that was deleted.
    """
    then = agencies_then(session)
    meant = _meant(session, seminar, audience, then)
    counted = select(Registration.language, func.count()).join(Person, Person.id == Registration.person_id)
    by_language = session.execute(counted.where(*meant, Person.email.is_not(None)).group_by(Registration.language))
    lacking = select(Registration.public_id, *SHOWN).join(Person, Person.id == Registration.person_id)
    rows = session.execute(lacking.where(*meant, Person.email.is_(None))).all()
    people = told_apart(shown_person(row, then) for row in rows)
    unreached = (Unreached(row.public_id, person) for row, person in zip(rows, people, strict=True))
    in_order = sorted(unreached, key=lambda each: each.person.order)
    return Receivers({language: number for language, number in by_language}, in_order)  # noqa: C416  rows are no pairs for a type checker


def to_write_to(session: Session, seminar: Seminar, audience: Audience) -> Sequence[Registration]:
    """Return the registrations that the letter goes to, with their person locked against erasure, in order.

    Raises:
        SessionGone: as in `receivers_now`.
    """
    meant = _meant(session, seminar, audience, agencies_then(session) if audience.groups else {})
    if audience.unanswered:
        form = feedback.find_form(session, seminar.id)
        meant.append(feedback.without_receipt(form.id if form is not None else 0))
    return session.scalars(
        select(Registration)
        .join(Registration.person)
        .where(*meant, Person.email.is_not(None))
        .options(contains_eager(Registration.person))
        .order_by(Registration.id)
        .with_for_update(read=True, of=Person)
    ).all()


def _meant(session: Session, seminar: Seminar, audience: Audience, then: AgenciesThen) -> list[ColumnElement[bool]]:
    """Return the conditions on registration and person, without the one about the evaluation's receipts."""
    conditions = [
        Registration.seminar_id == seminar.id,
        Registration.state.in_(audience.states),
        Person.merged_into_id.is_(None),
        Person.erased_at.is_(None),
    ]
    if seminar.from_before:
        conditions.append(false())  # nothing is sent about it
    if audience.groups:
        conditions.append(_in_groups(audience.groups, then))
    if audience.presence is not Presence.ANY:
        was_there = _was_there(session, seminar.id, audience.session)
        conditions.append(was_there if audience.presence is Presence.ATTENDED else ~was_there)
    if audience.unanswered:
        conditions.append(Registration.id.in_(feedback.asked_ids(seminar.id)))
    return conditions


def _in_groups(keys: Collection[str], then: AgenciesThen) -> ColumnElement[bool]:
    versions = {version_id for version_id, agency in then.items() if agency.group.key in keys}
    of_these = Registration.agency_version_id.in_([each for each in versions if each is not None])
    return or_(of_these, Registration.agency_version_id.is_(None)) if None in versions else of_these


def _was_there(session: Session, seminar_id: int, session_id: uuid.UUID | None) -> ColumnElement[bool]:
    if session_id is None:
        outcome = exists().where(Participation.registration_id == Registration.id, Participation.current, Participation.attended)
        return outcome.where(~Participation.superseded)
    held = select(SeminarSession.id).where(SeminarSession.public_id == session_id, SeminarSession.seminar_id == seminar_id)
    if session.scalar(held) is None:
        raise SessionGone
    return exists().where(Mark.registration_id == Registration.id, Mark.session_id == held.scalar_subquery(), Mark.status.in_(ATTENDED))


# --- what the form offers -------------------------------------------------------------------------------------------


class BegunSession(Struct, frozen=True):
    """A session whose attendance can be asked about."""

    public_id: uuid.UUID
    starts_at: datetime
    title_es: str | None
    title_en: str | None


class Offer(Struct, frozen=True):
    """What the form can choose by.

    Attributes:
        states: number of people in each state that occurs.
        groups: agency groups as of then, in order.
        sessions: those that have begun; without any, nobody has attended or missed anything.
        evaluation_open: whether there is an evaluation to be answered.
    """

    states: Mapping[RegistrationState, int]
    groups: Sequence[NamedAgency]
    sessions: Sequence[BegunSession]
    evaluation_open: bool


def offer_of(session: Session, seminar: Seminar, *, now: datetime) -> Offer:
    """Return what the form of a letter can choose by, in four statements."""
    then = agencies_then(session)
    rows = session.execute(_by_state_and_agency(seminar.id)).all()
    states: dict[RegistrationState, int] = {}
    for row in rows:
        states[row.state] = states.get(row.state, 0) + row.number
    groups = groups_then(then[row.agency_version_id] for row in rows)
    columns = (SeminarSession.public_id, SeminarSession.starts_at, SeminarSession.title_es, SeminarSession.title_en)
    begun = select(*columns).where(SeminarSession.seminar_id == seminar.id, SeminarSession.starts_at <= now)
    sessions = [BegunSession(*row) for row in session.execute(begun.order_by(SeminarSession.starts_at, SeminarSession.id))]
    stage = feedback.stage(feedback.find_form(session, seminar.id), seminar.state)
    return Offer(states, sorted(groups.values(), key=in_group_order), sessions, stage is FormStage.OPEN)


def _by_state_and_agency(seminar_id: int) -> Select[RegistrationState, int | None, int]:
    return (
        select(Registration.state, Registration.agency_version_id, func.count().label("number"))
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == seminar_id, Person.merged_into_id.is_(None), Person.erased_at.is_(None))
        .group_by(Registration.state, Registration.agency_version_id)
    )


def find_session(session: Session, seminar_id: int, public_id: uuid.UUID) -> BegunSession | None:
    """Return the session that a letter goes by, or None if it was deleted."""
    columns = (SeminarSession.public_id, SeminarSession.starts_at, SeminarSession.title_es, SeminarSession.title_en)
    wanted = select(*columns).where(SeminarSession.seminar_id == seminar_id, SeminarSession.public_id == public_id)
    row = session.execute(wanted).one_or_none()
    return None if row is None else BegunSession(*row)
