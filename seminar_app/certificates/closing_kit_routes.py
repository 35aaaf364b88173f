"""The closing kit of a completed seminar: one press makes it; a page says what is in it, and offers a part of it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from seminar_app.certificates.closing_kit.kit_job import begin_kit, refuse_before_completion
from seminar_app.certificates.closing_kit.page import KitForm, kit_page
from seminar_app.certificates.errors import KitTooLarge
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.core.sealed_files import LARGEST_MADE
from seminar_app.long_jobs.telling import follow
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language

blueprint = Blueprint("closing_kit_staff", __name__, url_prefix="/staff/seminars/<slug>/closing-kit")
ORGANIZERS = (RoleName.ADMIN, RoleName.ORGANIZER)


@blueprint.get("/")
@staff(*ORGANIZERS)
def show(slug: str) -> ResponseReturnValue:
    """Say what the kit holds, and offer parts of it. No person is named."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    refusal = KitTooLarge(most=LARGEST_MADE // 1024**2) if request.args.get("large") else None
    return _page(seminar, KitForm(), refusal)


@blueprint.post("/")
@staff(*ORGANIZERS, fresh="POST")
def make(slug: str) -> ResponseReturnValue:
    """Let the worker make the kit, and lead to it, or to the page that shows how far it is."""
    seminar, context = seminar_to_organize(session(), current_actor(), slug), change_context()
    page, form = kit_page(session(), seminar), KitForm()
    form.offer(page)
    if not form.accepts():
        return _page(seminar, form), 422
    asked = form.asked(page, language=current_language())
    try:
        job = in_unit_of_work(lambda work: begin_kit(work, context, seminar=seminar, asked=asked))
    except Refusal as refusal:
        return _page(seminar, form, refusal), 422
    return follow(job)


def _page(seminar: Seminar, form: KitForm, refusal: Refusal | None = None) -> str:
    page = kit_page(session(), seminar)
    form.offer(page)
    return render_template(
        "certificates/staff/kit.html",
        page=page,
        form=form,
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        too_soon=_too_soon(seminar),
        error=sentence_of(refusal) if refusal is not None else None,
    )


def _too_soon(seminar: Seminar) -> str | None:
    try:
        refuse_before_completion(seminar)
    except Refusal as refusal:
        return sentence_of(refusal)
    return None
