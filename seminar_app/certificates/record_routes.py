"""The training record: a button for staff and liaisons, and the person's own page behind the personal link.

No web worker sets a PDF: a press begins a job. A job that the person has begun by the link is theirs, so no account takes its file.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import refresh

from seminar_app.certificates.record_job import KIND, begin_own_record, begin_record
from seminar_app.certificates.training_record import Record, own_registrations, read_record
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.long_jobs.files import find_file, has_file
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.queries import newest_of
from seminar_app.long_jobs.telling import follow, makes_file_soon, tell_worker
from seminar_app.registration.queries import PersonalPage, personal_page
from seminar_app.web.access import current_actor, needs_no_token, personal_link, staff
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.ids import id_needed
from seminar_app.web.limits import limiter

blueprint = Blueprint("training_record", __name__, url_prefix="/registrations/<token>/training-record")
staff_blueprint = Blueprint("training_record_staff", __name__, url_prefix="/staff/people/<person_id>/training-record")
PRESSES = "20 per hour"


@staff_blueprint.post("/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON, fresh="POST")
def print_record(person_id: str) -> ResponseReturnValue:
    """Print the record of a person, as far as the account may see it: the file comes as soon as it is set."""
    actor, context, public_id = current_actor(), change_context(), id_needed(person_id)
    return follow(in_unit_of_work(lambda work: begin_record(work, context, actor=actor, person_id=public_id)))


@blueprint.get("/")
@personal_link
def own(token: str) -> ResponseReturnValue:
    """Show the person's record, and how far its PDF is."""
    page = _page(token)
    job = _newest(page)
    ready = job is not None and has_file(job, now=clock.now())
    return render_template("certificates/own_record.html", page=page, token=token, record=_record(page), job=job, ready=ready)


@blueprint.post("/")
@needs_no_token
@personal_link
@limiter.limit(PRESSES)
def print_own(token: str) -> ResponseReturnValue:
    """Begin the PDF, and lead to it if it is set within two seconds, else to the page that shows how far it is."""
    page = _page(token)
    context = change_context(page.registration.audit_name)
    job = in_unit_of_work(lambda work: begin_own_record(work, context, registration_id=page.registration.id))
    tell_worker()
    return redirect(url_for(".file" if makes_file_soon(job.public_id) else ".own", token=token), code=303)


@blueprint.get("/file")
@personal_link
def file(token: str) -> ResponseReturnValue:
    """Send the PDF that was made last; where there is none, lead to the page."""
    job = _newest(_page(token))
    made = find_file(session(), job, now=clock.now()) if job is not None else None
    if made is None:
        return redirect(url_for(".own", token=token), code=303)
    response = Response(made.content, mimetype=made.mime_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def _page(token: str) -> PersonalPage:
    g.secret_link = True
    page = personal_page(session(), token, today=clock.now().date())
    name_contact(page.office)
    if "language" not in browser:
        g.language = page.registration.language
        refresh()
    return page


def _record(page: PersonalPage) -> Record:
    return read_record(session(), own_registrations(session(), page.registration.id))


def _newest(page: PersonalPage) -> LongJob | None:
    return newest_of(session(), kind=KIND, owner=page.registration.audit_name)


def has_own_record(page: PersonalPage) -> bool:
    """Whether the personal page leads to the record: there is a seminar in it."""
    return bool(_record(page).lines)
