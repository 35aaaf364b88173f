"""What the official does through the personal link: correct their data, and withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.models import Agency
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.people.identity import NOTHING, Identity, keep_identity
from seminar_app.people.identity_rules import IdentityPart
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import PersonData, edit_person
from seminar_app.registration.errors import AgencyIsFixed, NoSuchAgency, NotInThisState
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, edition_of, may_change_agency, may_edit, may_withdraw
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.reserving import reserve
from seminar_app.registration.services.seats import LockedSeats, lock_seats, settle
from seminar_app.seminars.rules import is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The corrected data. `person.email` is ignored."""

    person: PersonData
    agency_id: int
    unit: str | None
    position: str | None
    identity: Identity = NOTHING
    """Identity data that replaces what is on file, or is added to it."""
    forget: tuple[IdentityPart, ...] = ()
    reserve: bool = False
    """Whether the person asks that their identity be reserved; heeded where the seminar offers it."""


def locked_registration(session: Session, registration_id: int) -> tuple[LockedSeats, Registration]:
    """Lock the seats of the registration's seminar, then read the registration with its person.

    Raises:
        NotFound: there is no such registration.
    """
    seminar_id = session.scalar(select(Registration.seminar_id).where(Registration.id == registration_id))
    if seminar_id is None:
        raise NotFound
    seats = lock_seats(session, seminar_id)
    registration = session.scalars(
        select(Registration).where(Registration.id == registration_id).options(joinedload(Registration.person))
    ).one()
    return seats, registration


def actor_of(registration: Registration) -> str:
    """Return the name that the audit log gives to an official who came by the link."""
    return f"registration:{registration.public_id.hex}"


def edit(session: Session, *, now: datetime, registration_id: int, correction: Correction, opened: str) -> None:
    """Correct the official's data.

    Args:
        opened: `edition` of what the page showed; if the data have changed since, nothing is saved.

    Raises:
        NotInThisState: the registration is no longer active.
        StaleEdit: the data were changed meanwhile.
        AgencyIsFixed: the agency can be changed only while the registration is pending.
        NoSuchAgency: the agency does not exist.
        IdentityUnreadable: the identity data on file were changed outside the program, or their key is missing.
        NameTaken: another person with this address has that name.
    """
    seats, registration = locked_registration(session, registration_id)
    if not may_edit(registration.state):
        raise NotInThisState
    if opened != edition(registration):
        raise StaleEdit
    actor = actor_of(registration)
    columns = []
    if correction.agency_id != registration.agency_id:
        if not may_change_agency(registration.state):
            raise AgencyIsFixed
        agency = session.get(Agency, correction.agency_id)
        if agency is None:
            raise NoSuchAgency
        registration.agency_id, registration.state_name = agency.id, agency.state
        columns.append("agency_id")
    wanted = {"unit": correction.unit, "position": correction.position, "language": correction.person.language}
    for column, value in wanted.items():
        if getattr(registration, column) != value:
            setattr(registration, column, value)
            columns.append(column)
    if columns:
        audit.record(
            session,
            now=now,
            actor=actor,
            action="registration.edited",
            subject=f"registration:{registration.public_id.hex}",
            seminar=seats.seminar.slug,
            details={"columns": columns},
        )
    keep_identity(
        session,
        now=now,
        actor=actor,
        person=registration.person,
        identity=correction.identity,
        forget=correction.forget,
        seminar=seats.seminar.slug,
    )
    edit_person(session, now=now, actor=actor, person=registration.person, data=correction.person, seminar=seats.seminar.slug)
    if correction.reserve and seats.seminar.offers_reserved:
        reserve(
            session,
            ChangeContext(now, actor),
            person_id=registration.person_id,
            reason=ReservedReason.OWN_REQUEST,
            seminar=seats.seminar.slug,
        )


def edition(registration: Registration) -> str:
    """Return which version of the registration and its person this is."""
    return edition_of(registration.version, registration.person.version)


def withdraw(session: Session, *, now: datetime, registration_id: int) -> bool:
    """Release the seat or the place in the queue; a freed seat goes to the first in the queue who may hold it.

    The submission id is cleared, so that the person can register again from the same page.

    Returns:
        Whether anything changed; False if the registration was withdrawn before.

    Raises:
        NotInThisState: the registration was removed or declined meanwhile, or the seminar is over.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.state is RegistrationState.WITHDRAWN:
        return False
    if not may_withdraw(registration.state, over=is_over(seats.seminar, now=now)):
        raise NotInThisState
    left = registration.seat_pool_id
    registration.submission_id = None
    change_state(
        session,
        now=now,
        actor=actor_of(registration),
        seminar=seats.seminar,
        registration=registration,
        state=RegistrationState.WITHDRAWN,
    )
    seats.moved(left=left, took=None)
    tell(session, now=now, kind="withdrawn", seminar=seats.seminar, office=seats.office, registration=registration)
    settle(session, now=now, seats=seats)
    return True
