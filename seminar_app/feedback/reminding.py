"""What a reminder turns out to be when it leaves the outbox: nothing, if the form takes no more answers or this one has come."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.feedback import queries
from seminar_app.feedback.services import REMINDER
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import AddressOf, Resolved, link_of, resolve
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState


def init_app() -> None:
    """Register it."""
    resolve(REMINDER, _reminder)


def _reminder(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    link = link_of(message)
    registration = session.scalar(select(Registration).where(Registration.public_id == message.link_owner))
    if link is None or message.link_endpoint is None or registration is None or registration.state is not RegistrationState.REGISTERED:
        return None
    if not queries.awaits_answer(session, seminar_id=registration.seminar_id, registration_id=registration.id):
        return None
    facts = {"link": address_of(link, message.link_endpoint, None)}
    return Resolved(kind=message.kind, to_name=message.to_name, facts=facts)
