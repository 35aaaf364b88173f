"""Staff pages about changes of an agency's part of the list: a substitute, and requests that wait for a decision."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.nominations import request_queries, services
from seminar_app.nominations.request_forms import DecisionForm, SubstituteForm
from seminar_app.nominations.request_pages import Changer, changer, groups_within, said_of_substitute
from seminar_app.nominations.request_rules import RequestKind, decides_at_once
from seminar_app.nominations.services import Asked, Wish
from seminar_app.offices.models import Office
from seminar_app.offices.queries import language_of
from seminar_app.registration.door_rules import may_be_replaced
from seminar_app.registration.errors import CannotBeReplaced
from seminar_app.registration.forms import showing
from seminar_app.registration.queries import reach_of, registration_in_reach
from seminar_app.registration.rules import day_there, is_list_frozen
from seminar_app.registration.services import merging
from seminar_app.seminars.header import seminar_header
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_needed
from seminar_app.web.languages import current_language

blueprint = Blueprint("requests_staff", __name__, url_prefix="/staff/seminars/<slug>/requests")
CHANGING = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.LIAISON)


@blueprint.get("/")
@staff(*CHANGING)
@shows_people("requests.viewed")
def index(slug: str) -> ResponseReturnValue:
    """Show the requests that wait, with what the account may decide, and how earlier ones were decided."""
    who = changer(slug)
    seminar = who.access.seminar
    today = day_there(clock.now(), seminar.time_zone)
    reader = f"account:{current_actor().public_id.hex}"
    waiting, decided = request_queries.requests_of(session(), seminar, agencies=who.agencies, reader=reader, today=today)
    shown(f"seminar:{seminar.public_id.hex}", seminar=slug)
    return render_template(
        "nominations/staff/requests.html",
        waiting=waiting,
        decided=decided,
        form=DecisionForm(formdata=None),
        organizes=who.agencies is None,
        office=session().get_one(Office, seminar.office_id),
        frozen_on=seminar.list_freezes_on if is_list_frozen(seminar.list_freezes_on, today=today) else None,
        seminar=seminar,
        seminar_header=seminar_header(seminar),
    )


@blueprint.post("/<request_id>/accept")
@staff(*CHANGING)
def accept(slug: str, request_id: str) -> ResponseReturnValue:
    """Make the change that was asked for."""
    return _decide(slug, request_id, accept=True)


@blueprint.post("/<request_id>/decline")
@staff(*CHANGING)
def decline(slug: str, request_id: str) -> ResponseReturnValue:
    """Leave the list as it is, and say why."""
    return _decide(slug, request_id, accept=False)


@blueprint.post("/<request_id>/take-back")
@staff(*CHANGING)
def take_back(slug: str, request_id: str) -> ResponseReturnValue:
    """Take back a request that the account has made."""
    who, public_id, context = changer(slug), id_needed(request_id), change_context()
    try:
        seminar, agencies = who.access.seminar, who.agencies
        in_unit_of_work(lambda work: services.take_back_request(work, context, seminar=seminar, public_id=public_id, agencies=agencies))
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("Your request is taken back; the list stays as it is."), "success")
    return redirect(url_for(".index", slug=slug), code=303)


@blueprint.route("/substitute/<registration_id>", methods=["GET", "POST"])
@staff(*CHANGING)
@shows_people("registration.viewed")
def substitute(slug: str, registration_id: str) -> ResponseReturnValue:
    """Let somebody come instead of a person, or ask for it."""
    who, public_id = changer(slug), id_needed(registration_id)
    seminar = who.access.seminar
    found = registration_in_reach(session(), current_actor(), slug, public_id).registration
    form = SubstituteForm(data={"agency": found.agency_id})
    form.agency.offer(groups_within(who))
    if form.accepts():
        wish = Wish(
            kind=RequestKind.SUBSTITUTE,
            registration=public_id,
            entry=form.entry(language_of(session(), seminar.office_id) or current_language()),
            reason=form.reason.data or None,
        )
        try:
            done = _ask(who, wish, showing(form.submission_id))
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(*said_of_substitute(done))
            return redirect(_after(who, public_id), code=303)
    elif not form.has_errors and not may_be_replaced(found.state):
        flash(sentence_of(CannotBeReplaced()), "error")
    today = day_there(clock.now(), seminar.time_zone)
    frozen = is_list_frozen(seminar.list_freezes_on, today=today)
    at_once = decides_at_once(RequestKind.SUBSTITUTE, who.asker, frozen=frozen, substitutes_by=seminar.substitutes_by)
    shown(f"registration:{public_id.hex}", seminar=slug)
    page = render_template(
        "nominations/staff/substitute.html",
        form=form,
        person=found.person,
        at_once=at_once,
        back=_after(who, public_id),
        seminar=seminar,
        seminar_header=seminar_header(seminar),
    )
    return page, 422 if form.has_errors else 200


def _ask(who: Changer, wish: Wish, submission_id: uuid.UUID) -> Asked:
    """Make or ask for the change. Administrators learn in silence of a substitute who may be somebody outside the account's reach."""
    actor, context = current_actor(), change_context()

    def work(session: Session) -> Asked:
        done = services.ask(
            session,
            context,
            seminar=who.access.seminar,
            asker=who.asker,
            agencies=who.agencies,
            wish=wish,
            submission_id=submission_id,
            reach=reach_of(session, actor),
        )
        if done.entered is not None and not actor.is_admin:
            merging.propose_outside_reach(session, context, actor=actor, person_id=done.entered.registration.person_id)
        return done

    return in_unit_of_work(work)


def _after(who: Changer, public_id: uuid.UUID) -> str:
    """Return the page that a substitution was begun from."""
    if who.agencies is not None:
        return url_for("agency_staff.seminar", slug=who.access.seminar.slug)
    return url_for("registration_staff.registration", slug=who.access.seminar.slug, registration_id=public_id.hex)


def _decide(slug: str, request_id: str, *, accept: bool) -> ResponseReturnValue:
    who, public_id, form, context = changer(slug), id_needed(request_id), DecisionForm(), change_context()
    answer = form.answer.data if form.accepts() else None
    actor = current_actor()
    try:
        in_unit_of_work(
            lambda work: services.decide(
                work,
                context,
                seminar=who.access.seminar,
                public_id=public_id,
                agencies=who.agencies,
                accept=accept,
                answer=answer or None,
                reach=reach_of(work, actor),
            )
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(_("The change is made, and those concerned are told.") if accept else _("Declined; whoever asked is told."), "success")
    return redirect(url_for(".index", slug=slug), code=303)
