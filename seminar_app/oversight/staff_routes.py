"""Pages for auditors and administrators: the audit log, the access log by account and day, the installation. No personal data."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.accounts import queries
from seminar_app.agencies.queries import all_agencies
from seminar_app.audit.access_log import alerts_since, daily_access_on, day_of
from seminar_app.audit.queries import AuditFilter
from seminar_app.audit.queries import audit_log as rows_of
from seminar_app.audit.words import action_words, all_actions
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.offices.queries import offices
from seminar_app.oversight import wording
from seminar_app.oversight.audit_details import details_words
from seminar_app.oversight.installation import facts, runs, standing
from seminar_app.web.access import staff
from seminar_app.web.database import session

RECENT_DAYS = 7
blueprint = Blueprint("oversight", __name__)
ACTOR = re.compile(r"account:[0-9a-f]{32}|registration:[0-9a-f]{32}")


@blueprint.get("/staff/audit-log/")
@staff(RoleName.AUDITOR, RoleName.ADMIN)
def audit_log() -> ResponseReturnValue:
    """Show the audit log, newest first, with filters."""
    chosen = {name: request.args.get(name, "")[:120] for name in ("actor", "action", "seminar", "day")}
    zone = ZoneInfo(current_app.extensions["settings"].default_time_zone)
    day = _asked_day(chosen["day"])
    actor = chosen["actor"] if chosen["actor"] in wording.STRANGERS or ACTOR.fullmatch(chosen["actor"]) else None
    wanted = AuditFilter(
        actor=actor,
        action=chosen["action"] or None,
        seminar=chosen["seminar"] or None,
        since=_midnight(day, zone),
        until=_midnight(day + timedelta(days=1), zone) if day else None,
    )
    before = request.args.get("before", type=_sequence)
    rows, more = rows_of(session(), wanted, before=before)
    people = queries.everybody(session())
    names = {f"{kind}:{public_id.hex}": name for public_id, name in people for kind in ("account", "user_account")}
    told = {key for row in rows for key in (*row.details, "agency" if row.action == "seats.changed" else "")}
    codes = {
        "office": {office.id: office.code for office in offices(session())} if "office" in told else {},
        "agency": {agency.id: agency.code for agency in all_agencies(session()).values()} if "agency" in told else {},
    }
    kept: dict[str, Any] = {key: value for key, value in chosen.items() if value}
    return render_template(
        "oversight/staff/audit_log.html",
        rows=rows,
        names=names,
        codes=codes,
        details_words=details_words,
        action_words=action_words,
        words=wording,
        actions=all_actions(),
        chosen=chosen,
        filtered=bool(kept),
        people=[(f"account:{public_id.hex}", name) for public_id, name in people],
        time_zone=zone.key,
        alerts=len(alerts_since(session(), day_of(session(), clock.now()) - timedelta(days=RECENT_DAYS))),
        older=url_for("oversight.audit_log", before=rows[-1].sequence, **kept) if more else None,
        newest=url_for("oversight.audit_log", **kept) if before is not None else None,
    )


@blueprint.get("/staff/access-log/")
@staff(RoleName.AUDITOR, RoleName.ADMIN)
def access_log() -> ResponseReturnValue:
    """Show access counts by account for one day, highest first, and the alerts of the last thirty days."""
    today = day_of(session(), clock.now())
    day = _asked_day(request.args.get("day", "")[:10]) or today
    found = daily_access_on(session(), day=day)
    alerts = alerts_since(session(), min(day, today - timedelta(days=30)))
    names = queries.names_by_audit_name(session(), {*found, *(actor for actor, _day in alerts)})
    lines = sorted(found.items(), key=lambda line: (-line[1].people, -line[1].roster_views, names.get(line[0], line[0])))
    return render_template(
        "oversight/staff/access_log.html",
        day=day,
        today=today,
        lines=[(names.get(actor, actor), actor, counts) for actor, counts in lines],
        alerted={actor for actor, of_day in alerts if of_day == day},
        alerts=[(names.get(actor, actor), of_day) for actor, of_day in alerts if of_day != day],
        allowed=current_app.extensions["settings"].access_limits,
    )


@blueprint.get("/staff/installation")
@staff(RoleName.ADMIN)
def installation() -> ResponseReturnValue:
    """Show administrators what is left to do, what is in order, and the facts of this installation."""
    return render_template(
        "oversight/staff/installation.html",
        found=standing(session(), now=clock.now()),
        facts_of_installation=facts(session()),
        runs=runs(session()),
        time_zone=current_app.extensions["settings"].default_time_zone,
    )


def _asked_day(text: str) -> date | None:
    """Return the day in the URL, or None where it is not a plausible date."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2200, 1, 1) else None


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


def _sequence(text: str) -> int:
    number = int(text) if len(text) <= 18 else 0
    if number <= 0:
        raise ValueError(text)
    return number
