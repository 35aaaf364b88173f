"""One agency's list, for liaisons and organizers: show and correct it, bring its people onto the roster, undo that, discard it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.long_jobs.telling import tell_worker
from seminar_app.nominations import long_import, queries, services
from seminar_app.nominations.blueprints import NOMINATING, blueprint
from seminar_app.nominations.forms import corrections_in
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.opening import current_nominating, found_list, refuse_unless_taken, to_list
from seminar_app.nominations.pages import list_page, row_part, waiting_now
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.returned import returned_file
from seminar_app.nominations.shown_rows import NOTHING_LEFT, SHOWN, Answered
from seminar_app.nominations.wording import imported_in_words, undone_in_words
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of

Answer = TypeVar("Answer", str, bytes)
PAGE = re.compile(r"[1-9]\d{0,5}")
SAVED = "X-Nominations"
"""Header by which the page knows our answer to a row that was sent alone: a proxy's page, or that of signing in, is none."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<list_id>")
@staff(*NOMINATING)
@shows_people("nominations.viewed", "reserved.opened")
def show(slug: str, list_id: str) -> ResponseReturnValue:
    """Show all that is wrong in the list, and what would become of each row."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    if found.confirmed_at is None and found.work_id is not None:
        needs_no_access_row("it shows nobody")
        return redirect(url_for(".columns", slug=slug, list_id=found.public_id.hex), code=303)
    return _note_shown(slug, found, *list_page(who, found, request.args))


@blueprint.post("/<list_id>")
@staff(*NOMINATING)
@shows_people("nominations.viewed", "reserved.opened")
def correct(slug: str, list_id: str) -> ResponseReturnValue:
    """Take corrections of cells and rows, of one where it stands or of all on the page."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    corrections, context = corrections_in(request.form), change_context()
    alone = "HX-Request" in request.headers
    answered = NOTHING_LEFT
    try:
        refuse_unless_taken(who)
        done = in_unit_of_work(
            lambda work: services.take_corrections(work, context, seminar=who.seminar, public_id=found.public_id, corrections=corrections)
        )
        answered = Answered(done.conflicts, corrections.unsaid)
    except Refusal as refusal:
        if alone:
            needs_no_access_row("it shows nobody")
            return sentence_of(refusal), 422, {SAVED: "refused"}
        flash(sentence_of(refusal), "error")
    found = queries.get_list(session(), who, found.public_id)
    if alone:
        part, opened, waiting = row_part(who, found, request.form.get("row", ""), request.form, answered)
        _note_waiting(who, found, waiting)
        return _note_shown(slug, found, part, opened), {SAVED: "saved"}
    if found.imported_at is not None:
        _note_waiting(who, found, waiting_now(who, found))
    if answered.rows:
        return _note_shown(slug, found, *list_page(who, found, request.form, answered)), 422
    needs_no_access_row("the page that follows has one")
    return _back(slug, found)


@blueprint.post("/<list_id>/import")
@staff(*NOMINATING)
def bring(slug: str, list_id: str) -> ResponseReturnValue:
    """Bring the good rows onto the roster, as the page has shown them."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    if found.confirmed_at is None:
        return to_list(slug, found)
    said = request.form.get("version", "")
    version = int(said) if said.isdecimal() and len(said) < 9 else 0
    try:
        refuse_unless_taken(who)
        if long_import.takes_long(session(), found):
            return _leave_to_worker(who, found, version)
        done = _bring(who, found, version)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(imported_in_words(done), "success" if done.came else "info")
    return to_list(slug, found)


@blueprint.post("/<list_id>/undo")
@staff(*NOMINATING)
def undo(slug: str, list_id: str) -> ResponseReturnValue:
    """Take the import of a moment ago back."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    context = change_context()
    try:
        people = in_unit_of_work(
            lambda work: services.undo_import(work, context, seminar=who.seminar, public_id=found.public_id, clock=clock.now)
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(undone_in_words(people), "success")
    return to_list(slug, found)


@blueprint.post("/<list_id>/discard")
@staff(*NOMINATING)
def discard(slug: str, list_id: str) -> ResponseReturnValue:
    """Delete what the file held; the people whom it brought stay."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    context = change_context()
    in_unit_of_work(lambda work: services.discard(work, context, seminar=who.seminar, public_id=found.public_id))
    flash(_("The list was discarded."), "success")
    return redirect(url_for(".index", slug=slug), code=303)


@blueprint.get("/<list_id>/file")
@staff(*NOMINATING, fresh="GET", gives_file=True)
@shows_people("nominations.exported", "reserved.opened")
def file(slug: str, list_id: str) -> ResponseReturnValue:
    """Give the list back as it was sent, with the corrections and a column that says what is wrong in each row."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    content, name, opened = returned_file(session(), current_actor(), who, found)
    answer = Response(_note_shown(slug, found, content, opened, action="nominations.exported"), mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _note_shown(
    slug: str, found: NominationList, page: Answer, opened: Sequence[uuid.UUID], *, action: str = "nominations.viewed"
) -> Answer:
    """Return the page or file; the access log notes the list, and each reserved identity of whom it tells that they are registered."""
    shown(f"nomination_list:{found.public_id.hex}", seminar=slug, action=action)
    for registration in opened:
        shown(f"registration:{registration.hex}", seminar=slug, action="reserved.opened")
    return page


def _note_waiting(who: Nominating, found: NominationList, waiting: int) -> None:
    """Keep how many rows of an imported list want something done, for the state that the table of lists shows."""
    if found.imported_at is not None and found.waiting != waiting:
        public_id, version = found.public_id, found.version
        in_unit_of_work(
            lambda work: services.note_waiting(work, seminar=who.seminar, public_id=public_id, version=version, waiting=waiting)
        )


def _back(slug: str, found: NominationList) -> ResponseReturnValue:
    """Lead back to the part of the list that was corrected."""
    page, shows = request.form.get("page", ""), request.form.get("show", "")
    place = {"page": page if PAGE.fullmatch(page) else None, "show": shows if shows in SHOWN else None}
    values: dict[str, Any] = {"slug": slug, "list_id": found.public_id.hex, **place}
    return redirect(url_for(".show", **values), code=303)


def _bring(who: Nominating, found: NominationList, version: int) -> services.Imported:
    """Read the list and look up its people, then bring them under the lock."""
    context, standpoint = change_context(), queries.standpoint_of(session(), current_actor(), who)
    prepared = services.prepare_import(
        session(), seminar=who.seminar, found=found, standpoint=standpoint, language=who.language, now=context.now
    )
    return in_unit_of_work(
        lambda work: services.import_list(
            work,
            context,
            seminar=who.seminar,
            public_id=found.public_id,
            standpoint=standpoint,
            language=who.language,
            version=version,
            prepared=prepared,
        )
    )


def _leave_to_worker(who: Nominating, found: NominationList, version: int) -> ResponseReturnValue:
    """Let the worker bring a long list; its page shows how far it is, to the account that began it."""
    context = change_context()
    job = in_unit_of_work(lambda work: long_import.begin(work, context, who=who, found=found, version=version))
    tell_worker()
    if job.owner != context.actor:
        flash(_("Somebody is bringing this list onto the roster just now."), "info")
        return to_list(who.seminar.slug, found)
    return redirect(url_for("long_jobs_staff.show", job_id=job.public_id.hex), code=303)
