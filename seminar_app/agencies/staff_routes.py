"""Staff pages of the directory: organizers read it, administrators edit it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies import services
from seminar_app.agencies.headcount import headcount_of
from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import (
    agency_groups,
    agency_path,
    all_agencies,
    directory,
    get_agency_by_code,
    predecessors_of,
    successors_of,
)
from seminar_app.agencies.staff_forms import AliasForm, EditAgencyForm, NewAgencyForm, RetireForm
from seminar_app.core.clock import now
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.offices.queries import shared_by_offices
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session, unit_of_work
from seminar_app.web.forms import SHORT
from seminar_app.web.languages import current_language

blueprint = Blueprint("agencies_staff", __name__, url_prefix="/staff/agencies")

ADMIN, ORGANIZER = "admin", "organizer"
LONGEST_SEARCH = 200


def may_change() -> bool:
    """Whether the signed-in account may edit the directory."""
    return current_actor().is_admin


@blueprint.get("/")
@staff(ADMIN, ORGANIZER)
def index() -> ResponseReturnValue:
    """Show the tree by group: the agencies that exist today, or all that ever existed; a search covers all."""
    wanted = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    everything = request.args.get("show") == "all" or bool(wanted)
    found = directory(session(), on=None if everything else _today(), wanted=wanted)
    return render_template(
        "agencies/staff/index.html",
        found=found,
        wanted=wanted,
        show="all" if request.args.get("show") == "all" else "",
        today=_today(),
        language=current_language(),
        may_change=may_change(),
    )


@blueprint.get("/<code>")
@staff(ADMIN, ORGANIZER)
def agency(code: str) -> ResponseReturnValue:
    """Show one agency: names, aliases, place in the tree, predecessors and successors."""
    return _agency_page(get_agency_by_code(session(), code), AliasForm())


@blueprint.route("/new", methods=["GET", "POST"])
@staff(ADMIN)
def new() -> ResponseReturnValue:
    """Add an agency."""
    form = NewAgencyForm(data={"country": shared_by_offices(session(), "country")} if request.method == "GET" else None)
    form.parent.offer(agency_groups(session(), whole=True), whole_groups=True)
    if form.accepts():
        try:
            with unit_of_work() as open_session:
                added = services.add_agency(
                    open_session, change_context(), code=form.code.data or "", facts=form.facts(), aliases=form.alias_list()
                )
            flash(_("%(code)s is in the directory.", code=added.code), "success")
            return redirect(url_for(".agency", code=added.code), code=303)
        except Refusal as refusal:
            form.show(refusal)
    return render_template("agencies/staff/new.html", form=form), 422 if form.has_errors else 200


@blueprint.route("/<code>/edit", methods=["GET", "POST"])
@staff(ADMIN)
def edit(code: str) -> ResponseReturnValue:
    """Edit the data of an agency."""
    row = get_agency_by_code(session(), code)
    opened = {name: getattr(row, name) for name in ("name_es", "name_en", "country", "state", "valid_from", "version")}
    form = EditAgencyForm(data=opened | {"level": row.level.value, "parent": row.parent_id})
    form.parent.offer(agency_groups(session(), whole=True), whole_groups=True)
    if form.accepts():
        try:
            in_unit_of_work(
                lambda work: services.edit_agency(
                    work, change_context(), agency_id=row.id, version=form.version.data or 0, facts=form.facts()
                )
            )
            flash(_("Your changes to %(code)s are saved.", code=row.code), "success")
            return redirect(url_for(".agency", code=row.code), code=303)
        except StaleEdit as refusal:
            form.show(refusal)
            form.version.show(get_agency_by_code(session(), code).version)
        except Refusal as refusal:
            form.show(refusal)
    return render_template("agencies/staff/edit.html", form=form, agency=row), 422 if form.has_errors else 200


@blueprint.route("/<code>/retire", methods=["GET", "POST"])
@staff(ADMIN)
def retire(code: str) -> ResponseReturnValue:
    """Retire an agency and name its successors."""
    row = get_agency_by_code(session(), code)
    form = RetireForm()
    groups = agency_groups(session(), whole=True)
    for field in form.successor_fields:
        field.offer(groups)
    if form.accepts():
        try:
            in_unit_of_work(
                lambda work: services.retire_agency(
                    work,
                    change_context(),
                    agency_id=row.id,
                    end=form.end(),
                    successor_ids=form.successor_ids(),
                    source=form.source.data or None,
                )
            )
            return redirect(url_for(".agency", code=row.code, done="retired"), code=303)
        except Refusal as refusal:
            form.show(refusal)
    concerned = headcount_of(session(), row.id, today=_today())
    page = render_template("agencies/staff/retire.html", form=form, agency=row, concerned=concerned)
    return page, 422 if form.has_errors else 200


@blueprint.post("/<code>/undo-retirement")
@staff(ADMIN)
def undo_retirement(code: str) -> ResponseReturnValue:
    """Undo a retirement."""
    row = get_agency_by_code(session(), code)
    in_unit_of_work(lambda work: services.undo_retirement(work, change_context(), agency_id=row.id))
    flash(_("%(code)s goes on: its end and its successors are taken back.", code=row.code), "success")
    return redirect(url_for(".agency", code=row.code), code=303)


@blueprint.post("/<code>/aliases")
@staff(ADMIN)
def add_alias(code: str) -> ResponseReturnValue:
    """Add an alias to an agency."""
    row = get_agency_by_code(session(), code)
    form = AliasForm()
    if form.accepts():
        try:
            with unit_of_work() as open_session:
                services.add_alias(open_session, change_context(), agency_id=row.id, alias=form.alias.data or "")
            flash(_("%(code)s is now found as «%(alias)s» too.", code=row.code, alias=form.alias.data), "success")
            return redirect(url_for(".agency", code=row.code), code=303)
        except Refusal as refusal:
            form.show(refusal)
    return _agency_page(row, form)


@blueprint.post("/<code>/aliases/remove")
@staff(ADMIN)
def remove_alias(code: str) -> ResponseReturnValue:
    """Remove an alias from an agency; the next page offers to undo it."""
    row = get_agency_by_code(session(), code)
    form = AliasForm()
    if not form.accepts():
        return _agency_page(row, form)
    with unit_of_work() as open_session:
        services.remove_alias(open_session, change_context(), agency_id=row.id, alias=form.alias.data or "")
    return redirect(url_for(".agency", code=row.code, removed=form.alias.data), code=303)


def _agency_page(row: Agency, form: AliasForm) -> ResponseReturnValue:
    everything = all_agencies(session())
    path = [everything[agency_id] for agency_id in reversed(agency_path(session(), row.id)[1:])]
    page = render_template(
        "agencies/staff/agency.html",
        agency=everything[row.id],
        above=path,
        offices=sorted((a for a in everything.values() if a.parent_id == row.id), key=lambda a: a.state or a.code),
        predecessors=predecessors_of(session(), row.id),
        successors=successors_of(session(), row.id),
        form=form,
        today=_today(),
        language=current_language(),
        may_change=may_change(),
        just_retired=request.args.get("done") == "retired",
        removed=request.args.get("removed", "").strip()[:SHORT],
    )
    return page, 422 if form.has_errors else 200


def _today() -> date:
    return now().date()
