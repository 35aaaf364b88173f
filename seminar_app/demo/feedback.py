"""Give a seminar's evaluation its dates, and generate answers: most people answer, most are satisfied, some add a comment."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy.orm import Session

from seminar_app.core.actor import RULE
from seminar_app.core.change_context import ChangeContext
from seminar_app.demo.content import COMMENTS_CHANGE, COMMENTS_USEFUL
from seminar_app.feedback.answering import answer
from seminar_app.feedback.dates import follow_dates, seen_dates, set_dates
from seminar_app.feedback.queries import find_form, get_version, last_session_end, standing_of
from seminar_app.feedback.rules import SCALE, Asked, Dates, QuestionKind, proposed_dates
from seminar_app.feedback.standard import CONFIDENCE_BEFORE
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar

ANSWER_SHARE = 0.78
COMMENT_SHARE = 0.3
SCALE_WEIGHTS = (1, 2, 8, 34, 55)
BEFORE_WEIGHTS = (8, 26, 38, 22, 6)


def date_feedback(session: Session, context: ChangeContext, *, seminar: Seminar) -> Dates:
    """Let the form open when the last session ends, and close two weeks later."""
    standing, last_end = standing_of(session, seminar), last_session_end(session, seminar.id)
    dates = proposed_dates(stage=standing.stage, last_end=last_end, time_zone=seminar.time_zone, now=context.now)
    set_dates(session, context, seminar_id=seminar.id, dates=dates, seen=seen_dates(standing))
    return dates


def answer_feedback(session: Session, *, seminar_id: int, dates: Dates, seated: Sequence[Registration], chance: random.Random) -> None:
    """Open the form by its date, generate the answers, and close it by its date."""
    opens_at, closes_at = dates.opens_at, dates.closes_at
    assert opens_at is not None and closes_at is not None  # noqa: PT018, S101  for the type checker: both were set
    follow_dates(session, ChangeContext(opens_at, RULE), seminar_id=seminar_id)
    session.flush()
    form = find_form(session, seminar_id)
    assert form is not None  # noqa: S101  for the type checker: it is open
    questions = get_version(session, form.id).questions
    for person in seated:
        if chance.random() < ANSWER_SHARE:
            answers = {question.key: given for question in questions if (given := _answer(question, chance))}
            answer(session, registration_id=person.id, form_id=form.id, version_number=None, answers=answers)
    follow_dates(session, ChangeContext(closes_at, RULE), seminar_id=seminar_id)


def _answer(question: Asked, chance: random.Random) -> str:
    match question.kind:
        case QuestionKind.SCALE:
            return str(chance.choices(SCALE, BEFORE_WEIGHTS if question.key == CONFIDENCE_BEFORE else SCALE_WEIGHTS)[0])
        case QuestionKind.CHOICE:
            weights = [3 if option.value == "right" else 1 for option in question.options]
            return chance.choices([option.value for option in question.options], weights)[0]
        case QuestionKind.YES_NO:
            return "1" if chance.random() < 0.9 else "0"
        case QuestionKind.TEXT:
            if chance.random() >= COMMENT_SHARE:
                return ""
            return chance.choice(COMMENTS_CHANGE if question.key == "change" else COMMENTS_USEFUL)
