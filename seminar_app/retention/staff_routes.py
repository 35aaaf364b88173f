"""An administrator decides, on the page of a registration, whether the person's data are erased."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.registration.opening import found_registration
from seminar_app.registration.queries import StaffRegistration
from seminar_app.registration.registration_page import registration_page
from seminar_app.retention import queries, requests
from seminar_app.retention.errors import NoReasonGiven
from seminar_app.retention.forms import ErasureForm, KeepForm
from seminar_app.web.access import current_actor, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of

blueprint = Blueprint("retention_staff", __name__, url_prefix="/staff/seminars/<slug>/roster/<registration_id>")


@blueprint.post("/erase")
@staff(RoleName.ADMIN, fresh="POST")
def erase(slug: str, registration_id: str) -> ResponseReturnValue:
    """Erase the person, in all seminars."""
    found = found_registration(slug, registration_id)
    if not ErasureForm().accepts():
        return redirect(url_for("registration_staff.registration", slug=slug, registration_id=registration_id), code=303)
    own = found.registration
    try:
        in_unit_of_work(lambda session: requests.erase(session, change_context(), registration_id=own.id, person=own.person.public_id))
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("The data of this person are erased. What remains counts in figures and names nobody."), "success")
    return redirect(url_for("registration_staff.registration", slug=slug, registration_id=registration_id), code=303)


@blueprint.post("/keep")
@staff(RoleName.ADMIN)
@shows_people("registration.viewed")
def keep(slug: str, registration_id: str) -> ResponseReturnValue:
    """Keep the data, and tell the person why."""
    found = found_registration(slug, registration_id)
    form = KeepForm()
    if not form.accepts():
        return registration_page(slug, registration_id, refused=NoReasonGiven())
    seminar_id, own_id, reason = found.access.seminar.id, found.registration.id, form.reason.data or ""
    try:
        in_unit_of_work(
            lambda session: requests.keep(session, change_context(), seminar_id=seminar_id, registration_id=own_id, reason=reason)
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("The data stay. The person is told why."), "success")
    return redirect(url_for("registration_staff.registration", slug=slug, registration_id=registration_id), code=303)


def section(found: StaffRegistration, refused: Refusal | None) -> Markup:
    """Return what the page of a registration says of a request: since when, and for an administrator the two answers."""
    asked = queries.asked_at(session(), found.registration.id)
    if asked is None:
        return Markup("")
    form = KeepForm() if isinstance(refused, NoReasonGiven) else KeepForm(MultiDict())
    if isinstance(refused, NoReasonGiven):
        form.validate()
    page = render_template("retention/staff/_asked.html", found=found, asked=asked, form=form, decides=current_actor().is_admin)
    return Markup(page)  # nosec B704  # noqa: S704  a template of ours
