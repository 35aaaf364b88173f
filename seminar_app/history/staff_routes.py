"""Past seminars for organizers: enter one, and settle the outcomes of the people whom its lists have brought."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core.errors import NotFound, Refusal
from seminar_app.history import queries, services
from seminar_app.history.blueprints import ORGANIZERS, blueprint
from seminar_app.history.forms import Known, PastForm, SettleForm
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize, slugs_like
from seminar_app.seminars.rules import is_frozen, propose_slug
from seminar_app.seminars.settings_page import defaults, own_offices, prepare
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session


@blueprint.route("/past-seminars/new", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def new() -> ResponseReturnValue:
    """Enter a seminar that was held before; then lists of its people follow, or headcounts."""
    if not own_offices(session(), current_actor()):
        return render_template("seminars/staff/first_an_office.html"), 422 if request.method == "POST" else 200
    form = PastForm(data=defaults(session(), current_actor()) | {"known": Known.NAMES.value})
    prepare(form, session(), current_actor())
    if form.accepts():
        try:
            made = in_unit_of_work(lambda work: _record(work, form))
        except Refusal as refusal:
            form.show(refusal)
        else:
            return _go_on(made, named=form.named)
    return render_template("history/staff/new.html", form=form), 422 if form.has_errors else 200


def _record(work: Session, form: PastForm) -> Seminar:
    city, starts_on = str(form.city.data), form.starts_on.data
    if starts_on is None:
        raise NotFound
    stem = propose_slug(city=city, starts_on=starts_on).rpartition("-")[0]
    slug = propose_slug(city=city, starts_on=starts_on, taken=slugs_like(work, stem))
    return services.record_past_seminar(work, change_context(), details=form.details(slug=slug), minutes=form.minutes, named=form.named)


def _go_on(made: Seminar, *, named: bool) -> ResponseReturnValue:
    if named:
        flash(_("The seminar is saved. Next, bring the list of its people."), "success")
        return redirect(url_for(".past", slug=made.slug), code=303)
    flash(_("The seminar is saved and completed. Next, write down how many people there were."), "success")
    return redirect(url_for(".headcount_new", slug=made.slug), code=303)


@blueprint.route("/seminars/<slug>/past", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def past(slug: str) -> ResponseReturnValue:
    """Show how far the people of a past seminar are entered, and complete it with what each list says of its people."""
    seminar = _past_seminar(slug)
    form, lists = SettleForm(), queries.lists_to_settle(session(), seminar.id)
    form.offer(lists)
    if form.accepts():
        outcomes = form.decided()
        try:
            counts = in_unit_of_work(
                lambda work: services.settle_outcomes(work, change_context(), seminar_id=seminar.id, outcomes=outcomes)
            )
            people = sum(counts.values())
            said = ngettext("The seminar is completed with %(num)d person.", "The seminar is completed with %(num)d people.", people)
            flash(said, "success")
            return redirect(url_for(".reconciliation", slug=slug), code=303)
        except Refusal as refusal:
            form.show(refusal)
            seminar = _past_seminar(slug)
    page = render_template(
        "history/staff/past.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        form=form,
        lists=lists,
        settled=is_frozen(seminar.state),
        counted=queries.has_headcounts(session(), seminar.id),
    )
    return page, 422 if form.has_errors else 200


def _past_seminar(slug: str) -> Seminar:
    seminar = seminar_to_organize(session(), current_actor(), slug)
    if not seminar.from_before:
        raise NotFound
    return seminar
