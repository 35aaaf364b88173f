"""Generate answers to a seminar's evaluation: most people answer, most are satisfied, some add a comment."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.demo.content import COMMENTS_CHANGE, COMMENTS_USEFUL
from seminar_app.feedback.answering import answer
from seminar_app.feedback.queries import get_version
from seminar_app.feedback.rules import SCALE, Asked, QuestionKind
from seminar_app.feedback.services import close_form, open_form
from seminar_app.feedback.standard import CONFIDENCE_BEFORE
from seminar_app.registration.models import Registration

ANSWER_SHARE = 0.78
COMMENT_SHARE = 0.3
OPEN_DAYS = 14
SCALE_WEIGHTS = (1, 2, 8, 34, 55)
BEFORE_WEIGHTS = (8, 26, 38, 22, 6)


def answer_feedback(
    session: Session, context: ChangeContext, *, seminar_id: int, seated: Sequence[Registration], chance: random.Random
) -> None:
    """Open the form, generate the answers, and close the form two weeks later."""
    form = open_form(session, context, seminar_id=seminar_id)
    session.flush()
    questions = get_version(session, form.id).questions
    for person in seated:
        if chance.random() < ANSWER_SHARE:
            answers = {question.key: given for question in questions if (given := _answer(question, chance))}
            answer(session, registration_id=person.id, form_id=form.id, version_number=None, answers=answers)
    close_form(session, replace(context, now=context.now + timedelta(days=OPEN_DAYS)), seminar_id=seminar_id)


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
