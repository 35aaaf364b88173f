"""What a letter's mail says when it leaves: the outbox holds no copy of the words for each person, the letter does."""

from __future__ import annotations

import uuid

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.feedback import queries as feedback
from seminar_app.letters.models import Letter
from seminar_app.letters.rules import LetterState, language_read
from seminar_app.letters.services import FEEDBACK_ENDPOINT, KIND, UNANSWERED_KIND
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import AddressOf, Resolved, link_of, resolve
from seminar_app.messages.rendering import Letter as Rendered
from seminar_app.messages.rendering import write as render
from seminar_app.messages.rules import MessageState
from seminar_app.offices.models import Office
from seminar_app.registration.first_mail import written_to_many
from seminar_app.registration.links import ENDPOINT, PURPOSE
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, link_has_ended
from seminar_app.registration.services.mails import facts
from seminar_app.seminars.models import Seminar


def init_app() -> None:
    """Register both kinds."""
    resolve(KIND, _letter)
    resolve(UNANSWERED_KIND, _reminding)
    written_to_many(KIND)
    written_to_many(UNANSWERED_KIND)


def _reminding(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return the letter, or None if the person has answered meanwhile, or can answer no more."""
    registration = session.scalar(select(Registration).where(Registration.public_id == message.link_owner))
    if registration is None or registration.state is not RegistrationState.REGISTERED:
        return None
    if not feedback.awaits_answer(session, seminar_id=registration.seminar_id, registration_id=registration.id):
        return None
    return _letter(session, message, address_of)


def _letter(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return the letter in the language its receiver reads; None if it was taken back, or has no words any more."""
    wanted = select(Letter, Seminar.ends_on).join(Seminar, Seminar.id == Letter.seminar_id)
    found = session.execute(wanted.where(Letter.public_id == uuid.UUID(hex=message.context["letter"]))).one_or_none()
    if found is None or found.Letter.state is LetterState.TAKEN_BACK:
        return None
    written = found.Letter.written
    language = language_read(message.language, written)
    if language is None:
        return None
    link = link_of(message)
    works = link is not None and message.link_endpoint is not None and not link_has_ended(found.ends_on, today=clock.now().date())
    said = {
        "subject": written[language].subject,
        "text": written[language].text,
        "in_own_language": language == message.language,
        "asks": message.link_endpoint == FEEDBACK_ENDPOINT,
        "unproven": False,
        "link": address_of(link, message.link_endpoint, None) if works and link and message.link_endpoint else None,
    }
    return Resolved(kind=KIND, to_name=message.to_name, facts=said)


def as_read(
    app: Flask, session: Session, context: ChangeContext, *, letter: Letter, seminar: Seminar, language: str, name: str
) -> Rendered:
    """Return the letter as a person who reads this language will read it, with a name of nobody and without the secret of the link."""
    office = session.get_one(Office, seminar.office_id)
    example = Message(
        public_id=uuid.uuid4(),
        kind=KIND,
        language=language,
        to_address="",
        to_name=name,
        context=facts(seminar, office, language) | {"letter": letter.public_id.hex, "code": ""},
        link_endpoint=FEEDBACK_ENDPOINT if letter.goes_to.unanswered else ENDPOINT,
        link_purpose=PURPOSE,
        link_owner=uuid.uuid4(),
        link_version=1,
        state=MessageState.WAITING,
        created_at=context.now,
    )
    return render(app, example, show_link=False, reading=session, late=False)
