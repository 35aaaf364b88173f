"""Administrators' pages about offices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.offices import queries, services
from seminar_app.offices.forms import NewOfficeForm, OfficeForm
from seminar_app.web.access import current_actor, staff
from seminar_app.web.database import in_unit_of_work, session, unit_of_work

blueprint = Blueprint("offices_staff", __name__)


@blueprint.get("/staff/offices/")
@staff(RoleName.ADMIN)
def offices() -> ResponseReturnValue:
    """List all offices, active ones first."""
    return render_template("offices/staff/offices.html", offices=queries.offices(session()))


@blueprint.route("/staff/offices/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def new_office() -> ResponseReturnValue:
    """Add an office."""
    form = NewOfficeForm()
    if form.accepts():
        try:
            office = in_unit_of_work(
                lambda database: services.create_office(
                    database, now=clock.now(), actor=current_actor(), code=str(form.code.data), **_values(form)
                )
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("%(office)s is added.", office=office.code), "success")
            return redirect(url_for("offices_staff.offices"), code=303)
    return render_template("offices/staff/office.html", form=form, office=None), 422 if form.has_errors else 200


@blueprint.route("/staff/offices/<code>", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def office(code: str) -> ResponseReturnValue:
    """Change an office's name and place."""
    row = queries.get_office(session(), code)
    form = OfficeForm(obj=row)
    if form.accepts():
        with unit_of_work() as database:
            services.edit_office(database, now=clock.now(), actor=current_actor(), office_id=row.id, **_values(form))
        flash(_("%(office)s is changed.", office=row.code), "success")
        return redirect(url_for("offices_staff.offices"), code=303)
    return render_template("offices/staff/office.html", form=form, office=row), 422 if form.has_errors else 200


@blueprint.post("/staff/offices/<code>/retire")
@staff(RoleName.ADMIN)
def retire_office(code: str) -> ResponseReturnValue:
    """Retire an office."""
    return _do(code, services.retire_office, _("%(office)s is retired. Its seminars stay.", office=code))


@blueprint.post("/staff/offices/<code>/restore")
@staff(RoleName.ADMIN)
def restore_office(code: str) -> ResponseReturnValue:
    """Make a retired office available again."""
    return _do(code, services.restore_office, _("%(office)s is in use again.", office=code))


def _do(code: str, service: Callable[..., None], said: str) -> ResponseReturnValue:
    row = queries.get_office(session(), code)
    with unit_of_work() as database:
        service(database, now=clock.now(), actor=current_actor(), office_id=row.id)
    flash(said, "success")
    return redirect(url_for("offices_staff.offices"), code=303)


def _values(form: OfficeForm) -> dict[str, Any]:
    return {
        "name_es": form.name_es.data,
        "name_en": form.name_en.data,
        "city": form.city.data or None,
        "country": form.country.data,
    }
