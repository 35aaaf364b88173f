"""A form's results as far as they may be shown, for its page and for files. Below five answers nothing is asked of the answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy.orm import Session

from seminar_app.feedback import figures, publishing, queries
from seminar_app.feedback.figures import Figure, Tallies
from seminar_app.feedback.models import FeedbackForm
from seminar_app.feedback.results import Results, results
from seminar_app.feedback.rules import Asked, FormKind


def shown_results(session: Session, form: FeedbackForm, *, look: Callable[[int], Tallies]) -> Results:
    """Return the results that may be shown now.

    Args:
        session: to read with.
        form: whose results.
        look: `look` within a transaction: what is shown is stored for the next look. Not called while there are too few answers.
    """
    asked_now, asked_before = queries.all_questions(session, form.id)
    answered = queries.count_answered(session, form.id)
    rate = figures.response_rate(answered=answered, asked=queries.count_asked(session, seminar_id=form.seminar_id, form_id=form.id))
    shown: Tallies = {} if rate.too_few else look(form.id)
    return results(rate=rate, asked_now=asked_now, asked_before=asked_before, shown=shown)


def look_in(work: Session, form_id: int, *, keys: Sequence[str]) -> Tallies:
    """Return what may be shown of a form, and store it, in a transaction that writes."""
    return publishing.look(work, form_id=form_id, keys=keys)


def scales_last_shown(session: Session, question: Asked, *, seminar_ids: Collection[int], keys: Sequence[str]) -> dict[int, Figure]:
    """Return the figures of a scale of reaction forms as they were last shown, by seminar, in one statement that writes nothing.

    A seminar whose form has fewer than five answers, or whose results nobody has looked at, is left out.
    """
    shown = publishing.last_shown(session, seminar_ids=seminar_ids, kind=FormKind.REACTION, keys=keys)
    found = {seminar_id: figures.figure_of(question, tallies.get(question.key)) for seminar_id, tallies in shown.items()}
    return {seminar_id: figure for seminar_id, figure in found.items() if isinstance(figure, Figure)}
