"""Pages of frozen figures: their list, freezing one, looking at one, and counting it again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.installation import installation_of
from seminar_app.oversight.wording import actor_words
from seminar_app.reports import services
from seminar_app.reports.asked import asked, figures_url, is_fixed, sees_fixed_tables, year_of
from seminar_app.reports.blueprints import KEPT_FIGURES, OFFICES, blueprint
from seminar_app.reports.indicator_forms import definition_of
from seminar_app.reports.indicator_pages import in_period
from seminar_app.reports.models import Indicator
from seminar_app.reports.pages import numbers_in
from seminar_app.reports.queries import scope_of, table_of
from seminar_app.reports.queries.freezing import numbers_of
from seminar_app.reports.queries.indicators import get_indicator
from seminar_app.reports.queries.snapshots import PAGE, Snapshot, get_snapshot
from seminar_app.reports.queries.snapshots import snapshots as snapshots_of
from seminar_app.reports.rules import Definition, Status, Validity, read_period
from seminar_app.reports.snapshot_forms import FreezeForm
from seminar_app.reports.snapshot_pages import again, frozen_panel
from seminar_app.reports.wording import broken_down_by, narrowed_to, rule_of, scope_words, words_of_scope, year_words
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.filters import text_of
from seminar_app.web.ids import id_needed
from seminar_app.web.labels import choices, label
from seminar_app.web.languages import current_language
from seminar_app.web.paging import page_number


@blueprint.get("/snapshots")
@staff(*KEPT_FIGURES)
def snapshots() -> ResponseReturnValue:
    """List the frozen figures, the newest first."""
    actor, page = current_actor(), page_number()
    rows, number = snapshots_of(session(), actor, page=page)
    names = names_by_audit_name(session(), {row.made_by for row in rows})
    return render_template(
        "reports/staff/snapshots.html",
        rows=[(row, _rule(row), actor_words(row.made_by, names), _opens(actor, row)) for row in rows],
        page=page,
        pages=-(-number // PAGE),
        url=lambda n: url_for("reports.snapshots", page=n),
        zone=installation_of(session()).zone.key,
        may_freeze=not sees_fixed_tables(actor),
    )


@blueprint.route("/snapshots/new", methods=["GET", "POST"])
@staff(*OFFICES)
def snapshot_new() -> ResponseReturnValue:
    """Freeze the figure that the address asks for: a definition, or an indicator and a year."""
    actor, today = current_actor(), day_of(session(), clock.now())
    definition, indicator = _wanted(actor)
    scope = scope_of(session(), actor, today=today)
    form = FreezeForm(data={"title": _usual_title(definition, indicator)})
    if form.accepts():
        numbers, title, context = numbers_of(session(), definition, scope, today=today), form.title.data or "", change_context()
        of = indicator.id if indicator else None
        try:
            made = in_unit_of_work(lambda work: services.freeze(work, context, title=title, numbers=numbers, scope=scope, indicator_id=of))
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The figure is frozen. It can be counted again at any time."), "success")
            return redirect(url_for("reports.snapshot", snapshot_id=made.public_id.hex), code=303)
    table = table_of(session(), definition, scope, today=today)
    page = render_template(
        "reports/staff/snapshot_new.html",
        form=form,
        definition=definition,
        value=numbers_in([table.total.value(definition.count, definition.status)])[0],
        rule=f"{rule_of(definition, language=current_language())} {scope_words(session(), actor, scope)}.",
        narrowed=narrowed_to(table, language=current_language()),
        by=broken_down_by(definition),
        back=url_for("reports.indicators") if indicator else figures_url(definition.written()),
    )
    return page, 422 if form.has_errors else 200


@blueprint.get("/snapshots/<snapshot_id>")
@staff(*KEPT_FIGURES)
def snapshot(snapshot_id: str) -> ResponseReturnValue:
    """Show a figure as it was frozen."""
    return _page(snapshot_id, counts=False)


@blueprint.get("/snapshots/<snapshot_id>/again")
@staff(*KEPT_FIGURES)
def snapshot_again(snapshot_id: str) -> ResponseReturnValue:
    """Count a frozen figure again, and show whether it is equal, or what differs and why."""
    return _page(snapshot_id, counts=True)


def _page(snapshot_id: str, *, counts: bool) -> ResponseReturnValue:
    actor, today = current_actor(), day_of(session(), clock.now())
    row, frozen = get_snapshot(session(), actor, id_needed(snapshot_id))
    if not _opens(actor, row):
        raise NotFound
    language, hides = current_language(), sees_fixed_tables(actor)
    panel = frozen_panel(session(), row, frozen, hides=hides, today=today, language=language)
    return render_template(
        "reports/staff/snapshot.html",
        row=row,
        panel=panel,
        scope=words_of_scope(session(), row.scope),
        narrowed=narrowed_to(panel.figure.table, language=language),
        who=actor_words(row.made_by, names_by_audit_name(session(), {row.made_by})),
        zone=installation_of(session()).zone.key,
        again=again(session(), panel, row, frozen, today=today, language=language) if counts else None,
        figures_url=None if hides else figures_url(row.definition.written()),
        columns=[(word, "number") for _value, word in choices(Status)],
        numbers_in=numbers_in,
        shared=None,
    )


def _wanted(actor: Actor) -> tuple[Definition, Indicator | None]:
    """Return what is to be frozen, and the version of the indicator whose figure it is.

    Raises:
        NotFound: there is no such indicator, the address names no year, or the version does not hold on that year's last day.
    """
    if "indicator" not in request.args:
        return asked(actor).first, None
    indicator, period = get_indicator(session(), id_needed(request.args["indicator"])), read_period(request.args.get("year", ""))
    if period is None or not Validity(indicator.valid_from, indicator.valid_to).holds_on(period.last):
        raise NotFound
    definition = in_period(definition_of(indicator), period)
    if year_of(definition) is None:
        raise NotFound
    return definition, indicator


def _opens(actor: Actor, row: Snapshot) -> bool:
    """Whether the account may see the numbers: whoever sees fixed tables only sees those, and indicators."""
    return not sees_fixed_tables(actor) or row.indicator_id is not None or is_fixed(row.definition)


def _rule(row: Snapshot) -> str:
    by = broken_down_by(row.definition)
    return f"{rule_of(row.definition, language=current_language())}{f' {by}.' if by else ''}"


def _usual_title(definition: Definition, indicator: Indicator | None) -> str:
    what = text_of(indicator.name_es, indicator.name_en) if indicator else f"{label(definition.count)} · {label(definition.status)}"
    year = year_of(definition)
    return f"{what}, {year_words(year)}" if year else what
