"""The roster, and what staff do with a registration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.people.forms import SearchForm
from seminar_app.people.rules import ReservedReason
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import DecisionForm, EndReserveForm, RemovalForm, ReserveForm
from seminar_app.registration.many_routes import decided
from seminar_app.registration.models import Registration
from seminar_app.registration.opening import own_offices
from seminar_app.registration.queries import Roster, StaffRegistration
from seminar_app.registration.registration_page import filters_in, registration_page
from seminar_app.registration.roster_filter import ALTERNATES, roster_filter
from seminar_app.registration.rules import (
    RegistrationState,
    RemovalReason,
)
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed
from seminar_app.web.labels import label
from seminar_app.web.languages import current_language
from seminar_app.web.paging import page_number
from seminar_app.web.searches import keep_search


@blueprint.get("/roster/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
@shows_people("roster.viewed")
def roster(slug: str) -> ResponseReturnValue:
    """Show the registrations of the seminar by agency group. Filters are part of the URL; the words of a search are not."""
    access = queries.roster_access(session(), current_actor(), slug)
    shown(f"seminar:{access.seminar.public_id.hex}", seminar=slug)
    done = id_in(request.args.get("of"))
    wanted = roster_filter(request.args)
    found = queries.roster(session(), access, wanted, page=page_number())
    lines = (line for group in found.groups for line in group.everybody)
    return render_template(
        "registration/staff/roster.html",
        seminar_header=seminar_header(access.seminar),
        seminar=access.seminar,
        access=access,
        roster=found,
        wanted=wanted,
        filters_now=filters_in(request.args),
        troubles=queries.mail_troubles(session(), access.seminar.id),
        **_choices(found),
        did=request.args.get("did"),
        many=decided(request.args.get("many")),
        reasons=RemovalForm(MultiDict()).reason.choices,
        done=next((line for line in lines if line.public_id == done), None) if done else None,
    )


@blueprint.post("/roster/")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
def search(slug: str) -> ResponseReturnValue:
    """Search the roster by name or e-mail, sent in the request body, and filter it."""
    queries.roster_access(session(), current_actor(), slug)
    form = SearchForm()
    words = form.words.data if form.accepts() else None
    filters = filters_in(request.form) | ({"find": keep_search(words)} if words else {})
    return redirect(f"{url_for('.roster', slug=slug)}?{urlencode(filters)}", code=303)


@blueprint.get("/roster/<registration_id>")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR, RoleName.LIAISON)
@shows_people("registration.viewed")
def registration(slug: str, registration_id: str) -> ResponseReturnValue:
    """Show one registration, its history, and what can be done with it."""
    return registration_page(slug, registration_id)


@blueprint.post("/roster/<registration_id>/open")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
@shows_people("reserved.opened")
def open_record(slug: str, registration_id: str) -> ResponseReturnValue:
    """Show the full record of a reserved identity."""
    return registration_page(slug, registration_id, opened=True)


@blueprint.post("/roster/<registration_id>/reserve")
@staff(RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)
@shows_people("registration.viewed")
def reserve(slug: str, registration_id: str) -> ResponseReturnValue:
    """Reserve the identity of this registration's person, in all seminars."""
    found, form = queries.registration_in_reach(session(), current_actor(), slug, id_needed(registration_id)), ReserveForm()
    if not found.may_reserve and not found.may_open:
        raise NotFound
    if not form.accepts():
        return registration_page(slug, registration_id, reserve_form=form)
    return _reserving(found, services.reserve, ReservedReason(form.reserve_reason.data))


@blueprint.post("/roster/<registration_id>/show-again")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("registration.viewed")
def show_again(slug: str, registration_id: str) -> ResponseReturnValue:
    """End the reserved identity of this registration's person."""
    seminar_to_organize(session(), current_actor(), slug)
    found, form = queries.registration_in_reach(session(), current_actor(), slug, id_needed(registration_id)), EndReserveForm()
    if not form.accepts():
        return registration_page(slug, registration_id, end_form=form)
    service = partial(services.end_own_reserve, offices=own_offices())
    return _reserving(found, service, ReservedReason(form.end_reason.data))


