"""A form's results as far as they may be shown, for its page and for files. Below five answers nothing is asked of the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from seminar_app.feedback import figures, publishing, queries
from seminar_app.feedback.figures import Tallies
from seminar_app.feedback.models import FeedbackForm
from seminar_app.feedback.results import Results, results


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
