"""Figures as a file: at once where there is little to count; a PDF, and what takes long, is written by the worker."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from seminar_app.core.pdf import Paper
from seminar_app.long_jobs.telling import follow
from seminar_app.reports.asked import asked, figures_url
from seminar_app.reports.blueprints import READERS, blueprint
from seminar_app.reports.figure import Language
from seminar_app.reports.figure_job import EXPORTED, Wish, begin, is_long, made
from seminar_app.reports.files import Format
from seminar_app.reports.making import may_show_all
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.languages import current_language

FILES = {
    "xlsx": (Format.XLSX, Paper.LETTER),
    "csv": (Format.CSV, Paper.LETTER),
    "pdf-letter": (Format.PDF, Paper.LETTER),
    "pdf-a4": (Format.PDF, Paper.A4),
}
"""What can be chosen."""


@blueprint.get("/file")
@staff(*READERS, fresh="GET", gives_file=True)
@shows_people(EXPORTED)
def figures_file() -> ResponseReturnValue:
    """Send figures as a file. What the worker writes leads to the page, whose button begins it."""
    actor, wish = current_actor(), _wish(request.args)
    if is_long(session(), actor, wish):
        flash(_("This file takes a moment. Press «Download» here, and it is written while you watch."), "info")
        return redirect(figures_url(asked(actor).address()), code=303)
    file = made(session(), actor, wish)
    shown("figure", **dict[str, Any](wish.details(actor)))
    response = Response(file.content, content_type=file.mime_type)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


@blueprint.post("/file")
@staff(*READERS)
def ask_for_figures_file() -> ResponseReturnValue:
    """Let the worker write the file and lead to it, or to the page that shows how far it is. What is quick is sent at once."""
    actor, wish = current_actor(), _wish(request.form)
    if not is_long(session(), actor, wish):
        said = {name: request.form[name] for name in ("file", "cells") if name in request.form}
        return redirect(url_for(".figures_file", **dict[str, Any](asked(actor, request.form).address() | said)), code=303)
    context = change_context()
    return follow(in_unit_of_work(lambda work: begin(work, context, actor, wish)))


def _wish(values: MultiDict[str, str]) -> Wish:
    """Return what file is asked for: a workbook with small cells hidden where nothing was said."""
    if (found := FILES.get(values.get("file", "xlsx"))) is None:
        abort(400)
    form, paper = found
    actor = current_actor()
    address = urlencode(asked(actor, values).address())
    shows_all = values.get("cells") == "all" and may_show_all(actor)
    return Wish(address, form, Language(current_language()), shows_all, paper)
