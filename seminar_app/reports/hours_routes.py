"""Hours per official: the page of a year, and its list as a file."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.reports.asked import sees_fixed_tables
from seminar_app.reports.blueprints import HOURS_LISTED, OFFICES, READERS, blueprint
from seminar_app.reports.files import Format
from seminar_app.reports.hours_file import MIME_TYPES, write_due
from seminar_app.reports.hours_page import PAGE_SIZE, HoursQuestion, HoursReading, year_now
from seminar_app.reports.hours_wording import hours_rule_of
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.hours_rules import hours_rules
from seminar_app.reports.queries.years import years_with_seminars
from seminar_app.reports.rules import EMPTY, MISSING, HoursClass
from seminar_app.reports.wording import scope_words
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.labels import choices
from seminar_app.web.languages import current_language
from seminar_app.web.paging import page_number


@blueprint.get("/hours")
@staff(*READERS)
@shows_people("hours.viewed")
def hours() -> ResponseReturnValue:
    """Show who reached the hours of a year: numbers by class and agency group, and the list of people who lack some."""
    actor, today = current_actor(), day_of(session(), clock.now())
    reading = HoursReading(session(), actor, _question(), today=today)
    found, question = reading.page(), reading.question
    if found.lines:
        shown("person:many", year=question.year)
    else:
        needs_no_access_row("it names nobody")
    asked = {"year": question.year, "rule": question.office, "group": _written(question.group), "class": question.which}
    return render_template(
        "reports/staff/hours.html",
        found=found,
        question=question,
        asked={key: value for key, value in asked.items() if value is not None},
        group=_written(question.group) or "",
        rule=hours_rule_of(found.rule, question.year, current_language()) if found.rule else "",
        scope=scope_words(session(), actor, scope_of(session(), actor, today=today)),
        years=sorted({int(each) for each in years_with_seminars(session(), today=today) if each.isdigit()} | {question.year}, reverse=True),
        classes=choices(HoursClass),
        more=question.page * PAGE_SIZE < found.number,
        size=PAGE_SIZE,
        keeps=bool(actor.roles & set(OFFICES)),
        fixed=sees_fixed_tables(actor),
        files=bool(actor.roles & set(HOURS_LISTED)),
    )


@blueprint.get("/hours/export")
@staff(*HOURS_LISTED, fresh="GET", gives_file=True)
@shows_people("hours.exported")
def hours_export() -> ResponseReturnValue:
    """Send the list of people who lack hours as a file, `format=csv` or `xlsx`."""
    today = day_of(session(), clock.now())
    reading = HoursReading(session(), current_actor(), _question(), today=today)
    form = Format.XLSX if request.args.get("format") == "xlsx" else Format.CSV
    book = io.BytesIO()
    try:
        write_due(book, reading, form=form, language=current_language())
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
        needs_no_access_row("no file was made")
        return redirect(url_for(".hours", **dict[str, Any](request.args)), code=303)
    shown("person:many", year=reading.question.year, format=form)
    name = f"{'horas' if current_language() == 'es' else 'hours'}-{reading.question.year}-{today.isoformat()}.{form}"
    return Response(book.getvalue(), content_type=MIME_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _question() -> HoursQuestion:
    """Return what the address asks; what cannot be read is left out."""
    year, which, group = (request.args.get(key, "") for key in ("year", "class", "group"))
    today = day_of(session(), clock.now())
    readable = year.isascii() and year.isdigit() and len(year) == len("2014") and 1900 < int(year) < 9999
    return HoursQuestion(
        int(year) if readable else year_now(hours_rules(session(), current_actor()), today=today),
        request.args.get("rule"),
        (MISSING if group == EMPTY else group) if group else None,
        HoursClass(which) if which in list(HoursClass) else None,
        page_number(),
    )


def _written(group: str | None) -> str | None:
    return EMPTY if group == MISSING else group
