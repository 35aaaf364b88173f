"""For auditors: who changed what of a seminar's figures, as a file of the audit log."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound
from seminar_app.reports.blueprints import blueprint
from seminar_app.reports.changes_file import write_changes_csv, write_changes_workbook
from seminar_app.reports.files import MIME_TYPES, Format
from seminar_app.reports.queries import Scope, scope_of
from seminar_app.reports.queries.changes import Wanted, newest_seminars, seminar_in_scope
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.database import session
from seminar_app.web.filters import local_instant
from seminar_app.web.places import zone_words

READERS = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.AUDITOR)
PROPOSED = 300
"""Seminars that the field proposes; every other one can be typed."""


@blueprint.get("/changes")
@staff(*READERS)
def changes() -> ResponseReturnValue:
    """Show the form that asks for the file: which seminar, which days."""
    chosen = {name: request.args.get(name, "")[:120] for name in ("seminar", "from", "to")}
    return render_template("reports/staff/changes.html", chosen=chosen, seminars=newest_seminars(session(), _scope(), most=PROPOSED))


@blueprint.get("/changes/file")
@staff(*READERS, fresh="GET", gives_file=True)
@shows_people("figure.changes_exported")
def changes_file() -> ResponseReturnValue:
    """Send the rows of the audit log that can change a seminar's figures. They hold codes, and no name."""
    slug, first, last = request.args.get("seminar", "")[:120].strip(), _day("from"), _day("to")
    form = Format.CSV if request.args.get("file") == "csv" else Format.XLSX
    try:
        seminar = seminar_in_scope(session(), _scope(), slug)
    except NotFound:
        needs_no_access_row("no seminar was found")
        flash(_("There is no seminar «%(slug)s» whose figures you count. Choose one of the list.", slug=slug), "warning")
        days: dict[str, Any] = {"from": first, "to": last}
        return redirect(url_for(".changes", **days), code=303)
    zone = ZoneInfo(seminar.time_zone)
    wanted = Wanted(seminar, _midnight(first, zone), _midnight(last + timedelta(days=1), zone) if last else None)
    whole = io.BytesIO()
    if form is Format.CSV:
        write_changes_csv(whole, session(), wanted)
    else:
        write_changes_workbook(whole, session(), wanted, asked_for=_period(first, last, seminar.time_zone), made=_made(seminar.time_zone))
    period = {name: day.isoformat() for name, day in (("first", first), ("last", last)) if day is not None}
    shown(f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, format=form.value, **dict[str, Any](period))
    response = Response(whole.getvalue(), content_type=MIME_TYPES[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{_('changes')}-{seminar.slug}.{form.value}")
    return response


def _scope() -> Scope:
    """Return whose seminars the account may ask for; of an account that is a liaison too, its offices'."""
    return scope_of(session(), current_actor(), today=day_of(session(), clock.now()))


def _day(name: str) -> date | None:
    """Return the day in the address, or None where it is no plausible date."""
    try:
        day = date.fromisoformat(request.args.get(name, "")[:10])
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2200, 1, 1) else None


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


def _period(first: date | None, last: date | None, zone: str) -> str:
    if first is None and last is None:
        return str(_("From the beginning until now"))
    return f"{first.isoformat() if first else '…'} – {last.isoformat() if last else '…'} ({zone_words(zone)})"


def _made(zone: str) -> str:
    when = local_instant(clock.now(), zone)
    return str(_("Made on %(when)s (%(zone)s) by %(who)s", when=when, zone=zone_words(zone), who=current_actor().name))
