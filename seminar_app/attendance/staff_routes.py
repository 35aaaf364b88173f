"""Pages of attendance for admins, organizers and coordinators: timetable, sheet of a session, history of a person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.accounts.rules import may_organize
from seminar_app.attendance import forms, history, long_export, outcomes, queries, services
from seminar_app.attendance.at_the_door import door
from seminar_app.attendance.pages import MarkingPage, Order, SheetLines, TimetableFilter, TimetablePage
from seminar_app.attendance.rules import MarkStatus, Progress
from seminar_app.attendance.services import Outcome
from seminar_app.core.clock import now
from seminar_app.core.errors import Refusal
from seminar_app.oversight.wording import actor_words
from seminar_app.people.forms import SearchForm
from seminar_app.registration.registration_page import registration_page
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.seminars.rules import is_frozen
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in
from seminar_app.web.labels import label
from seminar_app.web.languages import current_language
from seminar_app.web.searches import keep_search, kept_search

blueprint = Blueprint("attendance_staff", __name__, url_prefix="/staff/seminars/<slug>/attendance")

OVERTAKEN = _l("Meanwhile somebody else had changed some of these marks. Yours are the newer ones; theirs stay in the history.")

ANSWER = "X-Attendance"
"""Header of every answer about marks. An answer without it (a sign-in page, a proxy's error) says nothing about the marks."""


@blueprint.get("/")
@door
@shows_people("attendance.viewed")
def timetable(slug: str) -> ResponseReturnValue:
    """Show the timetable: people down, sessions across, completion at the end. The words of a search are not part of the URL."""
    seminar = _seminar(slug)
    shown(f"seminar:{seminar.public_id.hex}", seminar=slug)
    wanted = _wanted(request.args)
    page = TimetablePage.of(queries.attendance_of(session(), seminar, former=True), now=now(), wanted=wanted)
    return render_template(
        "attendance/staff/timetable.html",
        page=page,
        wanted=wanted,
        progress_choices=[("", _("All")), *((each.value, label(each)) for each in Progress)],
        group_choices=[
            ("", _("All")),
            *((each.agency.key, each.agency.code or each.agency.name(current_language())) for each in page.groups),
        ],
        orders=[(each.value, label(each)) for each in Order],
        export_is_long=long_export.is_long(session(), seminar),
        seminar=seminar,
        seminar_header=seminar_header(seminar),
    )


@blueprint.post("/")
@door
def search(slug: str) -> ResponseReturnValue:
    """Search the timetable by name, sent in the request body, filter and sort it."""
    _seminar(slug)
    form = SearchForm()
    words = form.words.data if form.accepts() else None
    filters = {name: value for name in ("progress", "group", "order") if (value := request.form.get(name)) not in (None, "", Order.AGENCY)}
    found = {"find": keep_search(words)} if words else {}
    return redirect(f"{url_for('.timetable', slug=slug)}?{urlencode(filters | found)}#people-heading", code=303)


def _wanted(arguments: Mapping[str, str]) -> TimetableFilter:
    """Return the filters and the order of the URL, and the words of the search that it names; unknown values are ignored."""
    said, order = arguments.get("progress", ""), arguments.get("order", "")
    return TimetableFilter(
        Progress(said) if said in set(Progress) else None,
        arguments.get("group", ""),
        kept_search(arguments.get("find")),
        Order(order) if order in set(Order) else Order.AGENCY,
    )


@blueprint.get("/changes")
@door
@shows_people("attendance.viewed")
def changes(slug: str) -> ResponseReturnValue:
    """Show the outcomes that differ from those of the completion before."""
    seminar = _seminar(slug)
    since = outcomes.completed_before(session(), seminar.id)
    if since is None:
        abort(404)
    shown(f"seminar:{seminar.public_id.hex}", seminar=slug)
    changed = outcomes.changed_outcomes(session(), seminar.id)
    header = seminar_header(seminar)
    return render_template("attendance/staff/changes.html", changed=changed, since=since, seminar=seminar, seminar_header=header)


@blueprint.get("/<uuid:session_id>")
@door
@shows_people("attendance.viewed")
def marking(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Show the sheet of one session."""
    return _sheet(_seminar(slug), session_id)


@blueprint.post("/<uuid:session_id>")
@door
@shows_people("attendance.viewed", "attendance.marked", "attendance.cleared")
def save(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Save marks: the whole sheet, a few lines of it, or «all of this agency present»."""
    context, seminar = change_context(), _seminar(slug)
    where: dict[str, Any] = {"seminar_id": seminar.id, "session_id": session_id}
    group, by_line = request.form.get("all_present"), "HX-Request" in request.headers
    entries: list[services.Entry] = []

    def work(writing: Session) -> list[Outcome]:
        done = services.record(writing, context, entries=entries, leave_out_gone=not by_line, **where) if entries else []
        if group is not None:
            agencies = queries.agencies_of_group(writing, group) if group else None
            done = done + services.mark_all(writing, context, status=MarkStatus.PRESENT, agencies=agencies, **where)
        return done

    try:
        entries = forms.entries_of(request.form, session_id)
        done = in_unit_of_work(work)
    except Refusal as refusal:
        return _refused(seminar, session_id, refusal)
    overtaken = _overtaken(done, context.actor)
    if by_line:
        if any(outcome.stored for outcome in done):
            needs_no_access_row("the marks left one")
        else:  # nothing was marked, and the lines show names all the same
            shown(f"seminar_session:{session_id.hex}", seminar=slug, action="attendance.viewed")
        return _lines(seminar, session_id, done, overtaken=overtaken)
    changed = sum(outcome.changed for outcome in done)
    if overtaken:
        flash(OVERTAKEN, "warning")
    for gone in {entry.registration for entry in entries} - {outcome.registration for outcome in done}:
        name = queries.person_on_sheet(session(), seminar.id, gone).name
        flash(_("Not marked, because the seat is no longer held: %(name)s.", name=name), "warning")
    flash(ngettext("Saved: %(num)d mark.", "Saved: %(num)d marks.", changed) if changed else _("Nothing had changed."), "success")
    return redirect(url_for(".marking", slug=slug, session_id=session_id, _anchor=f"group-{group}" if group else None), code=303)


@blueprint.post("/people/<uuid:registration_id>")
@door
@shows_people("registration.viewed")
def save_person(slug: str, registration_id: uuid.UUID) -> ResponseReturnValue:
    """Save one person's marks of several sessions, or take one away (`clear`), from the page of the registration."""
    context, seminar = change_context(), _seminar(slug)
    person = queries.person_on_sheet(session(), seminar.id, registration_id)

    def work(writing: Session) -> list[Outcome]:
        entries = forms.entries_of_person(request.form, registration_id)
        if cleared := request.form.get("clear"):
            entries = [forms.cleared_of_person(request.form, registration_id, cleared)]
        return [
            outcome
            for place, entry in sorted(entries, key=lambda line: line[0])
            for outcome in services.record(writing, context, seminar_id=seminar.id, session_id=place, entries=[entry])
        ]

    try:
        done = in_unit_of_work(work)
    except Refusal as refusal:
        return registration_page(slug, person.public_id.hex, refused=refusal)
    changed = sum(outcome.changed for outcome in done)
    flash(ngettext("Saved: %(num)d mark.", "Saved: %(num)d marks.", changed) if changed else _("Nothing had changed."), "success")
    if _overtaken(done, context.actor):
        flash(OVERTAKEN, "warning")
    page = url_for("registration_staff.registration", slug=slug, registration_id=person.public_id.hex, _anchor="attendance")
    return redirect(page, code=303)


def _seminar(slug: str) -> Seminar:
    """Return the seminar if the account may run its door."""
    return seminar_to_coordinate(session(), current_actor(), slug)


def _sheet(seminar: Seminar, session_id: uuid.UUID, refusal: Refusal | None = None) -> str:
    typed, entered = (request.form, None) if refusal else (None, id_in(request.args.get("of")))
    page = MarkingPage.read(session(), seminar, session_id, now=now(), typed=typed, entered=entered)
    shown(f"seminar_session:{session_id.hex}", seminar=seminar.slug, action="attendance.viewed")
    error = sentence_of(refusal) if refusal else None
    return render_template(
        "attendance/staff/marking.html",
        page=page,
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        error=error,
        may_add=_may_add(seminar),
    )


def _may_add(seminar: Seminar) -> bool:
    """Whether the account may add people on the roster, on any day."""
    return may_organize(current_actor(), office_id=seminar.office_id) and not is_frozen(seminar.state)


def _refused(seminar: Seminar, session_id: uuid.UUID, refusal: Refusal) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        needs_no_access_row("a sentence")
        return Response(sentence_of(refusal), status=422, mimetype="text/plain", headers={ANSWER: "refused"})
    return _sheet(seminar, session_id, refusal), 422


def _lines(seminar: Seminar, session_id: uuid.UUID, done: list[Outcome], *, overtaken: dict[uuid.UUID, str]) -> ResponseReturnValue:
    """Render only what changed on the page: the lines, the counts of their groups, and the total."""
    names = history.account_names(session(), set(overtaken.values()))
    marks = {outcome.registration: (outcome.after, outcome.last) for outcome in done}
    page = SheetLines.written(session(), seminar, session_id, now=now(), marks=marks)
    notes = {registration: actor_words(name, names) for registration, name in overtaken.items()}
    body = render_template("attendance/staff/lines.html", page=page, seminar=seminar, session_id=session_id, notes=notes)
    return Response(body, headers={ANSWER: "saved"})


def _overtaken(done: list[Outcome], me: str) -> dict[uuid.UUID, str]:
    return {outcome.registration: outcome.overtaken for outcome in done if outcome.overtaken and outcome.overtaken != me}
