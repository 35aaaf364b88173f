"""Register a person: by a public form whose button was pressed, or by staff."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session, contains_eager
from sqlalchemy.orm.attributes import set_committed_value

from seminar_app.agencies.models import Agency
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_rows
from seminar_app.people.identity import NOTHING, Identity, keep_identity
from seminar_app.people.matching import By, Same, match
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData, compared_of, find_or_add_person, hold_person
from seminar_app.registration.errors import AlreadyOnTheRoster, FormEnded, ReservedOnTheRoster
from seminar_app.registration.links import issue_link
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.rules import (
    RegistrationState,
    Source,
    decide_releases,
    first_state,
    may_register_again,
    takes_confirmations,
)
from seminar_app.registration.services.changes import agency_of_today, change_state
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.notices import notice_shown, office_notice_shown
from seminar_app.registration.services.reserving import free_code, record_reserved
from seminar_app.registration.services.seats import LockedSeats, lock_seats, seat_or_queue, settle

MAIL_OF_STATE = {
    RegistrationState.REGISTERED: "registered",
    RegistrationState.WAITLISTED: "waitlisted",
    RegistrationState.PENDING: "pending",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The data of a registration: a person, and where they work that day."""

    person: PersonData
    agency_id: int | None = None
    agency_text: str | None = None
    """What the person wrote, if the agency is not in the directory; ignored beside `agency_id`."""
    unit: str | None = None
    rank: str | None = None
    position: str | None = None
    identity: Identity = NOTHING
    """Birth data, CURP and passport, where the seminar asks for them."""
    state_name: str | None = None
    """The state where the person works, used only if the agency itself belongs to no state."""


