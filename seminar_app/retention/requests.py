"""An official asks that their data be erased; an administrator erases them, or says why they are kept."""

from __future__ import annotations

import uuid

from sqlalchemy import delete
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_unless_present
from seminar_app.people.services import lock_people
from seminar_app.registration.errors import NotInThisState
from seminar_app.registration.models import Registration
from seminar_app.registration.services.locked_seats import locked_registration
from seminar_app.registration.services.mails import tell
from seminar_app.retention.erasing import erase_person
from seminar_app.retention.models import ErasureRequest


def ask(session: Session, context: ChangeContext, *, registration_id: int) -> None:
    """Keep the request. Asked twice, it is one request, of the first time; of somebody erased meanwhile none is kept."""
    seats, registration = locked_registration(session, registration_id)
    lock_people(session, [registration.person_id])
    if registration.person.erased_at is not None:
        return
    request = ErasureRequest(registration_id=registration_id, asked_at=context.now)
    if insert_unless_present(session, request, index_elements=("registration_id",)):
        _record(session, context, "erasure.asked", registration, seats.seminar.slug)


def take_back(session: Session, context: ChangeContext, *, registration_id: int) -> None:
    """Delete the request, at the wish of the person who made it. Without a request nothing happens."""
    seats, registration = locked_registration(session, registration_id)
    if _forget(session, registration_id):
        _record(session, context, "erasure.taken_back", registration, seats.seminar.slug)


def keep(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, reason: str) -> None:
    """Decline the request; the person gets a mail with the reason.

    Raises:
        NotFound: there is no such registration in this seminar.
        NotInThisState: nobody asks any more.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    if not _forget(session, registration_id):
        raise NotInThisState
    _record(session, context, "erasure.declined", registration, seats.seminar.slug)
    tell(session, context, kind="erasure_declined", seminar=seats.seminar, office=seats.office, registration=registration, why=reason)


def erase(session: Session, context: ChangeContext, *, registration_id: int, person: uuid.UUID) -> None:
    """Erase the person who asks, in all seminars.

    Raises:
        NotInThisState: nobody asks any more, so nobody is erased who took the request back.
    """
    if not _forget(session, registration_id):
        raise NotInThisState
    erase_person(session, context, public_id=person)


def _forget(session: Session, registration_id: int) -> bool:
    gone = delete(ErasureRequest).where(ErasureRequest.registration_id == registration_id).returning(ErasureRequest.registration_id)
    return session.execute(gone).one_or_none() is not None


def _record(session: Session, context: ChangeContext, action: str, registration: Registration, slug: str) -> None:
    record(session, context, action=action, subject=f"registration:{registration.public_id.hex}", seminar=slug)
