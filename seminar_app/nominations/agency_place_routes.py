"""What a liaison does with places: withdraw and exchange her people, and keep seats without a name."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.nominations import services
from seminar_app.nominations.agency_forms import KeepForm, WithdrawForm
from seminar_app.nominations.agency_pages import (
    current_access,
    exchange_form,
    own_agencies,
    own_person,
    person_page,
    seminar_page,
    to_seminar,
)
from seminar_app.nominations.agency_people import last_step_of
from seminar_app.nominations.agency_queries import AgencyAccess
from seminar_app.nominations.blueprints import agency_blueprint as blueprint
from seminar_app.nominations.errors import NobodyNamedNow
from seminar_app.nominations.request_rules import Asker, RequestKind
from seminar_app.nominations.services import Asked, Wish
from seminar_app.registration import services as registrations
from seminar_app.registration.forms import DecisionForm, showing
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.access import current_actor, needs_no_access_row, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed

MOST_GIVEN_UP = 200


@blueprint.post("/seminars/<slug>/agency/people/<registration_id>/withdraw")
@staff(RoleName.LIAISON)
@shows_people("registration.viewed")
def withdraw(slug: str, registration_id: str) -> ResponseReturnValue:
    """Withdraw a person, or ask for it; the page then offers to undo it."""
    access, form = current_access(slug), WithdrawForm()
    _listed, person = own_person(access, registration_id)
    if form.accepts():
        wish = Wish(kind=RequestKind.WITHDRAW, registration=person.public_id, reason=form.reason.data or None)
        try:
            asked = ask(access, wish, showing(form.withdrawing))
        except Refusal as refusal:
            form.show(refusal)
        else:
            return to_seminar(access, "withdrawn" if asked.done else "asked", person.public_id)
    return person_page(access, registration_id, withdraw=form), 422


@blueprint.post("/seminars/<slug>/agency/people/<registration_id>/exchange")
@staff(RoleName.LIAISON)
@shows_people("registration.viewed")
def exchange(slug: str, registration_id: str) -> ResponseReturnValue:
    """Exchange the places of two people, or ask for it. Moving an alternate up is an exchange with the one before."""
    access = current_access(slug)
    listed, person = own_person(access, registration_id)
    form = exchange_form(listed, person)
    if form.accepts():
        other = id_needed(form.other.data)
        wish = Wish(kind=RequestKind.EXCHANGE, registration=person.public_id, other=other)
        try:
            asked = ask(access, wish, showing(form.exchanging))
        except Refusal as refusal:
            form.show(refusal)
        else:
            return to_seminar(access, "exchanged" if asked.done else "asked", person.public_id, other)
    return person_page(access, registration_id, exchange=form), 422


@blueprint.post("/seminars/<slug>/agency/people/<registration_id>/restore")
@staff(RoleName.LIAISON)
def restore(slug: str, registration_id: str) -> ResponseReturnValue:
    """Undo a withdrawal of a moment ago. What somebody else has done is not the liaison's to undo."""
    access = current_access(slug)
    _listed, person = own_person(access, registration_id)
    context = change_context()
    step = last_step_of(session(), current_actor(), person.id, now=context.now)
    DecisionForm().accepts()
    if step is None or not step.by_account or step.to_state is not RegistrationState.WITHDRAWN:
        raise NotFound
    which: dict[str, Any] = {"seminar_id": access.seminar.id, "registration_id": person.id}
    try:
        in_unit_of_work(lambda work: registrations.restore(work, context, **which, undo=True))
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
        return redirect(url_for(".seminar", slug=slug), code=303)
    return to_seminar(access, "restored", person.public_id)


@blueprint.post("/seminars/<slug>/agency/keep")
@staff(RoleName.LIAISON)
@shows_people("roster.viewed")
def keep(slug: str) -> ResponseReturnValue:
    """Keep seats of the agency's quota without a name to a day."""
    access, form = current_access(slug), KeepForm()
    form.agency.offer(own_agencies(access))
    if form.accepts():
        context, agency_id, showing_id = change_context(), form.agency.agency_id, showing(form.submission_id)

        def work(session: Session) -> object:
            return registrations.keep_seats(
                session,
                context,
                seminar_id=access.seminar.id,
                agency_id=agency_id,
                seats=form.seats.data or 0,
                last_day=form.day,
                quota_only=True,
                submission_id=showing_id,
            )

        try:
            if not access.names or access.frozen:
                raise NobodyNamedNow
            in_unit_of_work(work)
        except Refusal as refusal:
            form.show(refusal)
        else:
            needs_no_access_row("nobody is shown")
            return to_seminar(access, "kept")
    return seminar_page(access, form), 422


@blueprint.post("/seminars/<slug>/agency/give-up")
@staff(RoleName.LIAISON)
def give_up(slug: str) -> ResponseReturnValue:
    """Keep seats without a name no longer."""
    access, context = current_access(slug), change_context()
    DecisionForm().accepts()
    ids = {found for text in request.form.getlist("hold")[:MOST_GIVEN_UP] if (found := id_in(text)) is not None}
    which: dict[str, Any] = {"seminar_id": access.seminar.id, "public_ids": ids, "agencies": access.own}
    in_unit_of_work(lambda work: registrations.give_up(work, context, **which))
    return to_seminar(access, "given-up")


def ask(access: AgencyAccess, wish: Wish, submission_id: uuid.UUID) -> Asked:
    """Make a change of the list as the liaison, or keep it as a request."""
    context = change_context()
    about: dict[str, Any] = {"seminar": access.seminar, "asker": Asker.LIAISON, "agencies": access.own}
    return in_unit_of_work(lambda work: services.ask(work, context, **about, wish=wish, submission_id=submission_id))
