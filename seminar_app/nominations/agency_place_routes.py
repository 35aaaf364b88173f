"""What a liaison does with places: withdraw and exchange her people, and keep seats without a name."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.nominations import services
from seminar_app.nominations.agency_done import MOVED
from seminar_app.nominations.agency_forms import ExchangeForm, KeepForm, WithdrawForm
from seminar_app.nominations.agency_pages import (
    current_access,
    exchange_form,
    own_agencies,
    own_person,
    person_page,
    seminar_page,
    to_seminar,
)
from seminar_app.nominations.agency_people import AgencyList, OwnPerson
from seminar_app.nominations.agency_queries import AgencyAccess
from seminar_app.nominations.agency_steps import last_steps_of
from seminar_app.nominations.blueprints import agency_blueprint as blueprint
from seminar_app.nominations.errors import CannotExchangeNow, NobodyNamedNow, NoLongerListed
from seminar_app.nominations.request_rules import Asker, RequestKind
from seminar_app.nominations.services import Asked, Wish
from seminar_app.registration import services as registrations
from seminar_app.registration.errors import CannotExchange
from seminar_app.registration.forms import DecisionForm, showing
from seminar_app.registration.rules import RegistrationState, may_edit
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
            return _refused(access, registration_id, refusal)
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
    if not may_edit(person.state):
        return _gone(access, person)
    if not form.accepts():
        _say_why_not(listed, person, form)
    else:
        other = id_needed(form.other.data)
        wish = Wish(kind=RequestKind.EXCHANGE, registration=person.public_id, other=other)
        try:
            asked = ask(access, wish, showing(form.exchanging))
        except CannotExchange as refusal:
            form.show(refusal)
        except Refusal as refusal:
            return _refused(access, registration_id, refusal)
        else:
            moved = form.move.data if form.move.data in MOVED else "exchanged"
            return to_seminar(access, moved if asked.done else "asked", person.public_id, other)
    return person_page(access, registration_id, exchange=form), 422


def _refused(access: AgencyAccess, registration_id: str, refusal: Refusal) -> ResponseReturnValue:
    """Say why nothing was changed, where the liaison sees how it stands: on the person's page, or on the list that they have left."""
    _listed, person = own_person(access, registration_id)
    if not may_edit(person.state):
        return _gone(access, person)
    needs_no_access_row("the page that follows leaves one")
    flash(sentence_of(refusal), "error")
    return redirect(url_for(".person", slug=access.seminar.slug, registration_id=person.public_id.hex), code=303)


def _gone(access: AgencyAccess, person: OwnPerson) -> ResponseReturnValue:
    """Go back to the list, which somebody left meanwhile: here in another window, or by somebody else."""
    return _back(access, sentence_of(NoLongerListed(name=person.name)))


def _back(access: AgencyAccess, sentence: str, kind: str = "error") -> ResponseReturnValue:
    needs_no_access_row("the list that follows leaves one")
    flash(sentence, kind)
    return redirect(url_for(".seminar", slug=access.seminar.slug), code=303)


def _say_why_not(listed: AgencyList, person: OwnPerson, form: ExchangeForm) -> None:
    """Say of a partner who is one no longer why: the page that offered them is older than the list."""
    other = listed.find(id_in(form.other.data))
    if other is not None and other.public_id != person.public_id:
        gone = not may_edit(other.state)
        form.other.errors = [sentence_of(NoLongerListed(name=other.name) if gone else CannotExchangeNow(one=person.name, other=other.name))]
        form.other.data = ""


@blueprint.post("/seminars/<slug>/agency/people/<registration_id>/restore")
@staff(RoleName.LIAISON)
def restore(slug: str, registration_id: str) -> ResponseReturnValue:
    """Undo a withdrawal of a moment ago. What somebody else has done is not the liaison's to undo."""
    access = current_access(slug)
    _listed, person = own_person(access, registration_id)
    context = change_context()
    steps = last_steps_of(session(), current_actor(), person.id, now=context.now)
    DecisionForm().accepts()
    if may_edit(person.state):
        return _back(access, _("It is undone already: %(name)s is on the list.", name=person.name), "info")
    if not steps or not steps[0].by_account or steps[0].to_state is not RegistrationState.WITHDRAWN:
        return _back(access, _("That can no longer be undone here: the place of %(name)s has changed since.", name=person.name))
    which: dict[str, Any] = {"seminar_id": access.seminar.id, "registration_id": person.id}
    try:
        in_unit_of_work(lambda work: registrations.restore(work, context, **which, undo=True))
    except Refusal as refusal:
        return _back(access, sentence_of(refusal))
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
    if not in_unit_of_work(lambda work: registrations.give_up(work, context, **which)):
        return _back(access, _("These seats are kept no longer: they have been given up, used, or released meanwhile."), "info")
    return to_seminar(access, "given-up")


def ask(access: AgencyAccess, wish: Wish, submission_id: uuid.UUID) -> Asked:
    """Make a change of the list as the liaison, or keep it as a request."""
    context = change_context()
    about: dict[str, Any] = {"seminar": access.seminar, "asker": Asker.LIAISON, "agencies": access.own}
    return in_unit_of_work(lambda work: services.ask(work, context, **about, wish=wish, submission_id=submission_id))
