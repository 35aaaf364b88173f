"""The results of the evaluation for the kit: what its page and its file show, and nothing below five answers."""

from __future__ import annotations

import io

from flask_babel import force_locale

from seminar_app.certificates.closing_kit.contents import Evaluation
from seminar_app.core.errors import N_
from seminar_app.core.installation import installation_of
from seminar_app.feedback.export import as_workbook
from seminar_app.feedback.figures import Tallies
from seminar_app.feedback.queries import find_form
from seminar_app.feedback.shown_results import look_in, shown_results
from seminar_app.web.database import session, unit_of_work

NO_FORM = N_("The seminar had no evaluation.")
TOO_FEW = N_("The evaluation has fewer than five answers, so its results are not in the kit.")


def evaluation_of(seminar_id: int, *, language: str) -> Evaluation:
    """Return the results. What is shown is stored, as when somebody looks at the page: so two looks tell no single answer apart.

    Call it before other things are read: objects that were loaded before are released.
    """
    form = find_form(session(), seminar_id)
    if form is None:
        return Evaluation(None, NO_FORM)
    found = shown_results(session(), form, look=_look)
    if not found.shown:
        return Evaluation(None, TOO_FEW)
    book = io.BytesIO()
    with force_locale(language):
        as_workbook(book, found)
    return Evaluation(book.getvalue())


def _look(form_id: int) -> Tallies:
    with unit_of_work() as work:
        return look_in(work, form_id, keys=installation_of(work).settings.secret_keys)