def register(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    entry: Entry,
    submission_id: uuid.UUID,
    notice_version: int,
    notice_language: str,
    office_notice_id: int | None = None,
    still_counts: Callable[[], bool] = lambda: True,
) -> Registration:
    """Register the person of a public form, whose mailbox is proven (`forms_sent.confirm`).

    A new person gets a seat or a place in the queue, or waits for approval. A person who withdrew is registered again. Any
    other known registration stays as it is. A repeated submission does nothing.

    Args:
        submission_id: id of the display of the form.
        notice_version: version of the privacy notice that was shown; `notice_language` is its language.
        office_notice_id: the version of the office's own words that was shown with it; None if the office had none.
        still_counts: whether the form counts; asked once the seats are locked, because a withdrawal may have come before.

    Raises:
        FormEnded: the form no longer counts, or the seminar was cancelled or completed, or is over.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    # what can be known without the seats comes before their lock, because on PostgreSQL everybody in this seminar waits for it
    agency, version_id = agency_of_today(session, entry.agency_id, entry.agency_text)
    notice_id = notice_shown(session, context, version=notice_version, language=notice_language)
    shown_by_office = office_notice_shown(session, seminar_id=seminar_id, notice_id=office_notice_id)
    person, known = find_or_add_person(session, context, data=entry.person, agency_id=entry.agency_id)
    seats = lock_seats(session, seminar_id)
    if known:
        person, known = held(session, context, person=person, entry=entry)
    if not takes_confirmations(seats.seminar, now=context.now) or not still_counts():
        raise FormEnded
    settle_due(session, context, seats=seats)
    submission = submission_of(submission_id, entry.person, seminar_id)
    registration = find_registration(session, seminar_id=seminar_id, person=person) if known else None
    if registration is None and (registration := _sent_before(session, submission_id, entry.person, seminar_id)) is not None:
        if not known:  # the form came already, and the name was corrected since, or a second surname was added or left out
            session.delete(person)
        return registration
    if registration is not None and registration.submission_id == submission:
        return registration
    if registration is not None and not may_register_again(registration.state):
        return registration
    joined = known and registration is None
    registration = registration or new_registration(session, context, seats, person, source=Source.FORM)
    fill(registration, entry, agency, version_id)
    registration.notice_id = notice_id
    registration.office_notice_id = shown_by_office
    registration.submission_id = submission
    pending = first_state(seats.seminar.approval) is not None
    place(session, context, seats=seats, registration=registration, pending=pending)
    if joined:
        note_join(session, context, registration=registration)
    reserve_new(session, context, seats=seats, registration=registration, known=known)
    keep(session, context, seats=seats, person=person, entry=entry)
    tell(session, context, kind=MAIL_OF_STATE[registration.state], seminar=seats.seminar, office=seats.office, registration=registration)
    return registration


def add_by_hand(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    entry: Entry,
    submission_id: uuid.UUID,
    source: Source = Source.STAFF,
    reach: ColumnElement[bool] | None = None,
    person_id: int | None = None,
) -> Registration:
    """Register a person on their behalf, regardless of the window and the mode; seats and the waiting list follow the same rules.

    Args:
        reach: the people the account may see (`queries.reach_of`). Somebody among them with the same CURP and a compatible name
            is known; without it only address and name are compared.
        person_id: a known person that staff chose; the entry's name and address are not compared then.

    Raises:
        NotFound: the chosen person was erased meanwhile.
        SeminarCompleted: the seminar is completed or archived.
        AlreadyOnTheRoster, ReservedOnTheRoster: the person has a registration in this seminar.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    seats = lock_seats(session, seminar_id)
    settle_due(session, context, seats=seats)
    submission = submission_of(submission_id, entry.person, seminar_id)
    if (again := find_submission(session, submission)) is not None:
        return with_person(session, again)
    seats.refuse_if_frozen()
    agency, version_id = agency_of_today(session, entry.agency_id, entry.agency_text)
    if person_id is not None:
        person, known = _chosen(session, person_id), True
    else:
        by = By.LIST if source in (Source.NOMINATION, Source.IMPORT) else By.STAFF
        person, known = find_or_add_person(
            session, context, data=entry.person, agency_id=entry.agency_id, by=by, identity=entry.identity, reach=reach
        )
        if known:
            person, known = held(session, context, person=person, entry=entry)
    registration = find_registration(session, seminar_id=seminar_id, person=person) if known else None
    if registration is not None and not may_register_again(registration.state):
        raise ReservedOnTheRoster if person.reserved else AlreadyOnTheRoster(name=person.certificate_name)
    joined = known and registration is None
    registration = registration or new_registration(session, context, seats, person, source=source)
    fill(registration, entry, agency, version_id)
    registration.submission_id = submission
    place(session, context, seats=seats, registration=registration, pending=False)
    if joined:
        note_join(session, context, registration=registration)
    reserve_new(session, context, seats=seats, registration=registration, known=known)
    keep(session, context, seats=seats, person=person, entry=entry)
    tell(session, context, kind=MAIL_OF_STATE[registration.state], seminar=seats.seminar, office=seats.office, registration=registration)
    return registration


def reserve_new(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, known: bool) -> None:
    """Record that a new person's identity is reserved. That of a known person cannot be reserved meanwhile: the person is held."""
    if registration.person.reserved and not known:
        record_reserved(session, context, person=registration.person, seminar=seats.seminar.slug)


def keep(session: Session, context: ChangeContext, *, seats: LockedSeats, person: Person, entry: Entry) -> None:
    """Seal the identity data that the seminar asked for; what a known person has on file stays as it is."""
    slug = seats.seminar.slug
    keep_identity(session, context, person=person, identity=entry.identity, only_missing=True, seminar=slug)


def _chosen(session: Session, person_id: int) -> Person:
    """Return the person that staff chose, whom nobody can merge or erase now."""
    held = hold_person(session, session.get_one(Person, person_id))
    if held is None:
        raise NotFound
    return held


def held(session: Session, context: ChangeContext, *, person: Person, entry: Entry) -> tuple[Person, bool]:
    """Return the known person, whom nobody can merge or erase now; a new one if they were erased meanwhile."""
    held = hold_person(session, person)
    if held is not None:
        return held, True
    return find_or_add_person(session, context, data=entry.person, agency_id=entry.agency_id)


def note_join(session: Session, context: ChangeContext, *, registration: Registration) -> None:
    """Record that a registration was given to a known person, so that it can be split off."""
    row = {"registration_id": registration.id, "person_id": registration.person_id, "joined_at": context.now, "joined_by": context.actor}
    insert_rows(session, PersonJoin, [row])


