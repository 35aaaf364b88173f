"""What staff do with a participant's data: correct them, decide on another name, send the personal link again or replace it."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.registration import services
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import CorrectionForm, DecisionForm
from seminar_app.registration.opening import found_registration, opened_registration, own_offices
from seminar_app.seminars.header import seminar_header
from seminar_app.web.access import shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of


@blueprint.route("/roster/<registration_id>/correct", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER, fresh="POST")
@shows_people("registration.viewed", "reserved.opened")
def correct(slug: str, registration_id: str) -> ResponseReturnValue:
    """Correct names, address, sex, and the agency, unit and position as of then."""
    found = opened_registration(slug, registration_id)
    registration, seminar = found.registration, found.access.seminar
    form = CorrectionForm()
    form.agency.offer(agency_groups(session(), on=seminar.starts_on, also=registration.agency_id))
    if form.accepts():
        try:
            changed = in_unit_of_work(
                lambda session: services.correct(
                    session,
                    change_context(),
                    seminar_id=seminar.id,
                    registration_id=registration.id,
                    correction=form.correction(),
                    opened=form.opened.data or "",
                    offices=own_offices(),
                )
            )
        except StaleEdit as refusal:
            form.show(refusal)
            form.reopen(opened_registration(slug, registration_id).registration)
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_told(changed, has_address=bool(form.email.data)), "success")
            return _to_page(slug, registration_id)
    elif not form.is_sent:
        form.begin(registration)
    action = "reserved.opened" if registration.person.reserved else "registration.viewed"
    shown(f"registration:{registration.public_id.hex}", seminar=slug, action=action)
    page = render_template(
        "registration/staff/correct.html", form=form, found=found, seminar=seminar, seminar_header=seminar_header(seminar)
    )
    return page, 422 if form.has_errors else 200


@blueprint.post("/roster/<registration_id>/link")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def send_link(slug: str, registration_id: str) -> ResponseReturnValue:
    """Mail the personal link again; with `replace` a new one, and the earlier one ends."""
    new = request.form.get("replace") == "1"
    said = _("The new link is on its way; the earlier one no longer works.") if new else _("The link is on its way again.")
    return _do(slug, registration_id, services.send_link, said, replace=new)


@blueprint.post("/roster/<registration_id>/name")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def decide_name(slug: str, registration_id: str) -> ResponseReturnValue:
    """Accept the name that the official asked for, or decline it."""
    if request.form.get("accept") not in ("0", "1"):
        abort(400)
    accept = request.form["accept"] == "1"
    said = _("The new name stands.") if accept else _("The name stays as it was.")
    return _do(slug, registration_id, services.decide_request, said, accept=accept, asked=request.form.get("asked", ""))


def _do(slug: str, registration_id: str, service: Callable[..., object], said: str, **values: bool | str) -> ResponseReturnValue:
    """Call one service on one registration, and go back to its page."""
    found = found_registration(slug, registration_id)
    where = {"seminar_id": found.access.seminar.id, "registration_id": found.registration.id}
    DecisionForm().accepts()
    try:
        in_unit_of_work(lambda session: service(session, change_context(), **where, **values))
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(said, "success")
    return _to_page(slug, registration_id)


def _told(changed: list[str], *, has_address: bool) -> str:
    sentence = _("The data are corrected.")
    if not changed:
        sentence = _("Nothing had changed.")
    elif "email" in changed and has_address:
        sentence = _("The data are corrected. The personal link was sent to the new address, and the earlier one no longer works.")
    return str(sentence)


def _to_page(slug: str, registration_id: str) -> ResponseReturnValue:
    return redirect(url_for(".registration", slug=slug, registration_id=registration_id), code=303)
