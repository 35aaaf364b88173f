"""The attendance as a file: at once where it is small; where it is large the worker writes it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.attendance import long_export, queries
from seminar_app.attendance.at_the_door import AT_THE_DOOR, door
from seminar_app.attendance.export import MIME_TYPES, Format, write
from seminar_app.attendance.export_rows import Language
from seminar_app.attendance.exported import exported
from seminar_app.attendance.staff_routes import blueprint
from seminar_app.core.clock import now
from seminar_app.long_jobs.telling import follow
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.languages import current_language


@blueprint.get("/export")
@staff(*AT_THE_DOOR, fresh="GET", gives_file=True)
@shows_people("attendance.exported")
def export(slug: str) -> ResponseReturnValue:
    """Send the attendance as a file. A large one leads to the page, whose button lets the worker write it."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    form, language = _wanted(request.args.get("format"), request.args.get("lang"))
    if long_export.is_long(session(), seminar, form):
        flash(_("This file is large. Press «Download» here, and it is written while you watch."), "info")
        return redirect(url_for(".timetable", slug=slug, _anchor="export-heading"), code=303)
    shown(f"seminar:{seminar.public_id.hex}", seminar=slug, format=form, language=language)
    return _sent(seminar, form, language)


@blueprint.post("/export")
@door
def ask_for_file(slug: str) -> ResponseReturnValue:
    """Let the worker write a large file, and lead to it, or to the page that shows how far it is. A small one is sent at once."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    form, language = _wanted(request.form.get("format"), request.form.get("lang"))
    if not long_export.is_long(session(), seminar, form):
        return redirect(url_for(".export", slug=slug, format=form.value, lang=language.value), code=303)
    context = change_context()
    return follow(in_unit_of_work(lambda work: long_export.begin(work, context, seminar=seminar, form=form, language=language)))


def _wanted(form: str | None, language: str | None) -> tuple[Format, Language]:
    """Return the format and the language that were asked for: a workbook in the reader's language where nothing was said."""
    try:
        return Format(form or Format.XLSX), Language(language or current_language())
    except ValueError:
        abort(400)


def _sent(seminar: Seminar, form: Format, language: Language) -> Response:
    whole = tempfile.TemporaryFile()  # noqa: SIM115  whole before its first byte is sent, so that a failure is a page; _blocks closes it
    at = now()
    attendance, made = queries.attendance_of(session(), seminar, former=True), exported(session(), seminar, at=at)
    write(whole, attendance, form=form, language=language, exported=made)
    response = Response(_blocks(whole), mimetype=MIME_TYPES[form])
    response.call_on_close(whole.close)  # nobody reads the answer to a HEAD
    response.content_length = whole.tell()
    whole.seek(0)
    name = long_export.name_of_file(seminar, form=form, language=language, at=at)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(65_536):
            yield block
