"""The page of the trail, for auditors and administrators. It stands here because the trail itself knows no accounts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.accounts import queries, trail_words
from seminar_app.accounts.rules import RoleName
from seminar_app.accounts.staff_routes import blueprint
from seminar_app.accounts.trail_details import details_words
from seminar_app.agencies.queries import all_agencies
from seminar_app.audit.access_log import alerts_since, day_of
from seminar_app.audit.queries import AuditFilter
from seminar_app.audit.queries import trail as rows_of_trail
from seminar_app.core import clock
from seminar_app.web.access import staff
from seminar_app.web.database import session

RECENT_DAYS = 7
ACTOR = re.compile(r"account:[0-9a-f]{32}|registration:[0-9a-f]{32}")


@blueprint.get("/staff/trail/")
@staff(RoleName.AUDITOR, RoleName.ADMIN)
def trail() -> ResponseReturnValue:
    """Who did and who saw what, the newest first."""
    chosen = {name: request.args.get(name, "")[:120] for name in ("actor", "action", "seminar", "day")}
    zone = ZoneInfo(current_app.extensions["settings"].default_time_zone)
    day = asked_day(chosen["day"])
    actor = chosen["actor"] if chosen["actor"] in trail_words.STRANGERS or ACTOR.fullmatch(chosen["actor"]) else None
    wanted = AuditFilter(
        actor=actor,
        action=chosen["action"] or None,
        seminar=chosen["seminar"] or None,
        since=_midnight(day, zone),
        until=_midnight(day + timedelta(days=1), zone) if day else None,
    )
    before = request.args.get("before", type=_sequence)
    rows, more = rows_of_trail(session(), wanted, before=before)
    people = queries.everybody(session())
    names = {f"{kind}:{public_id.hex}": name for public_id, name in people for kind in ("account", "user_account")}
    told = {key for row in rows for key in (*row.details, "agency" if row.action == "seats.changed" else "")}
    codes = {
        "office": {office.id: office.code for office in queries.offices(session())} if "office" in told else {},
        "agency": {agency.id: agency.code for agency in all_agencies(session()).values()} if "agency" in told else {},
    }
    kept: dict[str, Any] = {key: value for key, value in chosen.items() if value}
    return render_template(
        "accounts/staff/trail.html",
        rows=rows,
        names=names,
        codes=codes,
        details_words=details_words,
        words=trail_words,
        chosen=chosen,
        filtered=bool(kept),
        people=[(f"account:{public_id.hex}", name) for public_id, name in people],
        time_zone=zone.key,
        alerts=len(alerts_since(session(), day_of(clock.now()) - timedelta(days=RECENT_DAYS))),
        older=url_for("accounts_staff.trail", before=rows[-1].sequence, **kept) if more else None,
        newest=url_for("accounts_staff.trail", **kept) if before is not None else None,
    )


def asked_day(text: str) -> date | None:
    """A day of an address, or None where it is none that the trail could hold."""
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
