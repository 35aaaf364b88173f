"""The page of a seminar's paper: what can be printed, and the sheets that were."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from seminar_app.attendance.at_the_door import AT_THE_DOOR, door
from seminar_app.attendance.queries import sessions_of
from seminar_app.long_jobs.telling import follow
from seminar_app.paper import queries
from seminar_app.paper.forms import PrintForm
from seminar_app.paper.print_job import begin_printing
from seminar_app.paper.rules import Document
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.labels import label

blueprint = Blueprint("paper_staff", __name__, url_prefix="/staff/seminars/<slug>/paper")


@blueprint.get("/")
@door
def index(slug: str) -> ResponseReturnValue:
    """Show what can be printed, and the sheets that were. No person is named."""
    seminar = _seminar(slug)
    form = PrintForm()
    form.offer(seminar, sessions_of(session(), seminar.id))
    return _page(seminar, form)


@blueprint.post("/")
@staff(*AT_THE_DOOR, fresh="POST")
def print_document(slug: str) -> ResponseReturnValue:
    """Print a document: the file comes as soon as it is set."""
    seminar, context = _seminar(slug), change_context()
    form = PrintForm()
    form.offer(seminar, sessions_of(session(), seminar.id))
    if not form.accepts():
        return _page(seminar, form), 422
    asked = form.asked()
    if asked is None:
        abort(400)
    return follow(in_unit_of_work(lambda work: begin_printing(work, context, seminar=seminar, asked=asked)))


def _page(seminar: Seminar, form: PrintForm) -> str:
    return render_template(
        "paper/staff/index.html",
        form=form,
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        people=queries.people_seated(session(), seminar.id),
        document_labels={each.value: label(each) for each in Document},
        sheets=queries.printed_sheets(session(), seminar.id),
    )


def _seminar(slug: str) -> Seminar:
    return seminar_to_coordinate(session(), current_actor(), slug)
