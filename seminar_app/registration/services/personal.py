"""What the official does through the personal link: correct their data, withdraw, and register again."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import StaleEdit
from seminar_app.people.identity import NOTHING, Identity, keep_identity
from seminar_app.people.identity_rules import IdentityPart
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import PersonData, edit_person, lock_people
from seminar_app.registration.errors import AgencyIsFixed, FormClosed, NotInThisState
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import (
    RegistrationState,
    Source,
    door,
    edition_of,
    may_change_agency,
    may_edit,
    may_register_again,
    may_withdraw,
)
from seminar_app.registration.services.changes import agency_of_today, change_state, edit_registration
from seminar_app.registration.services.forms_sent import void_forms_of
from seminar_app.registration.services.holding import let_go
from seminar_app.registration.services.locked_seats import locked_registration
from seminar_app.registration.services.mails import tell, tell_withdrawn
from seminar_app.registration.services.name_requests import ask_where_needed, forget_request
from seminar_app.registration.services.notices import notice_shown, office_notice_shown
from seminar_app.registration.services.reserving import reserve
from seminar_app.registration.services.seats import settle
from seminar_app.registration.services.taking import Entry, fill, mail_of, place, settle_due
from seminar_app.seminars.rules import has_ended


class Correction(Struct, frozen=True, kw_only=True):
    """The corrected data. `person.email` is ignored."""

    person: PersonData
    agency_id: int | None
    agency_text: str | None = None
    """The name of an agency that is not in the directory; ignored beside `agency_id`."""
    unit: str | None
    position: str | None
    identity: Identity = NOTHING
    """Identity data that replaces what is on file, or is added to it."""
    forget: tuple[IdentityPart, ...] = ()
    reserve: bool = False
    """Whether the person asks that their identity be reserved; heeded where the seminar offers it."""


def edit(session: Session, context: ChangeContext, *, registration_id: int, correction: Correction, opened: str) -> bool:
    """Correct the official's data. With another agency somebody who waits keeps the turn, and the waiting list is served again.

    Args:
        opened: `edition` of what the page showed; if the data have changed since, nothing is saved.

    Returns:
        Whether everything was saved; False if the new name waits for staff's consent.

    Raises:
        NotInThisState: the registration is no longer active.
        StaleEdit: the data were changed meanwhile.
        AgencyIsFixed: the person holds a seat, which may be of the agency's quota.
        NoSuchAgency: the agency does not exist, or none is named.
        IdentityUnreadable: the identity data on file were changed outside the program, or their key is missing.
        NameTaken: another person with this address has that name.
    """
    seats, registration = locked_registration(session, registration_id)
    if not may_edit(registration.state):
        raise NotInThisState
    lock_people(session, [registration.person_id])
    if opened != edition(registration):
        raise StaleEdit
    moved = correction.agency_id != registration.agency_id
    if moved:
        if not may_change_agency(registration.state, agency_seats_only=registration.agency_seats_only):
            raise AgencyIsFixed
        agency = agency_of_today(session, correction.agency_id, correction.agency_text)
        registration.agency_version_id = agency.version_id if agency else None
        registration.agency_id, registration.state_name = correction.agency_id, agency.state if agency else None
        registration.agency_text = correction.agency_text if agency is None else None
    wanted = {"unit": correction.unit, "position": correction.position, "language": correction.person.language}
    if registration.agency_id is None and may_change_agency(registration.state, agency_seats_only=registration.agency_seats_only):
        wanted["agency_text"] = correction.agency_text or registration.agency_text
    edit_registration(session, context, seminar=seats.seminar, registration=registration, wanted=wanted, moved=moved)
    keep_identity(
        session, context, person=registration.person, identity=correction.identity, forget=correction.forget, seminar=seats.seminar.slug
    )
    slug = seats.seminar.slug
    data = ask_where_needed(session, context, registration=registration, data=correction.person, seminar=slug)
    edit_person(session, context, person=registration.person, data=data, seminar=slug)
    if correction.reserve and seats.seminar.offers_reserved:
        reserve(session, context, person_id=registration.person_id, reason=ReservedReason.OWN_REQUEST, seminar=slug)
    if moved:
        session.flush()
        settle(session, context, seats=seats)
    return data is correction.person


def edition(registration: Registration) -> str:
    """Return which version of the registration and its person this is."""
    return edition_of(registration.version, registration.person.version)


def withdraw(session: Session, context: ChangeContext, *, registration_id: int) -> bool:
    """Release the seat or the place in the queue; a freed seat goes to the first in the queue who may hold it.

    The submission id is cleared and the person's forms are void: an earlier mail's button must not undo this, and the same page
    can register the person again.

    Returns:
        Whether anything changed; False if the registration was withdrawn before.

    Raises:
        NotInThisState: the registration was removed or declined meanwhile, or the seminar has ended.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.state is RegistrationState.WITHDRAWN:
        return False
    if not may_withdraw(registration.state, ended=has_ended(seats.seminar, now=context.now)):
        raise NotInThisState
    left, invited = registration.seat_pool_id, registration.state is RegistrationState.INVITED
    registration.submission_id = None
    let_go(session, context, seats=seats, registration=registration, ending=HoldEnd.DECLINED)
    change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.WITHDRAWN)
    forget_request(session, registration_id)
    void_forms_of(session, registration)
    seats.moved(left=left, took=None)
    tell_withdrawn(session, context, seminar=seats.seminar, office=seats.office, registration=registration, invited=invited)
    settle(session, context, seats=seats)
    return True


def register_again(
    session: Session,
    context: ChangeContext,
    *,
    registration_id: int,
    entry: Entry,
    notice_version: int,
    notice_language: str,
    office_notice_id: int | None,
) -> Registration:
    """Register somebody again who withdrew. The personal link has proven the mailbox, so the seat is drawn at once.

    Pressed twice, it returns the registration as the first press left it.

    Args:
        entry: where the person works now; of the person only the language counts.
        notice_version: version of the privacy notice that was shown; `notice_language` is its language.
        office_notice_id: the version of the office's own words that was shown with it; None if the office had none.

    Raises:
        FormClosed: the seminar does not take registrations by the form now.
        NotInThisState: staff have removed or declined the registration meanwhile.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    notice_id = notice_shown(session, context, version=notice_version, language=notice_language)
    seats, registration = locked_registration(session, registration_id)
    lock_people(session, [registration.person_id])
    if may_edit(registration.state):
        return registration
    if not may_register_again(registration.state) or registration.person.erased_at is not None:
        raise NotInThisState
    way = door(seats.seminar, now=context.now)
    if way is None or not way.lets_in:
        raise FormClosed
    settle_due(session, context, seats=seats)
    fill(registration, entry, agency_of_today(session, entry.agency_id, entry.agency_text))
    registration.source, registration.notice_id, registration.notice_at = Source.FORM, notice_id, context.now
    registration.office_notice_id = office_notice_shown(session, seminar_id=seats.seminar.id, notice_id=office_notice_id)
    place(session, context, seats=seats, registration=registration, source=Source.FORM)
    slug = seats.seminar.slug
    keep_identity(session, context, person=registration.person, identity=entry.identity, only_missing=True, seminar=slug)
    tell(session, context, kind=mail_of(registration), seminar=seats.seminar, office=seats.office, registration=registration)
    return registration
