"""The page of figures: the forms that ask for them, the figures, the views that were saved, and how to take them along."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.reports.asked import BESIDE, FIXED, asked, figures_url, sees_fixed_tables, written_period
from seminar_app.reports.blueprints import OFFICES
from seminar_app.reports.forms import ViewForm
from seminar_app.reports.making import may_show_all
from seminar_app.reports.pages import numbers_in, panel
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.views import views_of
from seminar_app.reports.queries.years import years_with_seminars
from seminar_app.reports.rules import Count, Dimension, Names, Status
from seminar_app.reports.wording import scope_words, year_words
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.forms import SHORT
from seminar_app.web.labels import choices
from seminar_app.web.languages import current_language


def figures_page(values: MultiDict[str, str], form: ViewForm | None = None) -> ResponseReturnValue:
    """Show the figures that these values ask for; with a form that was sent, what is wrong with it."""
    actor, today = current_actor(), day_of(session(), clock.now())
    wanted, fixed = asked(actor, values), sees_fixed_tables(actor)
    definitions = [each for each in (wanted.first, wanted.beside) if each is not None]
    panels = [panel(session(), actor, each, today=today, language=current_language()) for each in definitions]
    address = wanted.address()
    one = {key: value for key, value in address.items() if key != "beside" and not key.startswith(BESIDE)}
    form = form or ViewForm(address=urlencode(address))
    page = render_template(
        "reports/staff/figures.html",
        panels=panels,
        address=address,
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
        views=views_of(session(), actor.user_id),
        here=urlencode(address),
        form=form,
        removed=request.args.get("removed", "").strip()[:SHORT],
        may_show_all=may_show_all(actor),
        may_freeze=bool(actor.roles.intersection(OFFICES)),
    )
    return page, 422 if form.has_errors else 200
