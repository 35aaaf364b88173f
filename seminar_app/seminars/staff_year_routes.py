"""The staff page with an office's year: each seminar in its month."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.errors import NotFound
from seminar_app.seminars.blueprints import READERS
from seminar_app.seminars.blueprints import staff_blueprint as blueprint
from seminar_app.seminars.year_queries import FIRST_YEAR, LAST_YEAR, year_of
from seminar_app.web.access import current_actor, staff
from seminar_app.web.database import session


@blueprint.get("/calendar/")
@staff(*READERS)
def this_year() -> ResponseReturnValue:
    """Lead to the year that it is."""
    return redirect(url_for(".year", year=clock.now().year), code=303)


@blueprint.get("/calendar/<int:year>")
@staff(*READERS)
def year(year: int) -> ResponseReturnValue:
    """Show the seminars of a year in twelve months, with how full they are."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    found = year_of(session(), current_actor(), year)
    held = found.held
    return render_template(
        "seminars/staff/year.html",
        year=year,
        found=found,
        held=len(held),
        taken=sum(line.taken for line in held),
        size=sum(line.size for line in held),
        before=year - 1 if year > FIRST_YEAR else None,
        after=year + 1 if year < LAST_YEAR else None,
    )
