"""The page of coverage."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.core.values import replace
from seminar_app.offices.queries import offices
from seminar_app.reports.asked import asked, written_period
from seminar_app.reports.blueprints import OFFICES, blueprint
from seminar_app.reports.coverage_page import coverage
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.years import latest_year, years_with_seminars
from seminar_app.reports.rules import Definition, Dimension, Reached, read_period
from seminar_app.reports.wording import scope_words, seminars_words, year_words
from seminar_app.web.access import current_actor, staff
from seminar_app.web.database import session
from seminar_app.web.languages import current_language


@blueprint.get("/coverage")
@staff(*OFFICES)
def coverage_page() -> ResponseReturnValue:
    """Show which states and agencies the seminars of a period reached: without one asked for, of the last fiscal year with seminars."""
    actor, today = current_actor(), day_of(session(), clock.now())
    scope = scope_of(session(), actor, today=today)
    said = asked(actor).first
    wanted = Definition(first=said.first, last=said.last, only={key: value for key, value in said.only.items() if key is Dimension.OFFICE})
    if not request.args:
        year = read_period(latest_year(session(), today=today))
        wanted = replace(wanted, first=year.first, last=year.last) if year else wanted
    own = [office.code for office in offices(session()) if scope.offices is None or office.id in scope.offices]
    return render_template(
        "reports/staff/coverage.html",
        found=coverage(session(), actor, wanted, today=today, language=current_language()),
        wanted=wanted,
        period=written_period(wanted),
        years=[(year, year_words(year)) for year in years_with_seminars(session(), today=today)],
        offices=[(code, code) for code in own] if len(own) > 1 else [],
        office=wanted.only.get(Dimension.OFFICE, ""),
        rule=seminars_words(wanted, current_language()),
        scope=scope_words(session(), actor, scope),
        reached=Reached,
        narrowed=bool(request.args),
    )
