"""Pages about offices: administrators keep them, and the organizers of an office publish its words in the privacy notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.core.phones import shown_phone
from seminar_app.offices import queries, services
from seminar_app.offices.forms import NewOfficeForm, NoticeForm, OfficeForm
from seminar_app.offices.models import Office
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session, unit_of_work

blueprint = Blueprint("offices_staff", __name__)


@blueprint.get("/staff/offices/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def offices() -> ResponseReturnValue:
    """List all offices, active ones first; an organizer sees their own. `?added=CODE` offers the next step after adding one."""
    found = queries.offices_of(session(), current_actor())
    added = next((office for office in found if office.code == request.args.get("added") and office.active), None)
    return render_template("offices/staff/offices.html", offices=found, may_change=current_actor().is_admin, added=added)


@blueprint.route("/staff/offices/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def new_office() -> ResponseReturnValue:
    """Add an office; language and time zone begin with the installation's."""
    form = NewOfficeForm(data=_installed())
    if form.accepts():
        try:
            office = in_unit_of_work(
                lambda database: services.create_office(database, change_context(), code=str(form.code.data), **form.facts())
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("%(office)s is added.", office=office.code), "success")
            return redirect(url_for("offices_staff.offices", added=office.code), code=303)
    return render_template("offices/staff/office.html", form=form, office=None), 422 if form.has_errors else 200


@blueprint.route("/staff/offices/<code>", methods=["GET", "POST"])
@staff(RoleName.ADMIN)
def office(code: str) -> ResponseReturnValue:
    """Change an office's name, place and contact. An office from before it had a language and a time zone is offered the installation's."""
    row = queries.get_office(session(), code)
    form = OfficeForm(data=_installed() | _values_of(row))
    if form.accepts():
        with unit_of_work() as database:
            services.edit_office(database, change_context(), office_id=row.id, **form.facts())
        flash(_("%(office)s is changed.", office=row.code), "success")
        return redirect(url_for("offices_staff.offices"), code=303)
    return render_template("offices/staff/office.html", form=form, office=row), 422 if form.has_errors else 200


@blueprint.route("/staff/offices/<code>/privacy-notice", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def notice(code: str) -> ResponseReturnValue:
    """Show what the office adds to the privacy notice and all earlier versions; on POST, show the new text or publish it."""
    row = queries.get_office_of(session(), current_actor(), code)
    versions = queries.notices_of(session(), row.id)
    newest = versions[0] if versions else None
    first = {"opened": newest.version, "text_es": newest.text_es, "text_en": newest.text_en} if newest else None
    form, shown = NoticeForm(data=first), False
    if form.accepts():
        try:
            if request.form.get("do") == "publish":
                flash(_publish(row, form), "success")
                return redirect(url_for("offices_staff.notice", code=row.code), code=303)
            shown = True
        except StaleEdit as refusal:
            form.show(refusal)
            versions = queries.notices_of(session(), row.id)
            form.opened.show(versions[0].version)
        except Refusal as refusal:
            form.show(refusal)
    zone = row.time_zone or _installed()["time_zone"]
    page = render_template("offices/staff/notice.html", office=row, form=form, versions=versions, shown=shown, zone=zone)
    return page, 422 if form.has_errors else 200


def _publish(row: Office, form: NoticeForm) -> str:
    texts = {"text_es": form.text_es.data or "", "text_en": form.text_en.data or ""}
    with unit_of_work() as database:
        services.publish_notice(database, change_context(), office_id=row.id, opened=form.opened.data or 0, **texts)
    if any(texts.values()):
        return str(_("Published. From now on people read it before they register."))
    return str(_("The office’s words are taken back. From now on people read the program’s notice alone."))


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
        service(database, change_context(), office_id=row.id)
    flash(said, "success")
    return redirect(url_for("offices_staff.offices"), code=303)


def _installed() -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    return {"language": settings.default_language, "time_zone": settings.default_time_zone}


def _values_of(row: Office) -> dict[str, Any]:
    names = ("name_es", "name_en", "city", "country", "email", "language", "time_zone")
    phone = {"phone": shown_phone(row.phone, region=row.country)} if row.phone else {}
    return {name: value for name in names if (value := getattr(row, name)) is not None} | phone