def _reserving(found: StaffRegistration, service: Callable[..., bool], reason: ReservedReason) -> ResponseReturnValue:
    """Call the service and go back to the registration's page."""
    seminar, registration, context = found.access.seminar.slug, found.registration, change_context()
    try:
        in_unit_of_work(lambda session: service(session, context, person_id=registration.person.id, reason=reason, seminar=seminar))
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".registration", slug=seminar, registration_id=registration.public_id.hex), code=303)


@blueprint.post("/roster/<registration_id>/approve")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def approve(slug: str, registration_id: str) -> ResponseReturnValue:
    """Approve the registration."""
    return _decide(slug, registration_id, services.approve)


@blueprint.post("/roster/<registration_id>/decline")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def decline(slug: str, registration_id: str) -> ResponseReturnValue:
    """Decline the registration; the roster then offers to undo it."""
    return _decide(slug, registration_id, services.decline)


@blueprint.post("/roster/<registration_id>/open-seats")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def open_seats(slug: str, registration_id: str) -> ResponseReturnValue:
    """Let an alternate have an open seat too."""
    return _decide(slug, registration_id, services.open_seats, did="opened")


@blueprint.post("/roster/<registration_id>/close-seats")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def close_seats(slug: str, registration_id: str) -> ResponseReturnValue:
    """Undo that: the person waits for a seat of the agency again."""
    return _decide(slug, registration_id, services.close_seats)


@blueprint.post("/roster/<registration_id>/give-seat")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def give_seat(slug: str, registration_id: str) -> ResponseReturnValue:
    """Give a person at the door a seat: the open pool grows by one where no other is free."""
    return _decide(slug, registration_id, services.give_seat)


@blueprint.post("/roster/<registration_id>/no-seat")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def give_no_seat(slug: str, registration_id: str) -> ResponseReturnValue:
    """Answer the door that there is no seat for a person."""
    return _decide(slug, registration_id, services.give_no_seat)


@blueprint.post("/roster/<registration_id>/restore")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def restore(slug: str, registration_id: str) -> ResponseReturnValue:
    """Restore a registration that was removed, declined or withdrawn; with `undo`, as it was a moment ago."""
    return _decide(slug, registration_id, services.restore, undo=request.form.get("undo") == "1")


@blueprint.post("/roster/<registration_id>/remove")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
@shows_people("registration.viewed")
def remove(slug: str, registration_id: str) -> ResponseReturnValue:
    """Remove the registration, with a reason; the roster then offers to undo it."""
    form = RemovalForm()
    if not form.accepts():
        seminar_to_organize(session(), current_actor(), slug)
        return registration_page(slug, registration_id, form)
    return _decide(slug, registration_id, services.remove, reason=RemovalReason(form.reason.data), note=form.note.data or None)


def _decide(slug: str, registration_id: str, service: Callable[..., Registration], did: str = "", **values: Any) -> ResponseReturnValue:
    """Call one service on one registration and go back to the roster with the same filters; it then offers to undo what it did."""
    actor = current_actor()
    seminar = seminar_to_organize(session(), actor, slug)
    found = queries.registration_in_reach(session(), actor, slug, id_needed(registration_id)).registration
    DecisionForm().accepts()

    def work(session: Session) -> Registration:
        return service(session, change_context(), seminar_id=seminar.id, registration_id=found.id, **values)

    try:
        in_unit_of_work(work)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
        did = ""
    where = filters_in(request.form) | {"of": found.public_id.hex} | ({"did": did} if did else {})
    return redirect(f"{url_for('.roster', slug=slug)}?{urlencode(where)}", code=303)


def _choices(found: Roster) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the roster's filters: the states and groups of today that occur, and the pools."""
    everything = ("", _("All"))
    states = [(state.value, label(state)) for state in RegistrationState if found.counts[state]]
    if found.alternates:
        waits = [value for value, _word in states].index(RegistrationState.WAITLISTED.value)
        states.insert(waits + 1, (ALTERNATES, _("Alternate")))
    return {
        "states": [everything, *states],
        "groups": [everything, *((group.key, group.code or group.name(current_language())) for group in found.groups_today)],
        "pools": [
            everything,
            *((pool.public_id.hex, found.agencies[pool.agency_id].code if pool.agency_id else _("Open to all")) for pool in found.pools),
        ],
    }
