"""Make, open, close and edit a form, and write to people who are asked. Answers are stored by `answering`, dates by `dates`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import asdict
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.core.values import replace
from seminar_app.feedback import queries, rules, standard
from seminar_app.feedback.errors import (
    AlreadyReminded,
    NobodyToRemind,
    NoQuestions,
    NotOpenToClose,
    NotOpenToRemind,
    OpenAndAnswered,
    SeminarNotBegun,
    SeminarNotHeld,
    TooFewSinceTheChange,
    TooManyQuestions,
)
from seminar_app.feedback.models import FeedbackDates, FeedbackForm, FormVersion, Question
from seminar_app.feedback.rules import Asked, FormKind, FormStage, WhyNotOpen
from seminar_app.feedback.tallying import count_newest_responses, keys_answered, version_is_answered
from seminar_app.messages.kinds import delete_when_sent
from seminar_app.messages.models import Message
from seminar_app.messages.services import enqueue
from seminar_app.offices.models import Office
from seminar_app.registration.links import issue_link
from seminar_app.registration.models import Registration
from seminar_app.registration.services.delayed import TIME_TO_UNDO
from seminar_app.registration.services.mails import facts
from seminar_app.seminars.models import Seminar

_SPEAKER_KEY = re.compile(rf"\A{standard.SPEAKER}[0-9a-f]{{32}}\Z")
OPENED, REMINDER = "feedback_opened", "feedback_reminder"
delete_when_sent(OPENED)
delete_when_sent(REMINDER)


def get_or_make_form(session: Session, context: ChangeContext, *, seminar_id: int) -> FeedbackForm:
    """Return the seminar's reaction form, locked. If there is none, make it: the standard form with a question for each speaker.

    Raises:
        NotFound: no such seminar.
    """
    seminar = locked_seminar(session, seminar_id)
    found = select(FeedbackForm).where(FeedbackForm.seminar_id == seminar.id, FeedbackForm.kind == FormKind.REACTION)
    form = session.scalar(found.with_for_update())
    if form is not None:
        return form
    form = FeedbackForm(public_id=uuid.uuid4(), seminar_id=seminar.id, kind=FormKind.REACTION)
    session.add(form)
    session.flush()
    _write_version(session, context, form, number=1, questions=standard.reaction_form(queries.speakers(session, seminar.id)))
    _record(session, context, form, seminar, action="feedback.made")
    return form


def refusal_to_open(seminar: Seminar, *, now: datetime) -> SeminarNotHeld | SeminarNotBegun | None:
    """Return why the seminar's form cannot be opened now, or None."""
    today = now.astimezone(ZoneInfo(seminar.time_zone)).date()
    match rules.why_not_open(seminar_state=seminar.state, starts_on=seminar.starts_on, today=today):
        case WhyNotOpen.SEMINAR_STATE:
            return SeminarNotHeld()
        case WhyNotOpen.TOO_EARLY:
            return SeminarNotBegun()
    return None


def open_form(session: Session, context: ChangeContext, *, seminar_id: int) -> FeedbackForm:
    """Open the form for answers. A closed form that is opened again keeps its answers; an open form stays open.

    The first opening writes to all who are asked. Later ones write to nobody: whoever is asked since gets a reminder.

    Raises:
        SeminarNotHeld, SeminarNotBegun: the form cannot be opened now.
    """
    seminar = locked_seminar(session, seminar_id)
    if (refusal := refusal_to_open(seminar, now=context.now)) is not None:
        raise refusal
    form = get_or_make_form(session, context, seminar_id=seminar_id)
    before = queries.stage(form, seminar.state)
    _forget_passed_dates(session, context.now, form)
    if before is FormStage.NOT_OPENED:
        form.opened_at = context.now
        told = _write(session, context, form, seminar, kind=OPENED)
        _record(session, context, form, seminar, action="feedback.opened", people=told)
    elif before is FormStage.CLOSED:
        form.closed_at = None
        _record(session, context, form, seminar, action="feedback.reopened")
    return form


def close_form(session: Session, context: ChangeContext, *, seminar_id: int, take_back: bool = False) -> FeedbackForm:
    """Close the form for answers.

    Args:
        session: to write with.
        context: of the change.
        seminar_id: of the form's seminar.
        take_back: the form was opened by mistake a moment ago; without answers it becomes a form that was never opened, and the
            mails about it are deleted. Once they may have left, it is closed.

    Raises:
        NotOpenToClose: the form is not open.
    """
    seminar = locked_seminar(session, seminar_id)
    form = get_or_make_form(session, context, seminar_id=seminar_id)
    if queries.stage(form, seminar.state) is not FormStage.OPEN:
        raise NotOpenToClose
    _forget_passed_dates(session, context.now, form)
    unsaid = form.opened_at is not None and context.now < form.opened_at + TIME_TO_UNDO
    if take_back and unsaid and not queries.count_answered(session, form.id):
        form.opened_at = None
        people = select(Registration.public_id).where(Registration.seminar_id == seminar.id)
        session.execute(delete(Message).where(Message.kind == OPENED, Message.link_owner.in_(people)))
    else:
        form.closed_at = context.now
    _record(session, context, form, seminar, action="feedback.closed")
    return form


