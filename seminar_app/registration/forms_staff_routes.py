"""Forms that wait for their mail's button: staff find one by its address, and confirm it for the person on the telephone."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Struct

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.addresses import normal_address
from seminar_app.core.errors import Refusal
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import DecisionForm, LostLinkForm
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.labels import label
from seminar_app.web.searches import keep_search, kept_search

AT_THE_DOOR = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR)


class FormLine(Struct, frozen=True):
    """A form as staff see it: no name, because it may name somebody whose identity is reserved, in another office too."""

    public_id: uuid.UUID
    sent_at: datetime
    ends_at: datetime


@blueprint.get("/forms/")
@staff(*AT_THE_DOOR)
@shows_people("forms.searched")
def forms(slug: str) -> ResponseReturnValue:
    """Say how many forms wait, and show those with one address. There is no list of all: nobody has proven who they are."""
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    now = clock.now()
    address = kept_search(request.args.get("find"))
    lines: list[FormLine] = []
    if address:
        found = queries.forms_with_address(session(), seminar.id, services.address_indexes(session(), address), now=now)
        lines = [FormLine(row.public_id, row.sent_at, row.ends_at) for row in found]
        shown("form_sent:many", seminar=slug, rows=len(lines))
    else:
        needs_no_access_row("no form is searched for")
    return render_template(
        "registration/staff/forms.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        form=LostLinkForm(data={"email": address}),
        lines=lines,
        asked=address,
        waiting=queries.forms_waiting(session(), seminar.id, now=now),
        now=now,
    )


@blueprint.post("/forms/")
@staff(*AT_THE_DOOR)
def find_form(slug: str) -> ResponseReturnValue:
    """Search the forms by address. It is sent in the request body, because it names a person."""
    seminar_to_coordinate(session(), current_actor(), slug)
    address = normal_address(request.form.get("email", ""))
    if address is None:
        flash(_("This is not a whole e-mail address. It looks like name@example.org."), "error")
    return redirect(url_for(".forms", slug=slug, find=keep_search(address) if address else None), code=303)


@blueprint.post("/forms/<uuid:form_id>/confirm")
@staff(*AT_THE_DOOR)
def confirm_form(slug: str, form_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm a form for the person on the telephone: it draws its seat now, as the button would."""
    seminar_to_coordinate(session(), current_actor(), slug)
    row_id = queries.form_by_id(session(), form_id, slug=slug).id
    form = DecisionForm()
    if form.accepts():
        try:
            made = in_unit_of_work(lambda session: services.confirm(session, change_context(), form_id=row_id, by_mail=False))
        except Refusal as refusal:
            flash(sentence_of(refusal), "error")
        else:
            flash(_("The form is confirmed. The registration stands as: %(state)s", state=label(made.state)), "success")
            return redirect(url_for(".registration", slug=slug, registration_id=made.public_id.hex), code=303)
    return redirect(url_for(".forms", slug=slug), code=303)
