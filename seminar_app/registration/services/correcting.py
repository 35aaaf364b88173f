"""Staff correct what is known of a participant: the person's record, and the agency, unit and position as of then."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.people.errors import NameTaken
from seminar_app.people.models import Person
from seminar_app.people.services import NAME_COLUMNS, PersonData, edit_person, lock_people
from seminar_app.registration.errors import OnlyAdministrators, PersonIsErased, RecordExists
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, decide_move
from seminar_app.registration.services.changes import agency_of_today, change_state, edit_registration
from seminar_app.registration.services.elsewhere import registered_elsewhere
from seminar_app.registration.services.links import replace_links_of
from seminar_app.registration.services.locked_seats import LockedSeats, locked_registration
from seminar_app.registration.services.mails import tell_former_address
from seminar_app.registration.services.name_requests import forget_request
from seminar_app.registration.services.personal import edition
from seminar_app.registration.services.seats import settle


class StaffCorrection(Struct, frozen=True, kw_only=True):
    """The corrected data; `person.email` None takes the address away."""

    person: PersonData
    agency_id: int | None
    agency_text: str | None = None
    """The name of an agency that is not in the directory; ignored beside `agency_id`."""
    unit: str | None
    position: str | None


def correct(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    registration_id: int,
    correction: StaffCorrection,
    opened: str,
    offices: frozenset[int] | None = None,
) -> list[str]:
    """Correct a participant's data.

    A new agency keeps the seat where its people may hold it, else moves it to the nearest pool with room; where there is none,
    the seat stays as it is, because nobody loses a seat to a correction. Somebody who waits keeps the place in the queue, and the
    queue is served again. A new address replaces the personal links.

    Args:
        opened: `edition` of what the page showed; if the data have changed since, nothing is saved.
        offices: those the account organizes for. Name and address of a person who is registered with another one too are an
            administrator's to change. None: an administrator, or a command.

    Returns:
        Names of the columns that changed.

    Raises:
        NotFound: there is no such registration in this seminar.
        StaleEdit: the data were changed meanwhile.
        PersonIsErased: nothing is left to correct.
        NoSuchAgency: the agency does not exist, or none is named.
        OnlyAdministrators: name or address would change, and another office has the person too.
        RecordExists: another record has this name and this address.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    lock_people(session, [registration.person_id])
    if registration.person.erased_at is not None:
        raise PersonIsErased
    if opened != edition(registration):
        raise StaleEdit
    moved = correction.agency_id != registration.agency_id
    if moved:
        _move(session, context, seats=seats, registration=registration, correction=correction)
    wanted = {"unit": correction.unit, "position": correction.position, "language": correction.person.language}
    if registration.agency_id is None:
        wanted["agency_text"] = correction.agency_text or registration.agency_text
    changed = edit_registration(session, context, seminar=seats.seminar, registration=registration, wanted=wanted, moved=moved)
    person = registration.person
    former = person.email
    if _names_or_address_change(person, correction.person) and registered_elsewhere(session, person.id, offices):
        raise OnlyAdministrators
    try:
        columns = edit_person(session, context, person=person, data=correction.person, seminar=seats.seminar.slug, with_email=True)
    except NameTaken as error:
        raise RecordExists from error
    if "search_key" in columns or "certificate_name" in columns:
        forget_request(session, registration_id)
    if "email" in columns:
        replace_links_of(session, context, person)
        tell_former_address(session, context, address=former, seminar=seats.seminar, office=seats.office, registration=registration)
    return [*changed, *columns]


def _names_or_address_change(person: Person, data: PersonData) -> bool:
    return any(getattr(person, column) != getattr(data, column) for column in (*NAME_COLUMNS, "email"))


def _move(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, correction: StaffCorrection) -> None:
    agency = agency_of_today(session, correction.agency_id, correction.agency_text)
    before = session.get(Agency, registration.agency_id) if registration.agency_id is not None else None
    state = agency.state if agency else None
    if state or (before is not None and before.state):  # the former state was the former agency's
        registration.state_name = state
    registration.agency_id, registration.agency_version_id = correction.agency_id, agency.version_id if agency else None
    registration.agency_text = correction.agency_text if agency is None else None
    if registration.person.agency_id is None:
        registration.person.agency_id = correction.agency_id
    held = registration.seat_pool_id
    if held is not None:
        pool_id = decide_move(seats.pools, seats.reach(session, registration, now=context.now), held=held)
        if pool_id != held:
            change_state(
                session,
                context,
                seminar=seats.seminar,
                registration=registration,
                state=RegistrationState.REGISTERED,
                pool_id=pool_id,
            )
            seats.moved(left=held, took=pool_id)
    session.flush()
    settle(session, context, seats=seats)
