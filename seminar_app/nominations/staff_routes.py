"""Agencies' lists for a seminar, for liaisons and organizers: upload one, and say what its columns are for."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.nominations import queries, services
from seminar_app.nominations.blueprints import NOMINATING, blueprint
from seminar_app.nominations.errors import NoSuchChoice
from seminar_app.nominations.file_names import plain_name
from seminar_app.nominations.forms import EACH_ROW, UploadForm, layout_choices
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.opening import current_nominating, found_list, refuse_unless_taken, to_list
from seminar_app.nominations.pages import columns_page, index_page
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.tables import paste_tables, read_tables
from seminar_app.web.access import shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in
from seminar_app.web.limits import account_key, limiter

READINGS = "20 per minute; 200 per hour"
"""Of one account: each reads a file in a process of its own."""


@blueprint.route("/", methods=["GET", "POST"])
@staff(*NOMINATING)
@limiter.limit(READINGS, methods=["POST"], key_func=account_key)
def index(slug: str) -> ResponseReturnValue:
    """List the lists of the seminar that the account may open, with the form for another one."""
    who = current_nominating(slug)
    form = UploadForm()
    form.offer(queries.agencies_to_choose(session(), who), each_row=who.organizes, chooses=who.chooses)
    if form.accepts():
        try:
            return to_list(slug, _upload(who, form))
        except Refusal as refusal:
            form.show(refusal)
    return index_page(who, form), 422 if form.has_errors else 200


@blueprint.route("/<list_id>/columns", methods=["GET", "POST"])
@staff(*NOMINATING)
@shows_people("nominations.viewed")
def columns(slug: str, list_id: str) -> ResponseReturnValue:
    """Show what each column is taken for, beside some of its cells, and take what a person says."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    refused: Refusal | None = None
    sent = layout_choices(request.form) if request.method == "POST" else {}
    if request.method == "POST":
        context = change_context()
        try:
            refuse_unless_taken(who)
            whose = _whose(who)
            in_unit_of_work(
                lambda work: services.say_columns(work, context, seminar=who.seminar, public_id=found.public_id, whose=whose, said=sent)
            )
        except Refusal as refusal:
            refused = refusal
        else:
            return to_list(slug, found)
    shown(f"nomination_list:{found.public_id.hex}", seminar=slug)
    return columns_page(who, found, sent, refused), 422 if refused else 200


@blueprint.post("/<list_id>/encoding")
@staff(*NOMINATING)
@limiter.limit(READINGS, key_func=account_key)
def encoding(slug: str, list_id: str) -> ResponseReturnValue:
    """Read the file again in another encoding: what was corrected in it so far was about other words, and goes."""
    who = current_nominating(slug)
    found = found_list(who, list_id)
    chosen = request.form.get("encoding", "")
    context = change_context()
    try:
        refuse_unless_taken(who)
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
    refuse_unless_taken(who)
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
