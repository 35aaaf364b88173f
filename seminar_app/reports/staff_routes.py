"""The page of figures."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.installation import installation_of
from seminar_app.reports.asked import BESIDE, FIXED, asked, figures_url, sees_fixed_tables, written_period
from seminar_app.reports.blueprints import READERS, blueprint
from seminar_app.reports.pages import numbers_in, panel
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.years import years_with_seminars
from seminar_app.reports.rules import Count, Dimension, Names, Status
from seminar_app.reports.wording import scope_words, year_words
from seminar_app.web.access import current_actor, staff
from seminar_app.web.database import session
from seminar_app.web.labels import choices
from seminar_app.web.languages import current_language


@blueprint.get("/")
@staff(*READERS)
def figures() -> ResponseReturnValue:
    """Show a figure, or two side by side, each with its rule, what is missing, and its breakdown."""
    actor, today = current_actor(), clock.now().astimezone(installation_of(session()).zone).date()
    wanted, fixed = asked(actor), sees_fixed_tables(actor)
    definitions = [each for each in (wanted.first, wanted.beside) if each is not None]
    panels = [panel(session(), actor, each, today=today, language=current_language()) for each in definitions]
    one = {key: value for key, value in wanted.address().items() if key != "beside" and not key.startswith(BESIDE)}
    return render_template(
        "reports/staff/figures.html",
        panels=panels,
        address=wanted.address(),
        scope=scope_words(session(), actor, scope_of(session(), actor, today=today)),
        periods=[written_period(each) for each in definitions],
        prefixes=["", BESIDE],
        years=[(year, year_words(year)) for year in years_with_seminars(session(), today=today)],
        counts=choices(Count),
        statuses=choices(Status),
        columns=[(word, "number") for _value, word in choices(Status)],
        names=choices(Names),
        dimensions=[(value, word) for value, word in choices(Dimension) if not fixed or value in FIXED],
        fixed=fixed,
        numbers_in=numbers_in,
        alone=figures_url(one),
        beside=figures_url(one | {"beside": "1"} | {f"{BESIDE}{key}": value for key, value in one.items()}),
        shared=max((each.highest for each in panels), default=0) if len({each.definition.count for each in panels}) == 1 else None,
    )
