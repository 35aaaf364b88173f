"""Write a letter, send it, and take it back while it is held.

Sending is one transaction: the letter and a message for each person, or nothing. The messages leave two minutes later.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.inserts import insert_unless_present
from seminar_app.feedback.services import forget_reminded, form_to_remind, locked_seminar, note_reminded
from seminar_app.letters import queries
from seminar_app.letters.errors import LetterChanged, NobodyToWriteTo, NotADraft, ReceiversChanged, TooLateToTakeBack
from seminar_app.letters.models import Letter
from seminar_app.letters.rules import TIME_TO_UNDO, Audience, LetterState, Words, may_be_taken_back
from seminar_app.messages.batches import Addressed, enqueue_all, take_back
from seminar_app.messages.kinds import delete_when_sent
from seminar_app.offices.models import Office
from seminar_app.people.rules import reserved_name
from seminar_app.registration.links import ENDPOINT, issue_link
from seminar_app.registration.models import Registration
from seminar_app.registration.services.mails import facts
from seminar_app.seminars.models import Seminar

KIND, UNANSWERED_KIND = "letter", "letter_unanswered"
FEEDBACK_ENDPOINT = "feedback.answer"
delete_when_sent(UNANSWERED_KIND)


class Typed(Struct, frozen=True):
    """What the form holds: the words by language, and to whom the letter goes."""

    words: Mapping[str, Words]
    audience: Audience


def write(session: Session, context: ChangeContext, *, seminar_id: int, submission_id: uuid.UUID, typed: Typed) -> Letter:
    """Keep a new letter as a draft. The same form sent again leads to the same letter, as it is now."""
    letter = Letter(
        public_id=uuid.uuid4(),
        submission_id=submission_id,
        seminar_id=seminar_id,
        state=LetterState.DRAFT,
        written_by=context.actor,
        written_at=context.now,
    )
    _fill(letter, typed)
    if not insert_unless_present(session, letter, index_elements=("submission_id",)):
        return session.scalars(select(Letter).where(Letter.submission_id == submission_id, Letter.seminar_id == seminar_id)).one()
    _record(session, context, letter, "letter.written")
    return letter


def change(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, version: int, typed: Typed) -> Letter:
    """Change a draft.

    Args:
        version: of the letter that the form showed.

    Raises:
        NotADraft: it was sent or taken back.
        StaleEdit: somebody else changed it meanwhile.
    """
    letter = _locked(session, seminar_id, public_id)
    if letter.state is not LetterState.DRAFT:
        raise NotADraft
    if letter.version != version:
        raise StaleEdit
    _fill(letter, typed)
    letter.written_by, letter.written_at = context.actor, context.now
    session.flush()
    _record(session, context, letter, "letter.changed")
    return letter


def discard(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID) -> None:
    """Delete a draft.

    Raises:
        NotADraft: it was sent or taken back.
    """
    letter = _locked(session, seminar_id, public_id)
    if letter.state is not LetterState.DRAFT:
        raise NotADraft
    session.delete(letter)
    _record(session, context, letter, "letter.discarded")


def send(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, version: int, seen: int) -> Letter:
    """Put a message for each person into the outbox, held for two minutes. A letter that was sent already stays as it is.

    Where only those are meant who have not answered the evaluation, the refusals depend on who is asked, never on who has answered:
    a letter to nobody looks like any other.

    Args:
        version: of the letter that the page showed; `seen`: the number of people by mail that it named.

    Raises:
        LetterChanged, ReceiversChanged: the page no longer showed what would be sent.
        NobodyToWriteTo: mail reaches nobody.
        NotADraft: it was taken back.
        SessionGone: it goes by the attendance of a session that was deleted.
        SeminarNotHeld, NotOpenToRemind, TooFewSinceTheChange, AlreadyReminded: people cannot be reminded of the evaluation now.
    """
    seminar = locked_seminar(session, seminar_id)
    letter = _locked(session, seminar_id, public_id)
    if letter.state is LetterState.SENT:
        return letter
    if letter.state is not LetterState.DRAFT:
        raise NotADraft
    if letter.version != version:
        raise LetterChanged
    audience = letter.goes_to
    number = queries.receivers_now(session, seminar, audience).number
    if not number:
        raise NobodyToWriteTo
    if number != seen:
        raise ReceiversChanged(before=seen, now=number)
    if audience.unanswered:
        note_reminded(context, form_to_remind(session, context, seminar), seminar)
    people = queries.to_write_to(session, seminar, audience)
    letter.state, letter.sent_at, letter.sent_by = LetterState.SENT, context.now, context.actor
    letter.leaves_at = context.now + TIME_TO_UNDO
    letter.people = None if audience.unanswered else len(people)
    session.flush()
    office = session.get_one(Office, seminar.office_id)
    said = {language: facts(seminar, office, language) | {"letter": letter.public_id.hex} for language in ("es", "en")}
    mails = [_addressed(session, letter, each, said[each.language], asks=audience.unanswered) for each in people]
    enqueue_all(session, context, mails, batch=letter.public_id, not_before=letter.leaves_at)
    _record(session, context, letter, "letter.sent", **({} if audience.unanswered else {"people": len(people)}))
    return letter


def take_letter_back(
    session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, clock: Callable[[], datetime]
) -> Letter:
    """Take all mails of a letter back while it is held: all of them, or none.

    Args:
        clock: read once more when the mails are deleted, because the rows of some kinds are gone once they have left, and this
            change may have waited for its locks until then.

    Raises:
        TooLateToTakeBack: a sender has one of them, or has had time to.
    """
    seminar = locked_seminar(session, seminar_id)
    letter = _locked(session, seminar_id, public_id)
    if letter.state is LetterState.TAKEN_BACK:
        return letter
    if not may_be_taken_back(letter.state, leaves_at=letter.leaves_at, now=context.now):
        raise TooLateToTakeBack
    whole = take_back(session, context, batch=letter.public_id)
    if not whole or not may_be_taken_back(letter.state, leaves_at=letter.leaves_at, now=clock()):
        raise TooLateToTakeBack
    letter.state, letter.taken_back_at = LetterState.TAKEN_BACK, context.now
    if letter.goes_to.unanswered:
        forget_reminded(session, seminar)
    session.flush()
    _record(session, context, letter, "letter.taken_back")
    return letter


def _fill(letter: Letter, typed: Typed) -> None:
    letter.subject_es, letter.text_es = typed.words["es"].subject, typed.words["es"].text
    letter.subject_en, letter.text_en = typed.words["en"].subject, typed.words["en"].text
    letter.audience = typed.audience.as_json()


def _addressed(session: Session, letter: Letter, registration: Registration, said: dict[str, str], *, asks: bool) -> Addressed:
    person = registration.person
    return Addressed(
        kind=UNANSWERED_KIND if asks else KIND,
        language=registration.language,
        to_address=person.email or "",
        to_name=person.certificate_name,
        facts=said | {"code": reserved_name(registration.reserved_code) if person.reserved else ""},
        link=issue_link(session, registration),
        link_endpoint=FEEDBACK_ENDPOINT if asks else ENDPOINT,
        dedupe_key=f"letter:{letter.public_id.hex}:{registration.public_id.hex}",
    )


def _locked(session: Session, seminar_id: int, public_id: uuid.UUID) -> Letter:
    wanted = select(Letter).where(Letter.public_id == public_id, Letter.seminar_id == seminar_id)
    letter = session.scalar(wanted.with_for_update())
    if letter is None:
        raise NotFound
    return letter


def _record(session: Session, context: ChangeContext, letter: Letter, action: str, **details: object) -> None:
    seminar = session.get_one(Seminar, letter.seminar_id)
    record(session, context, action=action, subject=f"letter:{letter.public_id.hex}", seminar=seminar.slug, details=details)
