"""Agencies' lists for a seminar, for liaisons and organizers: upload, say what the columns are for, correct, bring onto the roster."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.long_jobs.telling import tell_worker
from seminar_app.nominations import long_import, queries, services
from seminar_app.nominations.errors import ListDiscarded, ListsNotTaken, NoSuchChoice
from seminar_app.nominations.file_names import plain_name
from seminar_app.nominations.forms import EACH_ROW, UploadForm, corrections_in, layout_choices
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.pages import columns_page, index_page, list_page, row_part, waiting_now
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.returned import returned_file
from seminar_app.nominations.shown_rows import NOTHING_LEFT, SHOWN, Answered
from seminar_app.nominations.tables import paste_tables, read_tables
from seminar_app.nominations.wording import imported_in_words, undone_in_words
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed
from seminar_app.web.limits import account_key, limiter

blueprint = Blueprint("nominations_staff", __name__, url_prefix="/staff/seminars/<slug>/nominations")
NOMINATING = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
Answer = TypeVar("Answer", str, bytes)
PAGE = re.compile(r"[1-9]\d{0,5}")
SAVED = "X-Nominations"
"""Header by which the page knows our answer to a row that was sent alone: a proxy's page, or that of signing in, is none."""
READINGS = "20 per minute; 200 per hour"
"""Of one account: each reads a file in a process of its own."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.route("/", methods=["GET", "POST"])
@staff(*NOMINATING)
@limiter.limit(READINGS, methods=["POST"], key_func=account_key)
def index(slug: str) -> ResponseReturnValue:
    """List the lists of the seminar that the account may open, with the form for another one."""
    who = _who(slug)
    form = UploadForm()
    form.offer(queries.agencies_to_choose(session(), who), each_row=who.organizes, chooses=who.chooses)
    if form.accepts():
        try:
            return _to_list(slug, _upload(who, form))
        except Refusal as refusal:
            form.show(refusal)
    return index_page(who, form), 422 if form.has_errors else 200


@blueprint.route("/<list_id>/columns", methods=["GET", "POST"])
@staff(*NOMINATING)
@shows_people("nominations.viewed")
def columns(slug: str, list_id: str) -> ResponseReturnValue:
    """Show what each column is taken for, beside some of its cells, and take what a person says."""
    who = _who(slug)
    found = _list(who, list_id)
    refused: Refusal | None = None
    sent = layout_choices(request.form) if request.method == "POST" else {}
    if request.method == "POST":
        context = change_context()
        try:
            _refuse_unless_taken(who)
            whose = _whose(who)
            in_unit_of_work(
                lambda work: services.say_columns(work, context, seminar=who.seminar, public_id=found.public_id, whose=whose, said=sent)
            )
        except Refusal as refusal:
            refused = refusal
        else:
            return _to_list(slug, found)
    shown(f"nomination_list:{found.public_id.hex}", seminar=slug)
    return columns_page(who, found, sent, refused), 422 if refused else 200


@blueprint.post("/<list_id>/encoding")
@staff(*NOMINATING)
@limiter.limit(READINGS, key_func=account_key)
def encoding(slug: str, list_id: str) -> ResponseReturnValue:
    """Read the file again in another encoding: what was corrected in it so far was about other words, and goes."""
    who = _who(slug)
    found = _list(who, list_id)
    chosen = request.form.get("encoding", "")
    context = change_context()
    try:
        _refuse_unless_taken(who)
        content = services.original_of(session(), found)
        tables = read_tables(content, name=found.name, encoding=chosen)
        layout = proposed_layout(session(), tables, found.agency_id)
        in_unit_of_work(
            lambda work: services.read_again(
                work, context, seminar=who.seminar, public_id=found.public_id, encoding=chosen, tables=tables, layout=layout
            )
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".columns", slug=slug, list_id=found.public_id.hex), code=303)


@blueprint.get("/<list_id>")
@staff(*NOMINATING)
@shows_people("nominations.viewed", "reserved.opened")
def show(slug: str, list_id: str) -> ResponseReturnValue:
    """Show all that is wrong in the list, and what would become of each row."""
    who = _who(slug)
    found = _list(who, list_id)
    if found.confirmed_at is None and found.work_id is not None:
        needs_no_access_row("it shows nobody")
        return redirect(url_for(".columns", slug=slug, list_id=found.public_id.hex), code=303)
    return _note_shown(slug, found, *list_page(who, found, request.args))


@blueprint.post("/<list_id>")
@staff(*NOMINATING)
@shows_people("nominations.viewed", "reserved.opened")
def correct(slug: str, list_id: str) -> ResponseReturnValue:
    """Take corrections of cells and rows, of one where it stands or of all on the page."""
    who = _who(slug)
    found = _list(who, list_id)
    corrections, context = corrections_in(request.form), change_context()
    alone = "HX-Request" in request.headers
    answered = NOTHING_LEFT
    try:
        _refuse_unless_taken(who)
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
    who = _who(slug)
    found = _list(who, list_id)
    if found.confirmed_at is None:
        return _to_list(slug, found)
    said = request.form.get("version", "")
    version = int(said) if said.isdecimal() and len(said) < 9 else 0
    try:
        _refuse_unless_taken(who)
        if long_import.takes_long(session(), found):
            return _leave_to_worker(who, found, version)
        done = _bring(who, found, version)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(imported_in_words(done), "success" if done.came else "info")
    return _to_list(slug, found)


@blueprint.post("/<list_id>/undo")
@staff(*NOMINATING)
def undo(slug: str, list_id: str) -> ResponseReturnValue:
    """Take the import of a moment ago back."""
    who = _who(slug)
    found = _list(who, list_id)
    context = change_context()
    try:
        people = in_unit_of_work(
            lambda work: services.undo_import(work, context, seminar=who.seminar, public_id=found.public_id, clock=clock.now)
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(undone_in_words(people), "success")
    return _to_list(slug, found)


@blueprint.post("/<list_id>/discard")
@staff(*NOMINATING)
def discard(slug: str, list_id: str) -> ResponseReturnValue:
    """Delete what the file held; the people whom it brought stay."""
    who = _who(slug)
    found = _list(who, list_id)
    context = change_context()
    in_unit_of_work(lambda work: services.discard(work, context, seminar=who.seminar, public_id=found.public_id))
    flash(_("The list was discarded."), "success")
    return redirect(url_for(".index", slug=slug), code=303)


@blueprint.get("/<list_id>/file")
@staff(*NOMINATING, fresh="GET", gives_file=True)
@shows_people("nominations.exported", "reserved.opened")
def file(slug: str, list_id: str) -> ResponseReturnValue:
    """Give the list back as it was sent, with the corrections and a column that says what is wrong in each row."""
    who = _who(slug)
    found = _list(who, list_id)
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


def _list(who: Nominating, list_id: str) -> NominationList:
    """Return a list that the account may open.

    Raises:
        NotFound: there is no such list, or it is another agency's.
        ListDiscarded: there was one.
    """
    public_id = id_needed(list_id)
    try:
        return queries.get_list(session(), who, public_id)
    except NotFound:
        if queries.was_discarded(session(), who, public_id):
            raise ListDiscarded from None
        raise


@blueprint.errorhandler(ListDiscarded)
def _to_lists(refusal: ListDiscarded) -> ResponseReturnValue:
    """Lead to the lists there are; where a row was sent alone, htmx does it."""
    flash(sentence_of(refusal), "info")
    needs_no_access_row("it shows nobody")
    there = url_for(".index", slug=(request.view_args or {})["slug"])
    return ("", 204, {"HX-Redirect": there}) if "HX-Request" in request.headers else redirect(there, code=303)


def _who(slug: str) -> Nominating:
    return queries.nominating(session(), current_actor(), slug, now=clock.now())


def _refuse_unless_taken(who: Nominating) -> None:
    if not who.standing.takes_lists:
        raise ListsNotTaken


def _whose(who: Nominating) -> tuple[int | None] | None:
    """Return the agency, or none where each row names its own, whose list the organizer says it is; None where that was not asked."""
    code = request.form.get("agency") if who.organizes else None
    if code is None or code == EACH_ROW:
        return None if code is None else (None,)
    agency = find_agency_by_code(session(), code)
    if agency is None:
        raise NoSuchChoice
    return (agency.id,)


def _upload(who: Nominating, form: UploadForm) -> NominationList:
    """Read what was sent, in a process of its own, and keep it."""
    _refuse_unless_taken(who)
    agency = find_agency_by_code(session(), form.agency.data) if form.agency.data != EACH_ROW else None
    if agency is None and not who.organizes:
        raise NotFound
    upload = form.upload
    if upload is not None:
        name, content = plain_name(upload.filename or ""), upload.read()
        tables = read_tables(content, name=name)
    else:
        name, content = "", (form.pasted.data or "").encode()
        tables = paste_tables(form.pasted.data or "")
    agency_id = agency.id if agency is not None else None
    layout = proposed_layout(session(), tables, agency_id)
    context, submission = change_context(), id_in(form.submission_id.data) or uuid.uuid4()
    return in_unit_of_work(
        lambda work: services.keep_list(
            work,
            context,
            seminar=who.seminar,
            agency_id=agency_id,
            name=name,
            content=content,
            tables=tables,
            layout=layout,
            submission_id=submission,
        )
    )


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
        return _to_list(who.seminar.slug, found)
    return redirect(url_for("long_jobs_staff.show", job_id=job.public_id.hex), code=303)


def _to_list(slug: str, found: NominationList) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=slug, list_id=found.public_id.hex), code=303)
