"""The official asks by the personal link that their data be erased, and may take that back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core.clock import now
from seminar_app.registration.queries import OwnRegistration, personal_page
from seminar_app.retention import queries, requests
from seminar_app.retention.forms import ErasureForm
from seminar_app.web.access import needs_no_token, personal_link
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session

blueprint = Blueprint("retention", __name__)


@blueprint.route("/registrations/<token>/erase", methods=["GET", "POST"])
@needs_no_token
@personal_link
def ask_erasure(token: str) -> ResponseReturnValue:
    """Say what is erased and what stays, and take the request; with `take_back`, take it back."""
    g.secret_link = True
    page = personal_page(session(), token, today=now().date())
    name_contact(page.office)
    if "language" not in browser:
        g.language = page.registration.language
    form, own = ErasureForm(), page.registration
    if form.accepts():
        back = request.form.get("take_back") == "1"
        change = requests.take_back if back else requests.ask
        in_unit_of_work(lambda session: change(session, change_context(own.audit_name), registration_id=own.id))
        flash(_("Your request is taken back; your data stay.") if back else _("The office has your request."), "success")
        return redirect(url_for("registration.personal", token=token), code=303)
    asked = erasure_asked_at(own)
    return render_template("retention/ask_erasure.html", form=form, page=page, token=token, asked=asked), 422 if form.has_errors else 200


def erasure_asked_at(registration: OwnRegistration) -> datetime | None:
    """Return when the person asked; the personal page shows it."""
    return queries.asked_at(session(), registration.id)