def _forget_passed_dates(session: Session, now: datetime, form: FeedbackForm) -> None:
    """Forget the dates that have come, so that they do not undo what is done by hand afterwards."""
    mine = update(FeedbackDates).where(FeedbackDates.seminar_id == form.seminar_id, FeedbackDates.kind == form.kind)
    session.execute(mine.where(FeedbackDates.opens_at <= now).values(opens_at=None))
    session.execute(mine.where(FeedbackDates.closes_at <= now).values(closes_at=None))


def edit_questions(session: Session, context: ChangeContext, *, seminar_id: int, questions: Sequence[Asked], seen: str) -> queries.Version:
    """Replace the questions: in place while they have no answers, else as the form's next version.

    An open form that has been answered takes corrections of spelling only, in place. A version with one answer beside a
    list of those who were reminded would tell whose answer it is.

    Args:
        session: to write with.
        context: of the change.
        seminar_id: of the form's seminar.
        questions: all of them, in order; a new question has the key ''.
        seen: `rules.fingerprint` of the questions that the editor began with.

    Raises:
        StaleEdit: another account changed them meanwhile.
        NoQuestions, TooManyQuestions: none, or more than `rules.MOST_QUESTIONS` and than there were.
        OpenAndAnswered: more than the spelling was changed.
    """
    seminar = locked_seminar(session, seminar_id)
    form = get_or_make_form(session, context, seminar_id=seminar_id)
    version = queries.get_version(session, form.id)
    if rules.fingerprint(version.questions) != seen:
        raise StaleEdit
    if not questions:
        raise NoQuestions
    if len(questions) > max(rules.MOST_QUESTIONS, len(version.questions)):
        raise TooManyQuestions(most=rules.MOST_QUESTIONS)
    now_asked, asked_before = queries.all_questions(session, form.id)
    asked = (*standard.reaction_form(()), *asked_before, *now_asked)
    keyed = _with_keys(asked, questions, answered=keys_answered(session, form.id))
    if keyed == version.questions:
        return version
    number = version.number
    answered = version_is_answered(session, version.id)
    if answered and queries.stage(form, seminar.state) is FormStage.OPEN:
        return _correct_spelling(session, context, form=form, seminar=seminar, version=version, corrected=keyed)
    if answered:
        number += 1
    else:
        session.execute(delete(Question).where(Question.version_id == version.id))
        session.execute(delete(FormVersion).where(FormVersion.id == version.id))
    _write_version(session, context, form, number=number, questions=keyed)
    _record(session, context, form, seminar, action="feedback.questions_changed", version=number, questions=len(keyed))
    return queries.get_version(session, form.id)


def _correct_spelling(
    session: Session, context: ChangeContext, *, form: FeedbackForm, seminar: Seminar, version: queries.Version, corrected: Sequence[Asked]
) -> queries.Version:
    if not rules.corrects_spelling(version.questions, corrected):
        raise OpenAndAnswered
    for question in corrected:
        options = [asdict(option) for option in question.options]
        words = {"prompt_es": question.prompt_es, "prompt_en": question.prompt_en, "options": options}
        session.execute(update(Question).where(Question.version_id == version.id, Question.key == question.key).values(words))
    action = "feedback.questions_changed"
    _record(session, context, form, seminar, action=action, version=version.number, questions=len(corrected))
    return queries.get_version(session, form.id)


def remind(session: Session, context: ChangeContext, *, seminar_id: int) -> None:
    """Send a reminder to each person who is asked and has not answered, once a day. The number of mails stays secret.

    The rows of the reminders are deleted once they are sent (`delete_when_sent`): beside the receipts they
    would tell who answered after a reminder.

    Raises:
        SeminarNotHeld: the seminar is cancelled or archived.
        NotOpenToRemind: the form is not open.
        TooFewSinceTheChange: fewer than five have answered the newest questions, and others answered earlier ones.
        AlreadyReminded: reminders went out today.
        NobodyToRemind: no mail is due.
    """
    seminar = locked_seminar(session, seminar_id)
    form = form_to_remind(session, context, seminar)
    if not _write(session, context, form, seminar, kind=REMINDER):
        raise NobodyToRemind
    note_reminded(context, form, seminar)
    _record(session, context, form, seminar, action="feedback.reminded")


