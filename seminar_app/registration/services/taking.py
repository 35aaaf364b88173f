"""Take a place in a seminar: the one path of the public form, staff's hand, the door and an agency's list.

Under locked seats (`locked_seats.lock_seats`): find the person (`find_comer`), make their registration ready (`ready`), give it a seat or
a place (`place`, or as the door does), and note what comes with it (`finish`). `take_place` is all of these.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from seminar_app.agencies.queries import AgencyToday
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_rows
from seminar_app.people.identity import NOTHING, Identity, keep_identity
from seminar_app.people.matching import By
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData, find_or_add_person, hold_person
from seminar_app.registration.errors import AlreadyOnTheRoster, ReservedOnTheRoster
from seminar_app.registration.links import issue_link
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.rules import (
    RegistrationState,
    Source,
    decide_releases,
    first_state,
    first_state_of_nomination,
    is_alternate,
    may_register_again,
)
from seminar_app.registration.services.changes import agency_of_today, change_state
from seminar_app.registration.services.holding import any_due, invitation_of
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.reserving import free_code, record_reserved
from seminar_app.registration.services.seats import seat_or_queue, settle

_MAILS = {
    RegistrationState.REGISTERED: "registered",
    RegistrationState.WAITLISTED: "waitlisted",
    RegistrationState.PENDING: "pending",
    RegistrationState.NOMINATED: "nominated",
}


class Entry(Struct, frozen=True, kw_only=True):
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


class Comer(Struct, frozen=True, kw_only=True):
    """Somebody who is to have a place.

    Attributes:
        person: held, so that nobody can merge or erase them now.
        known: they were on file before.
        agency: where they work, as of today; None if it is not in the directory.
        registration: the one that they have in the seminar already, if any.
    """

    person: Person
    known: bool
    entry: Entry
    agency: AgencyToday | None
    registration: Registration | None

    @property
    def joined(self) -> bool:
        """Whether a new registration is given to a person on file."""
        return self.known and self.registration is None

    def refuse_if_listed(self) -> None:
        """Refuse a person who has a registration in this seminar, except one who withdrew.

        Raises:
            AlreadyOnTheRoster, ReservedOnTheRoster: they have.
        """
        if self.registration is not None and not may_register_again(self.registration.state):
            raise ReservedOnTheRoster if self.person.reserved else AlreadyOnTheRoster(name=self.person.certificate_name)


def find_comer(
    session: Session,
    context: ChangeContext,
    *,
    seats: LockedSeats,
    entry: Entry,
    by: By,
    reach: ColumnElement[bool] | None = None,
    person_id: int | None = None,
) -> Comer:
    """Find whom staff or a list have entered, or add them.

    Args:
        reach, person_id: as for `registering.add_by_hand`.

    Raises:
        NotFound: the chosen person was erased meanwhile.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    agency = agency_of_today(session, entry.agency_id, entry.agency_text)
    if person_id is not None:
        person, known = _chosen(session, person_id), True
    else:
        person, known = find_or_add_person(
            session, context, data=entry.person, agency_id=entry.agency_id, by=by, identity=entry.identity, reach=reach
        )
        if known:
            person, known = held(session, context, person=person, entry=entry)
    registration = find_registration(session, seminar_id=seats.seminar.id, person=person) if known else None
    return Comer(person=person, known=known, entry=entry, agency=agency, registration=registration)


def take_place(
    session: Session,
    context: ChangeContext,
    *,
    seats: LockedSeats,
    comer: Comer,
    source: Source,
    submission: uuid.UUID | None,
    notice_ids: tuple[int, int | None] | None = None,
) -> Registration:
    """Give somebody a seat, or a place on the waiting list, or let them wait for approval, and tell them.

    Whoever enters many people locks the seats once, calls this for each, and settles once at the end; a place on the waiting list
    costs no question to the database then.

    Args:
        source: a nomination draws from its agency's seats only, and a form waits where staff approve each one.
        submission: id by which the same entry sent twice is one (`submission_of`).
        notice_ids: the privacy notice that was shown, and what the office added to it; None keeps what stands there.
    """
    registration = ready(session, context, seats=seats, comer=comer, source=source, submission=submission)
    if notice_ids is not None:
        registration.notice_id, registration.office_notice_id = notice_ids
        registration.notice_at = context.now
    place(session, context, seats=seats, registration=registration, source=source)
    finish(session, context, seats=seats, comer=comer, registration=registration)
    tell(session, context, kind=mail_of(registration), seminar=seats.seminar, office=seats.office, registration=registration)
    return registration


