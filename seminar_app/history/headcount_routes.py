"""Headcounts of a seminar for its organizers: list, record, change, remove."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.history import queries, services
from seminar_app.history.blueprints import ORGANIZERS, blueprint
from seminar_app.history.forms import HeadcountForm, RemoveForm
from seminar_app.history.queries import AgencyHeadcount
from seminar_app.history.rules import takes_headcounts
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_needed


@blueprint.get("/seminars/<slug>/headcounts")
@staff(*ORGANIZERS)
def headcounts(slug: str) -> ResponseReturnValue:
    """List the headcounts of the seminar by agency and sex."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    found = queries.headcounts_of(session(), seminar.id)
    return render_template(
        "history/staff/headcounts.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        found=found,
        total=queries.total_of([line for each in found for line in each.lines.values()]),
        sexes=queries.SEXES,
        open=takes_headcounts(seminar.state, from_before=seminar.from_before),
    )


@blueprint.route("/seminars/<slug>/headcounts/new", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def headcount_new(slug: str) -> ResponseReturnValue:
    """Record the headcount of an agency."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    form = HeadcountForm()
    form.agency.offer(agency_groups(session(), on=seminar.starts_on, whole=True), whole_groups=True)
    form.opened.data = ""
    if form.accepts() and _saved(seminar, form, None if form.no_agency.data else form.agency.data):
        flash(_("The headcount is saved."), "success")
        return redirect(url_for(".headcounts", slug=slug), code=303)
    return _form_page(seminar, form, None), 422 if form.has_errors else 200


@blueprint.route("/seminars/<slug>/headcounts/<line_id>", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def headcount(slug: str, line_id: str) -> ResponseReturnValue:
    """Change the headcount of an agency."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    found = queries.get_headcount(session(), seminar.id, id_needed(line_id))
    form = HeadcountForm(data=HeadcountForm.values_of(found))
    form.keep_agency()
    if form.accepts() and _saved(seminar, form, found.agency.id if found.agency is not None else None):
        flash(_("The headcount is saved."), "success")
        return redirect(url_for(".headcounts", slug=slug), code=303)
    return _form_page(seminar, form, found), 422 if form.has_errors else 200


@blueprint.post("/seminars/<slug>/headcounts/<line_id>/remove")
@staff(*ORGANIZERS)
def headcount_remove(slug: str, line_id: str) -> ResponseReturnValue:
    """Remove the headcount of an agency."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    found = queries.get_headcount(session(), seminar.id, id_needed(line_id))
    form = RemoveForm()
    agency_id = found.agency.id if found.agency is not None else None
    try:
        in_unit_of_work(
            lambda work: services.remove_headcount(
                work, change_context(), seminar_id=seminar.id, agency_id=agency_id, opened=form.opened.data or ""
            )
        )
        flash(_("The headcount is removed. The audit log keeps its numbers."), "success")
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".headcounts", slug=slug), code=303)


def _saved(seminar: Seminar, form: HeadcountForm, agency_id: int | None) -> bool:
    """Save what was typed; where it is refused, show why. After a change by somebody else, saving again replaces it."""
    save: Callable[..., None] = services.save_headcount
    values = {"numbers": form.numbers, "source": form.source.data, "opened": form.opened.data or ""}
    try:
        in_unit_of_work(lambda work: save(work, change_context(), seminar_id=seminar.id, agency_id=agency_id, **values))
    except StaleEdit as refusal:
        form.show(refusal)
        now = next((each for each in queries.headcounts_of(session(), seminar.id) if _is_of(each, agency_id)), None)
        form.opened.raw_data, form.opened.data = None, now.edition if now is not None else ""
        return False
    except Refusal as refusal:
        form.show(refusal)
        return False
    return True


def _is_of(each: AgencyHeadcount, agency_id: int | None) -> bool:
    return (each.agency.id if each.agency is not None else None) == agency_id


def _form_page(seminar: Seminar, form: HeadcountForm, found: AgencyHeadcount | None) -> str:
    current = seminar_to_organize(session(), current_actor(), seminar.slug)
    return render_template(
        "history/staff/headcount.html",
        seminar=current,
        seminar_header=seminar_header(current),
        form=form,
        found=found,
        open=takes_headcounts(current.state, from_before=current.from_before),
    )
