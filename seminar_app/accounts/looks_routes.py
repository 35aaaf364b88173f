"""Who looked at how much on a day, for auditors and administrators. Numbers only: what was looked at stands in the trail."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from seminar_app.accounts import queries
from seminar_app.accounts.rules import RoleName
from seminar_app.accounts.staff_routes import blueprint
from seminar_app.accounts.trail_routes import asked_day
from seminar_app.audit.access_log import alerts_since, daily_access_on, day_of
from seminar_app.core import clock
from seminar_app.web.access import staff
from seminar_app.web.database import session


@blueprint.get("/staff/trail/looks")
@staff(RoleName.AUDITOR, RoleName.ADMIN)
def looks() -> ResponseReturnValue:
    """Rosters, people and exports by account on one day, the most first; alerts of the last thirty days."""
    today = day_of(clock.now())
    day = asked_day(request.args.get("day", "")[:10]) or today
    found = daily_access_on(session(), day=day)
    alerts = alerts_since(session(), min(day, today - timedelta(days=30)))
    names = queries.names_by_audit_name(session(), {*found, *(actor for actor, _day in alerts)})
    lines = sorted(found.items(), key=lambda line: (-line[1].people, -line[1].roster_views, names.get(line[0], line[0])))
    return render_template(
        "accounts/staff/looks.html",
        day=day,
        today=today,
        lines=[(names.get(actor, actor), actor, looks) for actor, looks in lines],
        alerted={actor for actor, of_day in alerts if of_day == day},
        alerts=[(names.get(actor, actor), of_day) for actor, of_day in alerts if of_day != day],
        allowed=current_app.extensions["settings"].looks,
    )
