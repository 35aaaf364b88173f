"""Staff pages of people across seminars, limited to those the account may see. Each access is in the audit log before the page is made."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from seminar_app.audit import services as audit
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound
from seminar_app.people.errors import IdentityUnreadable
from seminar_app.people.forms import SearchForm
from seminar_app.people.identity import open_identity, parts_on_file, same_numbers
from seminar_app.people.identity_rules import doubt_about_curp
from seminar_app.registration.queries import PersonInReach, participations, people_by_id_in_reach, people_in_reach, person_in_reach
from seminar_app.web.access import current_actor, shows_people, staff
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.errors import sentence_of

MAY_OPEN = frozenset({RoleName.ADMIN, RoleName.ORGANIZER})
"""Roles that may open birth data, CURP and passport: those that are responsible for the seminar, not those that run its check-in."""

blueprint = Blueprint("people_staff", __name__, url_prefix="/staff/people")


@blueprint.route("/", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
@shows_people("people.searched")
def index() -> ResponseReturnValue:
    """Search by name or e-mail. The words are sent in the request body, because they name people."""
    form = SearchForm()
    words = (form.words.data or "") if form.accepts() else ""
    if words:
        _record_access("people.searched", "person:many")
    people, more = people_in_reach(session(), current_actor(), words)
    return render_template(
        "people/staff/index.html", form=form, people=people, more=more, asked=bool(words)
    ), 422 if form.has_errors else 200


@blueprint.get("/<person_id>")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
@shows_people("person.viewed")
def person(person_id: str) -> ResponseReturnValue:
    """Show one person and their registrations."""
    public_id = _public_id(person_id)
    person_in_reach(session(), current_actor(), public_id)
    _record_access("person.viewed", f"person:{public_id.hex}")
    found = person_in_reach(session(), current_actor(), public_id)
    seminars = participations(session(), current_actor(), found.person.id)
    may_open = bool(current_actor().roles & MAY_OPEN) and not found.person.hidden
    return render_template(
        "people/staff/person.html",
        found=found,
        participations=seminars,
        on_file=parts_on_file(session(), found.person.id) if may_open else [],
        twins=_twins(found.person.id) if may_open else [],
    )


@blueprint.post("/<person_id>/identity")
@staff(*sorted(MAY_OPEN), fresh="POST")
@shows_people("identity.viewed")
def identity(person_id: str) -> ResponseReturnValue:
    """Show birth data, CURP and passport in the clear. The access is in the audit log before the page is made."""
    found = person_in_reach(session(), current_actor(), _public_id(person_id))
    if found.person.hidden:
        raise NotFound
    try:
        with unit_of_work() as work:
            shown = open_identity(work, now=clock.now(), actor=current_actor().audit_name, person=found.person, request_id=g.request_id)
    except IdentityUnreadable as refusal:
        flash(sentence_of(refusal), "error")
        return redirect(url_for(".person", person_id=person_id), code=303)
    doubt = doubt_about_curp(shown.curp) if shown.curp else None
    return render_template("people/staff/identity.html", found=found, identity=shown, doubt=doubt)


def _twins(person_id: int) -> list[PersonInReach]:
    """Return other records with the same CURP or passport on file that the account may see."""
    return people_by_id_in_reach(session(), current_actor(), same_numbers(session(), person_id))


def _public_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(hex=text)
    except ValueError as error:
        raise NotFound from error


def _record_access(action: str, subject: str) -> None:
    """Record the access in the audit log, committed before the page is made."""
    with unit_of_work() as session:
        audit.record(session, now=clock.now(), actor=current_actor().audit_name, action=action, subject=subject, request_id=g.request_id)
