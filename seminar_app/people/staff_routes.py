"""People across seminars, as far as whoever looks may see them. Every look leaves a row in the trail before anything is read."""

from __future__ import annotations

import uuid

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from seminar_app.accounts.rules import RoleName
from seminar_app.audit import services as audit
from seminar_app.core import clock
from seminar_app.core.errors import NotFound
from seminar_app.people.forms import SearchForm
from seminar_app.registration.queries import participations, people_in_reach, person_in_reach
from seminar_app.web.access import current_actor, staff
from seminar_app.web.database import session, unit_of_work

blueprint = Blueprint("people_staff", __name__, url_prefix="/staff/people")


@blueprint.route("/", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
def index() -> ResponseReturnValue:
    """Search by name or address. What is asked for is sent in the body, because it names people."""
    form = SearchForm()
    words = (form.words.data or "") if form.accepts() else ""
    if words:
        _note_look("people.searched", "person:many")
    people, more = people_in_reach(session(), current_actor(), words)
    return render_template(
        "people/staff/index.html", form=form, people=people, more=more, asked=bool(words)
    ), 422 if form.has_errors else 200


@blueprint.get("/<person_id>")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
def person(person_id: str) -> ResponseReturnValue:
    """One person and their registrations."""
    try:
        public_id = uuid.UUID(hex=person_id)
    except ValueError as error:
        raise NotFound from error
    person_in_reach(session(), current_actor(), public_id)
    _note_look("person.viewed", f"person:{public_id.hex}")
    found = person_in_reach(session(), current_actor(), public_id)
    seminars = participations(session(), current_actor(), found.person.id)
    return render_template("people/staff/person.html", found=found, participations=seminars)


def _note_look(action: str, subject: str) -> None:
    """Leave a row in the trail, committed before the page is made."""
    with unit_of_work() as session:
        audit.record(session, now=clock.now(), actor=current_actor().trail_name, action=action, subject=subject, request_id=g.request_id)
