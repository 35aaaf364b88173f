"""What a mail about a form turns out to be when it leaves: nothing, if the form takes no more answers or this one has come."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.feedback import queries
from seminar_app.feedback.services import OPENED, REMINDER
from seminar_app.feedback.wording import in_words
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import AddressOf, Resolved, link_of, resolve
from seminar_app.registration.first_mail import News, tells
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar


def init_app() -> None:
    """Register it for both kinds."""
    for kind in (OPENED, REMINDER):
        resolve(kind, _letter)
        tells(kind, News.FEEDBACK)


def _letter(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    link = link_of(message)
    registration = session.scalar(select(Registration).where(Registration.public_id == message.link_owner))
    if link is None or message.link_endpoint is None or registration is None or registration.state is not RegistrationState.REGISTERED:
        return None
    if not queries.awaits_answer(session, seminar_id=registration.seminar_id, registration_id=registration.id):
        return None
    closes_at = queries.dates_of(session, registration.seminar_id).closes_at
    until = in_words(closes_at, session.get_one(Seminar, registration.seminar_id).time_zone) if closes_at else ""
    facts = {"link": address_of(link, message.link_endpoint, None), "until": until}
    return Resolved(kind=message.kind, to_name=message.to_name, facts=facts)
