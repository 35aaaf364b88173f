"""The door: people who arrived without a registration, or come instead of somebody, entered from the sheet of a session."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups
from seminar_app.attendance import queries, services
from seminar_app.attendance.at_the_door import door
from seminar_app.attendance.staff_routes import blueprint
from seminar_app.core.clock import now
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.offices.queries import language_of
from seminar_app.registration import queries as registrations
from seminar_app.registration import services as seats
from seminar_app.registration.door_forms import DoorForm, SubstituteForm
from seminar_app.registration.door_rules import DoorDay, door_day
from seminar_app.registration.errors import ReservedOnTheRoster
from seminar_app.registration.forms import showing
from seminar_app.registration.queries import reach_of
from seminar_app.registration.services import Entered, merging
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_coordinate
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in
from seminar_app.web.languages import current_language


@blueprint.route("/<uuid:session_id>/walk-in", methods=["GET", "POST"])
@door
@shows_people("people.searched", "reserved.opened")
def walk_in(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Enter a person who arrived without a registration. Nobody else's data are shown: who may be the same becomes a proposal."""
    seminar = _seminar(slug, session_id)
    if door_day(seminar, now=now()) is not DoorDay.OPEN and request.method != "POST":
        return _shut(seminar, session_id)
    form = DoorForm()
    form.agency.offer(agency_groups(session(), on=seminar.starts_on))
    if form.accepts():
        try:
            return _to_sheet(seminar, session_id, _enter(seminar, session_id, form, seats.enter_walk_in))
        except Refusal as refusal:
            _refuse(form, refusal, slug)
    needs_no_access_row("the form shows what was typed")
    return _page("walk_in", seminar, session_id, form)


@blueprint.route("/<uuid:session_id>/substitute", methods=["GET", "POST"])
@door
@shows_people("attendance.viewed", "people.searched", "reserved.opened")
def substitute(slug: str, session_id: uuid.UUID) -> ResponseReturnValue:
    """Enter a person who comes instead of one who holds a seat (`of`, where it is known)."""
    seminar = _seminar(slug, session_id)
    if door_day(seminar, now=now()) is not DoorDay.OPEN and request.method != "POST":
        return _shut(seminar, session_id)
    people = queries.people_by_group(session(), seminar.id)
    replaced = None if request.method == "POST" else id_in(request.args.get("of"))
    form = SubstituteForm(data=_proposed(slug, replaced) if replaced else None)
    form.agency.offer(agency_groups(session(), on=seminar.starts_on))
    form.instead_of.offer(_choices(people))
    if form.accepts():
        chosen = queries.person_on_sheet(session(), seminar.id, uuid.UUID(hex=form.instead_of.data))
        try:
            return _to_sheet(seminar, session_id, _enter(seminar, session_id, form, seats.substitute, replaced_id=chosen.registration_id))
        except Refusal as refusal:
            _refuse(form, refusal, slug)
    shown(f"seminar_session:{session_id.hex}", seminar=slug, action="attendance.viewed")
    return _page("substitute", seminar, session_id, form)


@blueprint.post("/<uuid:session_id>/take-back/<uuid:registration_id>")
@door
def take_back(slug: str, session_id: uuid.UUID, registration_id: uuid.UUID) -> ResponseReturnValue:
    """Take an entry of the door back, with the marks that were made of it."""
    seminar, context = _seminar(slug, session_id), change_context()
    person = queries.person_on_sheet(session(), seminar.id, registration_id)

    def work(session: Session) -> None:
        services.clear_all(session, context, seminar_id=seminar.id, registration=registration_id)
        seats.take_back(session, context, seminar_id=seminar.id, registration_id=person.registration_id)

    try:
        in_unit_of_work(work)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("Undone: the entry is off the list, and no message about it leaves."), "success")
    return redirect(url_for(".marking", slug=slug, session_id=session_id), code=303)


def _seminar(slug: str, session_id: uuid.UUID) -> Seminar:
    seminar = seminar_to_coordinate(session(), current_actor(), slug)
    if all(each.public_id != session_id for each in queries.sessions_of(session(), seminar.id)):
        raise NotFound
    return seminar


def _shut(seminar: Seminar, session_id: uuid.UUID) -> ResponseReturnValue:
    """Go to the sheet, which says when people are entered."""
    needs_no_access_row("nobody is shown")
    return redirect(url_for(".marking", slug=seminar.slug, session_id=session_id), code=303)


def _proposed(slug: str, replaced: uuid.UUID) -> dict[str, Any]:
    """Return the first values of a substitute's form: whom they replace, and that person's agency where it may be shown."""
    try:
        found = registrations.registration_in_reach(session(), current_actor(), slug, replaced).registration
    except NotFound:
        return {}
    return {"instead_of": found.public_id.hex, "agency": found.agency_id}


def _choices(groups: list[queries.SheetGroup]) -> list[tuple[str, list[tuple[str, str]]]]:
    language = current_language()

    def label(person: queries.SheetPerson) -> str:
        apart = person.shown.told_apart_by
        return " · ".join(filter(None, (person.name, apart, person.agency.short(language))))

    return [
        (group.agency.code or group.agency.name(language), [(person.public_id.hex, label(person)) for person in group.people])
        for group in groups
    ]


def _enter(seminar: Seminar, session_id: uuid.UUID, form: DoorForm, service: Callable[..., Entered], **values: Any) -> Entered:
    """Enter the person, and mark them present in this session. Administrators learn in silence of people who may be the same."""
    actor, context, showing_id = current_actor(), change_context(), showing(form.submission_id)
    entry = form.entry(language_of(session(), seminar.office_id) or current_language())

    def work(session: Session) -> Entered:
        done = service(
            session, context, seminar_id=seminar.id, entry=entry, submission_id=showing_id, reach=reach_of(session, actor), **values
        )
        if done.again:
            return done
        if not actor.is_admin:
            merging.propose_outside_reach(session, context, actor=actor, person_id=done.registration.person_id)
        services.mark_on_arrival(session, context, seminar_id=seminar.id, session_id=session_id, registration=done.registration.public_id)
        return done

    return in_unit_of_work(work)


def _refuse(form: DoorForm, refusal: Refusal, slug: str) -> None:
    """Show why. That a reserved identity is on the list is something the account now knows, so it is recorded."""
    form.show(refusal)
    if isinstance(refusal, ReservedOnTheRoster):
        shown("person:many", seminar=slug, action="people.searched")


def _page(name: str, seminar: Seminar, session_id: uuid.UUID, form: DoorForm) -> ResponseReturnValue:
    page = render_template(
        f"attendance/staff/{name}.html",
        form=form,
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        sheet=url_for(".marking", slug=seminar.slug, session_id=session_id),
    )
    return page, 422 if form.has_errors else 200


def _to_sheet(seminar: Seminar, session_id: uuid.UUID, done: Entered) -> ResponseReturnValue:
    """Go to the sheet, which says what came of it. It does not point to the code of a reserved identity; the audit log notes the rest."""
    made, sheet = done.registration, partial(url_for, ".marking", slug=seminar.slug, session_id=session_id)
    if not made.person.reserved:
        needs_no_access_row("the change left one")
        return redirect(sheet(of=made.public_id.hex), code=303)
    shown(f"registration:{made.public_id.hex}", seminar=seminar.slug, action="reserved.opened")
    flash(_("Entered. This identity is reserved: on the sheet it stands under its code."), "success")
    return redirect(sheet(), code=303)
