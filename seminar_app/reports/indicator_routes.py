"""Pages of indicators: their figures of a year, and how an administrator keeps them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.reports import services
from seminar_app.reports.asked import sees_fixed_tables
from seminar_app.reports.blueprints import KEPT_FIGURES, blueprint
from seminar_app.reports.indicator_forms import EndForm, IndicatorForm, NewIndicatorForm, data_of, definition_of
from seminar_app.reports.indicator_pages import indicator_lines, offered, year_asked
from seminar_app.reports.models import Indicator
from seminar_app.reports.queries import scope_of
from seminar_app.reports.queries.indicators import get_indicator, indicators_not_on, versions_of
from seminar_app.reports.queries.years import years_with_seminars
from seminar_app.reports.wording import rule_of, scope_words, year_words
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.ids import id_needed
from seminar_app.web.languages import current_language


@blueprint.get("/indicators")
@staff(*KEPT_FIGURES)
def indicators() -> ResponseReturnValue:
    """Show the indicators that hold on a year's last day, each with its figure."""
    actor, today = current_actor(), day_of(session(), clock.now())
    years = years_with_seminars(session(), today=today)
    year, period = year_asked(session(), request.args.get("year", ""), years, today=today)
    fixed = sees_fixed_tables(actor)
    return render_template(
        "reports/staff/indicators.html",
        lines=indicator_lines(session(), actor, period, today=today, language=current_language()),
        others=indicators_not_on(session(), period.last),
        scope=scope_words(session(), actor, scope_of(session(), actor, today=today)),
        years=[(each, year_words(each)) for each in years],
        year=year,
        last=period.last,
        fixed=fixed,
        may_keep=actor.is_admin,
    )


@blueprint.route("/indicators/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def indicator_new() -> ResponseReturnValue:
    """Add an indicator."""
    form = NewIndicatorForm()
    _offer(form)
    if form.accepts():
        code, facts, context = str(form.code.data), form.facts(), change_context()
        begins: Any = form.valid_from.data
        try:
            made = in_unit_of_work(lambda work: services.add_indicator(work, context, code=code, facts=facts, valid_from=begins))
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The indicator %(code)s is added.", code=made.code), "success")
            return redirect(url_for("reports.indicators"), code=303)
    return render_template("reports/staff/indicator.html", form=form, indicator=None), 422 if form.has_errors else 200


@blueprint.route("/indicators/<indicator_id>", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def indicator(indicator_id: str) -> ResponseReturnValue:
    """Change an indicator from a day on."""
    row = get_indicator(session(), id_needed(indicator_id))
    form = IndicatorForm(data=data_of(row))
    _offer(form, row)
    if form.accepts():
        context, opened, begins = change_context(), form.version.data or 0, form.valid_from.data
        wanted: dict[str, Any] = {"public_id": row.public_id, "version": opened, "facts": form.facts(), "valid_from": begins}
        try:
            in_unit_of_work(lambda work: services.change_indicator(work, context, **wanted))
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The indicator %(code)s is changed.", code=row.code), "success")
            return redirect(url_for("reports.indicators"), code=303)
    versions = versions_of(session(), row.code)
    page = render_template(
        "reports/staff/indicator.html",
        form=form,
        indicator=row,
        newest=versions[0],
        versions=[(each, rule_of(definition_of(each), language=current_language())) for each in versions],
    )
    return page, 422 if form.has_errors else 200


@blueprint.route("/indicators/<indicator_id>/end", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def indicator_end(indicator_id: str) -> ResponseReturnValue:
    """End an indicator with a day."""
    row = get_indicator(session(), id_needed(indicator_id))
    form = EndForm(data={"version": row.version, "last": row.valid_to})
    if form.accepts():
        context, wanted = change_context(), dict[str, Any](public_id=row.public_id, version=form.version.data or 0, last=form.last.data)
        try:
            in_unit_of_work(lambda work: services.end_indicator(work, context, **wanted))
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The indicator %(code)s ends with that day. Figures of earlier years stay.", code=row.code), "success")
            return redirect(url_for("reports.indicators"), code=303)
    return render_template("reports/staff/indicator_end.html", form=form, indicator=row), 422 if form.has_errors else 200


def _offer(form: IndicatorForm, row: Indicator | None = None) -> None:
    today = day_of(session(), clock.now())
    topics, groups = offered(session(), today=today, language=current_language())
    form.offer(topics, groups, kept=definition_of(row) if row else None)