def ready(
    session: Session, context: ChangeContext, *, seats: LockedSeats, comer: Comer, source: Source, submission: uuid.UUID | None
) -> Registration:
    """Return the registration that is to be placed: a new one that is not in the database yet, or that which they have."""
    registration = comer.registration or new_registration(session, context, seats, comer.person, source=source)
    if registration.state is not RegistrationState.WAITLISTED:  # who waits took the place for one agency, and keeps it
        fill(registration, comer.entry, comer.agency)
        registration.source, registration.agency_seats_only = source, False
    registration.submission_id = submission
    return registration


def place(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, source: Source) -> None:
    """Give the registration a seat or a place in the queue, or let it wait for approval."""
    invited = invitation_of(session, seats, registration) is not None  # the organizer has approved them
    state = None if invited else first_state_of(session, seats, registration, source, now=context.now)
    if state is None:
        seat_or_queue(session, context, seats=seats, registration=registration)
    else:
        change_state(session, context, seminar=seats.seminar, registration=registration, state=state)


def first_state_of(
    session: Session, seats: LockedSeats, registration: Registration, source: Source, *, now: datetime
) -> RegistrationState | None:
    """Return the state that awaits an approval, None if the seats decide; on the registration, whether its agency's seats only do.

    Who was at a seminar that is entered afterwards needs no approval, and has a seat whatever the agency.
    """
    if seats.seminar.from_before:
        registration.agency_seats_only = False
        return None
    approval = seats.approval(now)
    registration.agency_seats_only = source is Source.NOMINATION and seats.has_quota(session, registration.agency_id)
    if source is Source.NOMINATION:
        return first_state_of_nomination(approval, has_quota=registration.agency_seats_only)
    return first_state(approval) if source is Source.FORM else None


def finish(session: Session, context: ChangeContext, *, seats: LockedSeats, comer: Comer, registration: Registration) -> None:
    """Note what comes with a registration: that it joined a known person, that a new person is reserved, and identity data."""
    if comer.joined:
        row = {"registration_id": registration.id, "person_id": comer.person.id, "joined_at": context.now, "joined_by": context.actor}
        insert_rows(session, PersonJoin, [row])
    slug = seats.seminar.slug
    if comer.person.reserved and not comer.known:  # a known person is held, and cannot be reserved meanwhile
        record_reserved(session, context, person=comer.person, seminar=slug)
    keep_identity(session, context, person=comer.person, identity=comer.entry.identity, only_missing=True, seminar=slug)


def mail_of(registration: Registration) -> str:
    """Return the kind of the mail that tells what a registration has come to."""
    alternate = is_alternate(registration.state, agency_seats_only=registration.agency_seats_only)
    return "alternate" if alternate else _MAILS[registration.state]


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


def submission_of(showing: uuid.UUID, person: PersonData, seminar_id: int) -> uuid.UUID:
    """Return the id of this display of the form, for this person and this seminar.

    The same form sent twice is one submission. A form sent again from the same page with another address or name is a new
    submission, for example when a clerk registers five colleagues.
    """
    return uuid.uuid5(showing, f"{seminar_id} {person.email or ''} {person.search_key}")


def settle_due(session: Session, context: ChangeContext, *, seats: LockedSeats) -> None:
    """If a quota's release date has come, or a kept seat has ended, serve the waiting list before the present registration."""
    if any_due(session, context, seats=seats) or decide_releases(seats.pools, today=seats.today(context.now)):
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


def is_sent_again(session: Session, showing: uuid.UUID, person: PersonData, seminar_id: int) -> bool:
    """Whether this display of a form has made this person's registration already: then nothing is asked about it again."""
    return find_submission(session, submission_of(showing, person, seminar_id)) is not None


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


def get_registration(session: Session, seminar_id: int, registration_id: int) -> Registration:
    """Return a registration of this seminar as it is now, with its person.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Registration).where(Registration.id == registration_id, Registration.seminar_id == seminar_id)
    found = session.scalar(wanted.options(joinedload(Registration.person)).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
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


def fill(registration: Registration, entry: Entry, agency: AgencyToday | None) -> None:
    """Set where the person works, as of today, and the language. `agency`: None if it is not in the directory."""
    registration.agency_id, registration.agency_version_id = entry.agency_id, agency.version_id if agency else None
    registration.agency_text = entry.agency_text if agency is None else None
    registration.state_name = (agency.state if agency else None) or entry.state_name
    registration.unit = entry.unit
    registration.rank = entry.rank
    registration.position = entry.position
    registration.language = entry.person.language
