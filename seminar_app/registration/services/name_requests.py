"""An official's own change of name, once seated: staff accept or decline it, because lists and certificates follow it."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.people.rules import is_small_change
from seminar_app.people.services import PersonData, edit_person, stored_data
from seminar_app.registration.errors import NotInThisState
from seminar_app.registration.models import NameRequest, Registration
from seminar_app.registration.rules import RegistrationState, edition_of_request
from seminar_app.registration.services.locked_seats import locked_registration
from seminar_app.registration.services.mails import tell


def ask_where_needed(session: Session, context: ChangeContext, *, registration: Registration, data: PersonData, seminar: str) -> PersonData:
    """Return the data to save at once: all of them, or with the name on file where the new name needs staff's consent.

    A seated person may correct accents, capitals and the order of names. Another name becomes a request; the same request again
    changes nothing, and the name on file sent again takes the request back.
    """
    person = registration.person
    if is_small_change(person, data) or not _is_seated(session, person):
        forget_request(session, registration.id)
        return data
    names = {name: getattr(data, name) for name in ("given_names", "surname1", "surname2", "certificate_name")}
    request = session.scalar(select(NameRequest).where(NameRequest.registration_id == registration.id))
    if request is None or any(getattr(request, name) != value for name, value in names.items()):
        request = request or NameRequest(registration_id=registration.id)
        for name, value in names.items():
            setattr(request, name, value)
        request.asked_at = context.now
        session.add(request)
        session.flush()
        audit.record(session, context, action="person.name_asked", subject=f"registration:{registration.public_id.hex}", seminar=seminar)
    return replace(data, **{name: getattr(person, name) for name in names})


def _is_seated(session: Session, person: Person) -> bool:
    """Whether the person holds a seat in any seminar: one name stands on all lists."""
    seated = select(Registration.id).where(Registration.person_id == person.id, Registration.state == RegistrationState.REGISTERED)
    return session.scalar(seated.limit(1)) is not None


def decide_request(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, accept: bool, asked: str) -> Person:
    """Accept the name that the official asked for, or decline it; the official gets a mail.

    Args:
        asked: `edition_of_request` of what the page showed.

    Raises:
        StaleEdit: the official has asked for still another name since.
        NotFound: there is no such registration in this seminar.
        NotInThisState: nobody asks any more.
        NameTaken: another record has this name and this address.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    request = session.scalar(select(NameRequest).where(NameRequest.registration_id == registration_id))
    if request is None:
        raise NotInThisState
    if asked != edition_of_request(request.asked_at):
        raise StaleEdit
    person, slug = registration.person, seats.seminar.slug
    if accept:
        names = {name: getattr(request, name) for name in ("given_names", "surname1", "surname2", "certificate_name")}
        edit_person(session, context, person=person, data=replace(stored_data(person), **names), seminar=slug)
    forget_request(session, registration_id)
    audit.record(
        session,
        context,
        action="person.name_accepted" if accept else "person.name_declined",
        subject=f"registration:{registration.public_id.hex}",
        seminar=slug,
    )
    kind = "name_accepted" if accept else "name_declined"
    tell(session, context, kind=kind, seminar=seats.seminar, office=seats.office, registration=registration)
    return person


def forget_request(session: Session, registration_id: int) -> None:
    """Delete the request of this registration, if there is one."""
    session.execute(delete(NameRequest).where(NameRequest.registration_id == registration_id))