def form_to_remind(session: Session, context: ChangeContext, seminar: Seminar) -> FeedbackForm:
    """Return the form whose people may be reminded now, of a seminar that is locked. The caller notes the day on it.

    Raises:
        SeminarNotHeld, NotOpenToRemind, TooFewSinceTheChange, AlreadyReminded: as `remind` says.
    """
    refusal = refusal_to_remind(session, seminar, now=context.now)
    if refusal is not None:
        raise refusal
    return get_or_make_form(session, context, seminar_id=seminar.id)


def refusal_to_remind(session: Session, seminar: Seminar, *, now: datetime) -> Refusal | None:
    """Return why people cannot be reminded now, or None."""
    if seminar.state not in rules.TAKING_ANSWERS:
        return SeminarNotHeld()
    form = queries.find_form(session, seminar.id)
    if form is None or queries.stage(form, seminar.state) is not FormStage.OPEN:
        return NotOpenToRemind()
    if queries.get_version(session, form.id).number > 1 and count_newest_responses(session, form.id) < rules.LEAST:
        return TooFewSinceTheChange(least=rules.LEAST)
    return AlreadyReminded() if form.reminded_on == _day(seminar, now) else None


def note_reminded(context: ChangeContext, form: FeedbackForm, seminar: Seminar) -> None:
    """Note that people who have not answered were reminded today, so that nobody reminds them again before tomorrow."""
    form.reminded_on = _day(seminar, context.now)


def forget_reminded(session: Session, seminar: Seminar) -> None:
    """Let people be reminded again today, because what was written to them today was taken back. The seminar is locked."""
    form = queries.find_form(session, seminar.id)
    if form is not None:
        form.reminded_on = None


def _day(seminar: Seminar, now: datetime) -> date:
    return now.astimezone(ZoneInfo(seminar.time_zone)).date()


def _write(session: Session, context: ChangeContext, form: FeedbackForm, seminar: Seminar, *, kind: str) -> int:
    """Put a mail for each person who is asked and has not answered into the outbox. Return how many there are.

    Those about the opening go once in all, and leave when it can no longer be undone.
    """
    office = session.get_one(Office, seminar.office_id)
    said = {language: facts(seminar, office, language) for language in ("es", "en")}
    opened, written = kind == OPENED, 0
    for registration in queries.to_write_to(session, seminar_id=seminar.id, form_id=form.id):
        message = enqueue(
            session,
            context,
            kind=kind,
            language=registration.language,
            to_address=registration.person.email or "",
            to_name=registration.person.certificate_name,
            facts=said[registration.language],
            link=issue_link(session, registration),
            link_endpoint="feedback.answer",
            dedupe_key=f"{OPENED}:{form.public_id.hex}:{registration.public_id.hex}" if opened else None,
            not_before=context.now + TIME_TO_UNDO if opened else None,
        )
        written += message is not None
    return written


def locked_seminar(session: Session, seminar_id: int) -> Seminar:
    """Return the seminar under the lock that every change of its form takes.

    Raises:
        NotFound: no such seminar.
    """
    seminar = session.scalar(select(Seminar).where(Seminar.id == seminar_id).with_for_update(key_share=True))
    if seminar is None:
        raise NotFound
    return seminar


def _with_keys(before: Sequence[Asked], after: Sequence[Asked], *, answered: Collection[str]) -> tuple[Asked, ...]:
    """Give new questions a key, and also questions that became others: their figures do not add up with the old ones.

    Args:
        before: all questions ever asked, the newest last; a question that was removed and comes back keeps its key.
        after: the questions that the editor sent.
        answered: keys of the questions on versions that were answered.
    """
    known = {question.key: question for question in before}
    keyed: dict[str, Asked] = {}
    for sent in after:
        old = known.get(sent.key)
        question = sent if old is None else rules.with_values_of(sent, old)
        same = _SPEAKER_KEY.match(sent.key) if old is None else rules.is_same_question(old, question, answered=sent.key in answered)
        key = sent.key if same and sent.key not in keyed else f"own:{uuid.uuid4().hex}"
        keyed[key] = replace(question, key=key)
    return tuple(keyed.values())


def _write_version(session: Session, context: ChangeContext, form: FeedbackForm, *, number: int, questions: Sequence[Asked]) -> None:
    version = FormVersion(form_id=form.id, number=number, created_at=context.now)
    session.add(version)
    session.flush()
    for position, question in enumerate(questions, start=1):
        columns = asdict(question) | {"options": [asdict(option) for option in question.options]}
        session.add(Question(version_id=version.id, position=position, **columns))
    session.flush()


def _record(session: Session, context: ChangeContext, form: FeedbackForm, seminar: Seminar, *, action: str, **details: Any) -> None:
    record(session, context, action=action, subject=f"feedback_form:{form.public_id.hex}", seminar=seminar.slug, details=details)
