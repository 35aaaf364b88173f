"""Counting the answers of a form."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from seminar_app.feedback.answer_models import Answer, Response
from seminar_app.feedback.figures import Tally
from seminar_app.feedback.models import FormVersion, Question
from seminar_app.feedback.rules import QuestionKind


def live_tallies(session: Session, form_id: int) -> dict[str, Tally]:
    """All answers there are, by question key. Show them to people only through `publishing.look`."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    texts: dict[str, list[str]] = defaultdict(list)
    of_form = (
        select(Question.key, Question.kind, Answer.number, Answer.text, func.count().label("times"))
        .join(Question, Question.id == Answer.question_id)
        .join(FormVersion, FormVersion.id == Question.version_id)
        .where(FormVersion.form_id == form_id)
        .group_by(Question.key, Question.kind, Answer.number, Answer.text)
    )
    for key, kind, number, text, times in session.execute(of_form):
        value = str(number) if text is None else text
        if kind is QuestionKind.TEXT:
            texts[key].extend([value] * times)
        else:
            counts[key][value] += times
    keys = {**dict.fromkeys(counts), **dict.fromkeys(texts)}
    return {key: Tally(counts=dict(counts.get(key, {})), texts=tuple(texts.get(key, ()))) for key in keys}


def paired_tally(session: Session, form_id: int, before: str, now: str) -> Tally:
    """Count the responses that answered both scales, by both numbers: 2 and then 3 is counted as `2>3`. Show them as `live_tallies`."""
    first, second, asked_first, asked_second = aliased(Answer), aliased(Answer), aliased(Question), aliased(Question)
    rows = session.execute(
        select(first.number, second.number, func.count())
        .join(second, second.response_id == first.response_id)
        .join(asked_first, asked_first.id == first.question_id)
        .join(asked_second, asked_second.id == second.question_id)
        .join(FormVersion, FormVersion.id == asked_first.version_id)
        .where(FormVersion.form_id == form_id, asked_first.key == before, asked_second.key == now)
        .group_by(first.number, second.number)
    )
    return Tally(counts={f"{one}>{other}": times for one, other, times in rows})


def version_is_answered(session: Session, version_id: int) -> bool:
    """Whether anybody has answered this version, so that it stays as it is."""
    return bool(session.scalar(select(exists().where(Response.version_id == version_id))))


def keys_answered(session: Session, form_id: int) -> frozenset[str]:
    """Return the keys of all questions on versions that were answered, whether or not these questions were."""
    of_form = select(Question.key).join(FormVersion, FormVersion.id == Question.version_id).where(FormVersion.form_id == form_id)
    return frozenset(session.scalars(of_form.where(exists().where(Response.version_id == FormVersion.id))))


def count_newest_responses(session: Session, form_id: int) -> int:
    """How many responses the form's newest version has. For rules only; never shown."""
    newest = select(func.max(FormVersion.number)).where(FormVersion.form_id == form_id).scalar_subquery()
    of_newest = select(FormVersion.id).where(FormVersion.form_id == form_id, FormVersion.number == newest)
    return session.scalar(select(func.count()).select_from(Response).where(Response.version_id.in_(of_newest))) or 0
