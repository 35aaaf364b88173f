"""Agencies' lists for a seminar, for liaisons and organizers: upload, say what the columns are for, correct, bring onto the roster."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.nominations import queries, services
from seminar_app.nominations.errors import ListsNotTaken, NoSuchChoice
from seminar_app.nominations.file_names import plain_name
from seminar_app.nominations.forms import EACH_ROW, UploadForm, corrections_in, layout_choices
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.pages import columns_page, index_page, list_page, row_part, waiting_now
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.returned import returned_file
from seminar_app.nominations.shown_rows import SHOWN
from seminar_app.nominations.tables import paste_tables, read_tables
from seminar_app.nominations.wording import imported_in_words
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
    found = queries.get_list(session(), who, id_needed(list_id))
    refused: Refusal | None = None
    sent = layout_choices(request.form) if request.method == "POST" else {}
    if request.method == "POST":
        context = change_context()
        try:
            _refuse_unless_taken(who)
            in_unit_of_work(lambda work: _note_columns(work, context, who, found.public_id, sent))
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
    found = queries.get_list(session(), who, id_needed(list_id))
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
    found = queries.get_list(session(), who, id_needed(list_id))
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
    found = queries.get_list(session(), who, id_needed(list_id))
    corrections, context = corrections_in(request.form), change_context()
    try:
        _refuse_unless_taken(who)
        in_unit_of_work(
            lambda work: services.correct(work, context, seminar=who.seminar, public_id=found.public_id, change=corrections.applied_to)
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    found = queries.get_list(session(), who, found.public_id)
    if request.headers.get("HX-Request"):
        part, opened, waiting = row_part(who, found, request.form.get("row", ""))
        _note_waiting(who, found, waiting)
        return _note_shown(slug, found, part, opened)
    if found.imported_at is not None:
        _note_waiting(who, found, waiting_now(who, found))
    needs_no_access_row("the page that follows has one")
    page, shows = request.form.get("page", ""), request.form.get("show", "")
    place = {"page": page if PAGE.fullmatch(page) else None, "show": shows if shows in SHOWN else None}
    values: dict[str, Any] = {"slug": slug, "list_id": found.public_id.hex, **place}
    return redirect(url_for(".show", **values), code=303)


@blueprint.post("/<list_id>/import")
@staff(*NOMINATING)
def bring(slug: str, list_id: str) -> ResponseReturnValue:
    """Bring the good rows onto the roster, as the page has shown them."""
    who = _who(slug)
    found = queries.get_list(session(), who, id_needed(list_id))
    if found.confirmed_at is None:
        return _to_list(slug, found)
    version = request.form.get("version", "")
    context, actor = change_context(), current_actor()
    try:
        _refuse_unless_taken(who)
        done = in_unit_of_work(
            lambda work: services.import_list(
                work,
                context,
                seminar=who.seminar,
                public_id=found.public_id,
                standpoint=queries.standpoint_of(work, actor, who),
                language=who.language,
                version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            )
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(imported_in_words(done), "success" if done.came else "info")
    return _to_list(slug, found)


@blueprint.post("/<list_id>/discard")
@staff(*NOMINATING)
def discard(slug: str, list_id: str) -> ResponseReturnValue:
    """Delete what the file held; the people whom it brought stay."""
    who = _who(slug)
    found = queries.get_list(session(), who, id_needed(list_id))
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
    found = queries.get_list(session(), who, id_needed(list_id))
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


def _who(slug: str) -> Nominating:
    return queries.nominating(session(), current_actor(), slug, now=clock.now())


def _refuse_unless_taken(who: Nominating) -> None:
    if not who.standing.takes_lists:
        raise ListsNotTaken


def _note_columns(
    work: Session, context: ChangeContext, who: Nominating, public_id: uuid.UUID, sent: Mapping[str, Mapping[str, Any]]
) -> None:
    """Note whose list the organizer says it is, if that was asked, and what its columns are for."""
    whose = request.form.get("agency")
    if whose is not None and who.organizes:
        agency = find_agency_by_code(work, whose) if whose != EACH_ROW else None
        if agency is None and whose != EACH_ROW:
            raise NoSuchChoice
        agency_id = agency.id if agency is not None else None
        services.change_agency(work, context, seminar=who.seminar, public_id=public_id, agency_id=agency_id)
    services.choose_columns(work, context, seminar=who.seminar, public_id=public_id, said=sent)


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


def _to_list(slug: str, found: NominationList) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=slug, list_id=found.public_id.hex), code=303)
