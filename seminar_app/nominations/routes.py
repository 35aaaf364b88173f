"""The official proposes, by the personal link, that a colleague comes instead, and may take that back."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.core.values import replace
from seminar_app.nominations import request_queries, services
from seminar_app.nominations.request_forms import ProposalForm
from seminar_app.nominations.request_queries import OwnProposal
from seminar_app.nominations.request_rules import Asker, RequestKind
from seminar_app.nominations.services import Wish
from seminar_app.registration.door_rules import may_be_replaced
from seminar_app.registration.forms import DecisionForm, showing
from seminar_app.registration.queries import OwnRegistration, PersonalPage, personal_page
from seminar_app.seminars.rules import has_ended
from seminar_app.web.access import needs_no_token, personal_link
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of

blueprint = Blueprint("proposals", __name__)


@blueprint.route("/registrations/<token>/substitute", methods=["GET", "POST"])
@needs_no_token
@personal_link
def propose(token: str) -> ResponseReturnValue:
    """Take the name of a colleague who would come instead; the place stays the official's until it is decided."""
    page = _page(token)
    own = page.registration
    if not may_propose(page) or own_proposal_waits(own):
        flash(_("No substitute can be proposed now."), "info")
        return redirect(url_for("registration.personal", token=token), code=303)
    form = ProposalForm()
    if form.accepts():
        colleague = replace(form.colleague(own.language), agency_id=own.agency_id, agency_text=own.agency_text)
        wish = Wish(kind=RequestKind.SUBSTITUTE, registration=own.public_id, entry=colleague, reason=form.reason.data or None)
        context, submission = change_context(own.audit_name), showing(form.submission_id)
        try:
            in_unit_of_work(
                lambda work: services.ask(
                    work, context, seminar=page.seminar, asker=Asker.OFFICIAL, agencies=None, wish=wish, submission_id=submission
                )
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("Your proposal was sent. Your place stays yours until it is decided."), "success")
            return redirect(url_for("registration.personal", token=token), code=303)
    rendered = render_template("nominations/propose.html", form=form, page=page, token=token)
    return rendered, 422 if form.has_errors else 200


@blueprint.post("/registrations/<token>/substitute/take-back")
@needs_no_token
@personal_link
def take_back(token: str) -> ResponseReturnValue:
    """Take the proposal back."""
    page = _page(token)
    own, form = page.registration, DecisionForm()
    asked = request_queries.own_proposal(session(), own.id, audit_name=own.audit_name)
    if form.accepts() and asked is not None:
        context = change_context(own.audit_name)
        try:
            in_unit_of_work(lambda work: services.take_back_request(work, context, seminar=page.seminar, public_id=asked.public_id))
        except Refusal as refusal:
            flash(sentence_of(refusal), "error")
        else:
            flash(_("Your proposal is taken back; you keep your place."), "success")
    return redirect(url_for("registration.personal", token=token), code=303)


def may_propose(page: PersonalPage) -> bool:
    """Whether the official may propose a substitute: they hold a seat of a seminar that is not over."""
    return may_be_replaced(page.registration.state) and not has_ended(page.seminar, now=clock.now())


def own_proposal(registration: OwnRegistration) -> OwnProposal | None:
    """Return what the official has proposed; the personal page shows it."""
    return request_queries.own_proposal(session(), registration.id, audit_name=registration.audit_name)


def own_proposal_waits(registration: OwnRegistration) -> bool:
    """Whether a proposal waits for a decision."""
    found = own_proposal(registration)
    return found is not None and found.waits


def _page(token: str) -> PersonalPage:
    g.secret_link = True
    page = personal_page(session(), token, today=clock.now().date())
    name_contact(page.office)
    if "language" not in browser:
        g.language = page.registration.language
    return page
