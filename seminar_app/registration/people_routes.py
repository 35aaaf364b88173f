"""Staff pages of people across seminars, limited to those the account may see."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.accounts.rules import may_organize
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound
from seminar_app.people.errors import IdentityUnreadable
from seminar_app.people.forms import SearchForm
from seminar_app.people.identity import open_identity, parts_on_file, same_numbers
from seminar_app.people.identity_rules import doubt_about_curp
from seminar_app.registration import queries
from seminar_app.registration.blueprints import people_blueprint as blueprint
from seminar_app.registration.queries import PersonInReach
from seminar_app.registration.sections import sections_of_person
from seminar_app.registration.training_record import training_record
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed
from seminar_app.web.searches import keep_search, kept_search

MAY_OPEN = frozenset({RoleName.ADMIN, RoleName.ORGANIZER})
"""Roles that may open birth data, CURP and passport: those that are responsible for the seminar, not those that run its check-in."""


@blueprint.get("/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
@shows_people("people.searched")
def index() -> ResponseReturnValue:
    """Show the people that a search found (`find`), or offer to search."""
    words = kept_search(request.args.get("find"))
    if words:
        shown("person:many")
    else:
        needs_no_access_row("nobody is searched for")
    people, more = queries.people_in_reach(session(), current_actor(), words)
    return render_template("people/staff/index.html", form=SearchForm(data={"words": words}), people=people, more=more, asked=bool(words))


@blueprint.post("/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
def search() -> ResponseReturnValue:
    """Search by name or e-mail. The words are sent in the request body, because they name people."""
    form = SearchForm()
    if form.accepts():
        return redirect(url_for(".index", find=keep_search(form.words.data) if form.words.data else None), code=303)
    return render_template("people/staff/index.html", form=form, people=[], more=False, asked=False), 422


@blueprint.get("/<person_id>")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
@shows_people("person.viewed")
def person(person_id: str) -> ResponseReturnValue:
    """Show one person and their registrations."""
    actor, public_id = current_actor(), id_needed(person_id)
    try:
        found = queries.person_in_reach(session(), actor, public_id)
    except NotFound:
        return _to_kept(public_id)
    person = found.person
    seminars = queries.registrations_of(session(), actor, person.id)
    may_change = frozenset(each.id for each in seminars if may_organize(actor, office_id=each.seminar.office_id))
    may_open = bool(actor.roles & MAY_OPEN) and not person.hidden
    merger = queries.organizing(actor)
    merges = queries.merges_made(session(), merger, person) if merger.grants else []
    likely = queries.likely_same(session(), merger, person.id) if may_open else []
    shown(f"person:{person.public_id.hex}", beside=[each.person.public_id.hex for each in likely])
    known = {each.person.id for each in likely}
    return render_template(
        "people/staff/person.html",
        found=found,
        record=training_record(session(), seminars),
        may_change=may_change,
        correctable=next((each for each in seminars if each.id in may_change), None),
        may_merge=bool(merger.grants),
        likely=likely,
        merges=merges,
        names=names_by_audit_name(session(), {each.by for each in merges}),
        just_merged=next((each for each in merges if each.public_id == id_in(request.args.get("merged"))), None),
        on_file=parts_on_file(session(), person.id) if may_open else [],
        sections=sections_of_person(person),
        twins=[twin for twin in _twins(person.id) if twin.person.id not in known] if may_open else [],
    )


def _to_kept(public_id: uuid.UUID) -> ResponseReturnValue:
    """Lead from a record that was merged to the one that was kept."""
    kept = queries.kept_in_reach(session(), current_actor(), public_id)
    needs_no_access_row("leads to the page of the record that was kept")
    return redirect(url_for(".person", person_id=kept.public_id.hex), code=303)


@blueprint.post("/<person_id>/identity", endpoint="identity")
@staff(*sorted(MAY_OPEN), fresh="POST")
@shows_people("identity.viewed")
def open_documents(person_id: str) -> ResponseReturnValue:
    """Show birth data, CURP and passport in the clear. An attempt to open what cannot be opened is recorded too."""
    found = queries.person_in_reach(session(), current_actor(), id_needed(person_id))
    if found.person.hidden:
        raise NotFound
    shown(f"person:{found.person.public_id.hex}", columns=[part.value for part in parts_on_file(session(), found.person.id)])
    try:
        identity = open_identity(session(), found.person)
    except IdentityUnreadable as refusal:
        flash(sentence_of(refusal), "error")
        return redirect(url_for(".person", person_id=person_id), code=303)
    doubt = doubt_about_curp(identity.curp) if identity.curp else None
    return render_template("people/staff/identity.html", found=found, identity=identity, doubt=doubt)


def _twins(person_id: int) -> list[PersonInReach]:
    """Return other records with the same CURP or passport on file that the account may see."""
    return queries.people_by_id_in_reach(session(), current_actor(), same_numbers(session(), person_id))