def _sent_before(session: Session, showing: uuid.UUID, person: PersonData, seminar_id: int) -> Registration | None:
    """Return the registration that this display of the form has made for the same person; a missing second surname does not count."""
    submission = submission_of(showing, person, seminar_id)
    if person.surname2:
        return find_submission(session, submission, submission_of(showing, replace(person, surname2=None), seminar_id))
    if (found := find_submission(session, submission)) is not None or person.email is None:
        return found
    with_second = select(Registration).join(Registration.person).options(contains_eager(Registration.person))
    others = session.scalars(
        with_second.where(
            Registration.seminar_id == seminar_id,
            Person.email == person.email,
            Person.search_key.startswith(f"{person.search_key} ", autoescape=True),
        )
    )
    for other in others:
        sent = replace(person, given_names=other.person.given_names, surname1=other.person.surname1, surname2=other.person.surname2)
        verdict = match(compared_of(person), compared_of(sent), by=By.FORM, one_showing=True)
        if submission_of(showing, sent, seminar_id) == other.submission_id and isinstance(verdict, Same):
            return other
    return None


def submission_of(showing: uuid.UUID, person: PersonData, seminar_id: int) -> uuid.UUID:
    """Return the id of this display of the form, for this person and this seminar.

    The same form sent twice is one submission. A form sent again from the same page with another address or name is a new
    submission, for example when a clerk registers five colleagues.
    """
    return uuid.uuid5(showing, f"{seminar_id} {person.email or ''} {person.search_key}")


def settle_due(session: Session, context: ChangeContext, *, seats: LockedSeats) -> None:
    """If a quota's release date has come, serve the waiting list before the present registration."""
    if decide_releases(seats.pools, today=seats.today(context.now)):
        settle(session, context, seats=seats)


_OF_SUBMISSION = select(Registration).where(
    (Registration.submission_id == bindparam("submission_id")) | (Registration.submission_id == bindparam("or_this"))
)
_OF_PERSON = select(Registration).where(
    Registration.seminar_id == bindparam("seminar_id"), Registration.person_id == bindparam("person_id")
)


def find_submission(session: Session, submission: uuid.UUID, or_this: uuid.UUID | None = None) -> Registration | None:
    """Return the registration that this submission made, or the other one."""
    return session.scalars(_OF_SUBMISSION, {"submission_id": submission, "or_this": or_this or submission}).first()


def with_person(session: Session, registration: Registration) -> Registration:
    """Return the registration with `person` set on it."""
    set_committed_value(registration, "person", session.get_one(Person, registration.person_id))
    return registration


def find_registration(session: Session, *, seminar_id: int, person: Person) -> Registration | None:
    """Return this person's registration in this seminar, with `person` set on it."""
    found = session.scalar(_OF_PERSON, {"seminar_id": seminar_id, "person_id": person.id})
    if found is not None:
        set_committed_value(found, "person", person)
    return found


def new_registration(session: Session, context: ChangeContext, seats: LockedSeats, person: Person, *, source: Source) -> Registration:
    """Return a registration that is not in the database yet, with its personal link."""
    registration = Registration(
        public_id=uuid.uuid4(),
        seminar_id=seats.seminar.id,
        person_id=person.id,
        source=source,
        link_version=1,
        reserved_code=free_code(session, seats.seminar.id) if person.reserved else None,
        registered_at=context.now,
    )
    issue_link(session, registration)
    set_committed_value(registration, "person", person)
    return registration


def fill(registration: Registration, entry: Entry, agency: Agency | None, version_id: int | None) -> None:
    """Set where the person works, as of today, and the language. `agency`: None if it is not in the directory."""
    registration.agency_id, registration.agency_version_id = entry.agency_id, version_id
    registration.agency_text = entry.agency_text if agency is None else None
    registration.state_name = (agency.state if agency else None) or entry.state_name
    registration.unit = entry.unit
    registration.rank = entry.rank
    registration.position = entry.position
    registration.language = entry.person.language


def place(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, pending: bool) -> None:
    """Set the registration to pending, or give it a seat or a place in the queue."""
    if pending:
        change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.PENDING)
        return
    seat_or_queue(session, context, seats=seats, registration=registration)
