"""Back from paper: a signed sheet is keyed in its printed order, and where paper and screen differ, somebody decides."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, flash, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.accounts.rules import may_organize
from seminar_app.attendance.at_the_door import door
from seminar_app.attendance.forms import id_of
from seminar_app.attendance.history import account_names
from seminar_app.attendance.labels import control_labels
from seminar_app.attendance.pages import opening_of
from seminar_app.attendance.rules import MarkStatus, default_minutes, takes_marks
from seminar_app.core.clock import now
from seminar_app.core.errors import Refusal
from seminar_app.oversight.wording import actor_words
from seminar_app.paper import keyed_forms, keyed_view, settling
from seminar_app.paper.keyed_errors import NoSuchRow
from seminar_app.paper.keyed_queries import KeyedSheet, read_sheet
from seminar_app.paper.keyed_services import RowEntry, RowOutcome, key_rows
from seminar_app.paper.last_seen import last_seen
from seminar_app.paper.rules import read_row_code
from seminar_app.registration.door_rules import DoorDay, door_day
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of

blueprint = Blueprint("paper_keyed", __name__, url_prefix="/staff/seminars/<slug>/paper/sheets")

ANSWER = "X-Keyed"
"""Header of every answer about rows that the script sent. An answer without it (a sign-in page, a proxy's error) says nothing of them."""


@blueprint.get("/<uuid:sheet_id>")
@door
@shows_people("paper.sheet_viewed")
def sheet(slug: str, sheet_id: uuid.UUID) -> ResponseReturnValue:
    """Show a printed sheet to be keyed. `go` leads to a row by its number or code, as the script does without asking."""
    seminar = _seminar(slug)
    typed = request.args.get("go", "").strip()
    if not typed:
        return _page(seminar, read_sheet(session(), seminar, sheet_id))
    page = read_sheet(session(), seminar, sheet_id)
    number = read_row_code(typed, sheet=page.number)
    if number in page.blank or any(line.number == number for line in page.lines):
        needs_no_access_row("it leads to the row")
        anchor = "unlisted" if number in page.blank else f"row-{number}"
        return redirect(url_for(".sheet", slug=slug, sheet_id=sheet_id, _anchor=anchor), code=303)
    return _page(seminar, page, refusal=NoSuchRow(typed=typed.encode("utf-8", "replace").decode()[:20])), 422


@blueprint.post("/<uuid:sheet_id>")
@door
@shows_people("paper.sheet_viewed")
def save(slug: str, sheet_id: uuid.UUID) -> ResponseReturnValue:
    """Save what was keyed: a few rows from the script, or the whole page."""
    context, seminar = change_context(), _seminar(slug)
    by_script = "HX-Request" in request.headers
    entries: list[RowEntry] = []

    def work(writing: Session) -> list[RowOutcome]:
        where: dict[str, Any] = {"seminar_id": seminar.id, "sheet_id": sheet_id}
        return key_rows(writing, context, entries=entries, leave_out_gone=not by_script, **where)

    try:
        entries = keyed_forms.entries_of(request.form)
        done = in_unit_of_work(work)
    except Refusal as refusal:
        return _refused(seminar, sheet_id, refusal, by_script=by_script)
    page = read_sheet(session(), seminar, sheet_id)
    if by_script:
        needs_no_access_row("the answer names nobody of the sheet")
        names = account_names(session(), {one.keyed_by for one in done})
        who = {one.keyed_by: actor_words(one.keyed_by, names) for one in done if one.keyed_by}
        return _told(keyed_view.answer_of(page, done, entries, who), "saved")
    _flash_saved(page, entries, done)
    left = page.first_unkeyed
    return redirect(url_for(".sheet", slug=slug, sheet_id=sheet_id, _anchor=f"row-{left.number}" if left else None), code=303)


@blueprint.get("/<uuid:sheet_id>/differences")
@door
@shows_people("paper.sheet_viewed")
def differences(slug: str, sheet_id: uuid.UUID) -> ResponseReturnValue:
    """Show where paper and screen differ, and what was settled."""
    return _differences(_seminar(slug), sheet_id)


@blueprint.post("/<uuid:sheet_id>/differences")
@door
@shows_people("paper.sheet_viewed")
def settle(slug: str, sheet_id: uuid.UUID) -> ResponseReturnValue:
    """Settle one difference or all of them, or take a decision back (`undo`)."""
    context, seminar = change_context(), _seminar(slug)
    where: dict[str, Any] = {"seminar_id": seminar.id, "sheet_id": sheet_id}

    def work(writing: Session) -> settling.Settled:
        if undone := request.form.get("undo"):
            settling.undo(writing, context, registration=id_of(undone), **where)
            return settling.Settled([], [])
        return settling.settle(writing, context, decisions=keyed_forms.decisions_of(request.form), **where)

    try:
        done = in_unit_of_work(work)
    except Refusal as refusal:
        return _differences(seminar, sheet_id, refusal), 422
    _flash_settled(done, undone="undo" in request.form)
    return redirect(url_for(".differences", slug=slug, sheet_id=sheet_id), code=303)


def _seminar(slug: str) -> Seminar:
    """Return the seminar if the account may run its door."""
    return seminar_to_coordinate(session(), current_actor(), slug)


def _page(seminar: Seminar, page: KeyedSheet, *, refusal: Refusal | None = None, typed: dict[str, str] | None = None) -> str:
    shown(f"printed_sheet:{page.public_id.hex}", seminar=seminar.slug)
    place, at = page.place, now()
    return render_template(
        "paper/staff/sheet.html",
        page=page,
        page_id=uuid.uuid4(),
        digits=keyed_view.digits(),
        letters={status: letter for status, letter, _short, _word in control_labels()},
        fields={line.key: keyed_forms.typed_in(typed, line) for line in (*page.lines, *page.unlisted)},
        as_sent=keyed_forms.as_sent,
        note_of=keyed_view.note_of,
        default_minutes=default_minutes(MarkStatus.LATE, contact_minutes=place.contact_minutes, excused_rule=seminar.excused_rule),
        may_key=takes_marks(seminar.state),
        opens_at=opening_of(place.starts_at, at),
        at_the_door=door_day(seminar, now=at) is DoorDay.OPEN,
        may_add=may_organize(current_actor(), office_id=seminar.office_id),
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        error=sentence_of(refusal) if refusal else None,
    )


def _differences(seminar: Seminar, sheet_id: uuid.UUID, refusal: Refusal | None = None) -> str:
    page = read_sheet(session(), seminar, sheet_id)
    shown(f"printed_sheet:{page.public_id.hex}", seminar=seminar.slug)
    seen = last_seen(session(), page.differences)
    actors = {one.recorded_by for one in seen.values()} | {line.decided_by for line in page.settled}
    names = account_names(session(), actors)
    return render_template(
        "paper/staff/differences.html",
        page=page,
        seen=seen,
        who={actor: actor_words(actor, names) for actor in actors if actor},
        as_sent=keyed_forms.both_as_sent,
        paper_words=keyed_view.paper_words,
        screen_words=keyed_view.screen_words,
        may_key=takes_marks(seminar.state),
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        error=sentence_of(refusal) if refusal else None,
    )


def _refused(seminar: Seminar, sheet_id: uuid.UUID, refusal: Refusal, *, by_script: bool) -> ResponseReturnValue:
    if by_script:
        needs_no_access_row("a sentence")
        return _told({"sentence": sentence_of(refusal)}, "refused", status=422)
    return _page(seminar, read_sheet(session(), seminar, sheet_id), refusal=refusal, typed=dict(request.form)), 422


def _told(answer: dict[str, Any], word: str, *, status: int = 200) -> Response:
    return Response(json.dumps(answer), status=status, mimetype="application/json", headers={ANSWER: word})


def _flash_saved(page: KeyedSheet, entries: list[RowEntry], done: list[RowOutcome]) -> None:
    changed = sum(one.changed for one in done)
    flash(ngettext("Saved: %(num)d row.", "Saved: %(num)d rows.", changed) if changed else _("Nothing had changed."), "success")
    if overtaken := [one.registration for one in done if one.keyed_by is not None]:
        rows = keyed_view.overtaken_rows(page, overtaken)
        flash(
            _("Meanwhile somebody else keyed these rows differently, and theirs stand: %(rows)s. Look at them again.", rows=rows), "warning"
        )
    if gone := {entry.registration for entry in entries} - {one.registration for one in done}:
        rows = keyed_view.overtaken_rows(page, gone)
        flash(_("Not saved, because the seat is no longer held: row %(rows)s.", rows=rows), "warning")


def _flash_settled(done: settling.Settled, *, undone: bool) -> None:
    if undone:
        flash(_("Undone: this is to be settled again."), "success")
    if done.done:
        flash(ngettext("Settled: %(num)d row.", "Settled: %(num)d rows.", len(done.done)), "success")
    if done.left:
        flash(
            ngettext(
                "%(num)d row was left as it is, because paper or screen changed after you opened the page.",
                "%(num)d rows were left as they are, because paper or screen changed after you opened the page.",
                len(done.left),
            ),
            "warning",
        )
