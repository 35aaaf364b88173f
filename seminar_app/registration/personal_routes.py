"""The official's own pages behind a secret link: the button of the form's mail, the personal page, and a lost link."""

from __future__ import annotations

from datetime import datetime

from flask import flash, g, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups
from seminar_app.core import clock
from seminar_app.core.actor import PUBLIC
from seminar_app.core.errors import LinkNotFound, Refusal, StaleEdit
from seminar_app.people.identity import own_identity
from seminar_app.registration import queries, services
from seminar_app.registration.asking import asked_of, needed_of
from seminar_app.registration.blueprints import blueprint
from seminar_app.registration.errors import FormEnded, NotInThisState
from seminar_app.registration.forms import DecisionForm, EditForm, LostLinkForm
from seminar_app.registration.links import personal_token
from seminar_app.registration.queries import FoundForm, PersonalPage
from seminar_app.registration.rules import (
    RegistrationState,
    door,
    may_change_agency,
    may_edit,
    may_register_again,
    may_withdraw,
    takes_confirmations,
)
from seminar_app.seminars.rules import has_ended
from seminar_app.web.access import needs_no_token, personal_link, public
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language
from seminar_app.web.limits import limiter

LOST_LINKS = "20 per hour"


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@needs_no_token
@personal_link
def confirm(token: str) -> ResponseReturnValue:
    """Show what the form said, with the button that makes it a registration; pressed, it leads to the personal page.

    Opening the page changes nothing, because mail filters open links too.
    """
    g.secret_link = True
    try:
        found = queries.form_of_link(session(), token)
    except LinkNotFound:  # a form that ended is deleted
        return render_template("registration/form_ended.html", seminar=None, office=None, again=False), 404
    name_contact(found.office)
    row, now = found.row, clock.now()
    form = DecisionForm()
    try:
        typed = services.opened(session(), row)
        if "language" not in browser:
            g.language = typed.entry.person.language
        if (made := services.confirmed(session(), row)) is not None:
            return redirect(url_for(".personal", token=personal_token(session(), made)), code=303)
        if row.void or row.registration_id is not None or now >= row.ends_at or not takes_confirmations(found.seminar, now=now):
            return _form_ended(found, now)
        if form.accepts():
            return redirect(in_unit_of_work(lambda session: _confirmed(session, row.id)), code=303)
    except FormEnded:
        return _form_ended(found, now)
    except Refusal as refusal:
        form.show(refusal)
    page = render_template(
        "registration/confirm.html",
        form=form,
        entry=typed.entry,
        agency=queries.agency_typed(session(), typed.entry.agency_id),
        seminar=found.seminar,
        office=found.office,
        ends_at=row.ends_at,
    )
    return page, 422 if form.has_errors else 200


def _form_ended(found: FoundForm, now: datetime) -> ResponseReturnValue:
    way = door(found.seminar, now=now)
    again = way is not None and way.lets_in
    page = render_template("registration/form_ended.html", seminar=found.seminar, office=found.office, again=again)
    return page, 410


def _confirmed(session: Session, form_id: int) -> str:
    registration = services.confirm(session, change_context(PUBLIC), form_id=form_id)
    return url_for(".personal", token=personal_token(session, registration))


@blueprint.route("/registrations/", methods=["GET", "POST"])
@needs_no_token
@public
@limiter.limit(LOST_LINKS, methods=["POST"])
def lost_link() -> ResponseReturnValue:
    """Ask for the personal links of an address. The answer is the same whether somebody is registered with it or nobody."""
    form = LostLinkForm()
    if form.accepts():
        address, language = form.email.data or "", current_language()
        in_unit_of_work(lambda session: services.ask_for_links(session, change_context(PUBLIC), address=address, language=language))
        return redirect(url_for(".links_sent"), code=303)
    return render_template("registration/lost_link.html", form=form), 422 if form.has_errors else 200


@blueprint.get("/registrations/sent")
@public
def links_sent() -> ResponseReturnValue:
    """Say what happens next; it is the same for everybody."""
    return render_template("registration/links_sent.html")


@blueprint.get("/registrations/<token>")
@personal_link
def personal(token: str) -> ResponseReturnValue:
    """Show the state of the registration and what the official can do with it."""
    found = _personal(token)
    state = found.registration.state
    now = clock.now()
    way, ended = door(found.seminar, now=now), has_ended(found.seminar, now=now)
    return render_template(
        "registration/personal.html",
        page=found,
        token=token,
        may_edit=may_edit(state),
        may_withdraw=may_withdraw(state, ended=ended),
        over=ended,
        on_file=own_identity(session(), found.registration.person),
        asked=queries.name_asked(session(), found.registration.id),
        notice=queries.notice_read(session(), found.registration),
        may_return=may_register_again(state) and way is not None and way.lets_in,
    )


@blueprint.route("/registrations/<token>/edit", methods=["GET", "POST"])
@needs_no_token
@personal_link
def edit_personal(token: str) -> ResponseReturnValue:
    """Correct names, unit, position, phone and language; also the agency, as long as the registration is pending."""
    found = _personal(token)
    registration = found.registration
    if not may_edit(registration.state):
        flash(
            sentence_of(NotInThisState()) if request.method == "POST" else _("This registration can no longer be corrected here."), "error"
        )
        return redirect(url_for(".personal", token=token), code=303)
    form = EditForm()
    if may_change_agency(registration.state):
        form.agency.offer(agency_groups(session(), on=registration.registered_at.date(), also=registration.agency_id))
    else:
        del form.agency, form.agency_text
    if registration.person.reserved or not found.seminar.offers_reserved:
        del form.reserve
    on_file = own_identity(session(), registration.person)
    form.ask(asked_of(found.seminar), on_file=on_file.parts, stays=needed_of(found.seminar))
    if form.accepts():
        correction = form.correction(registration)
        try:
            saved = in_unit_of_work(
                lambda session: services.edit(
                    session,
                    change_context(registration.audit_name),
                    registration_id=registration.id,
                    correction=correction,
                    opened=form.opened.data or "",
                )
            )
            if saved:
                flash(_("Your data are kept as you corrected them."), "success")
            else:
                flash(_("The office looks at your new name and writes to you. Until then the lists show the name on file."), "success")
            return redirect(url_for(".personal", token=token), code=303)
        except StaleEdit as refusal:
            form.show(refusal)
            form.reopen(_personal(token).registration)
        except Refusal as refusal:
            form.show(refusal)
    elif not form.is_sent:
        form.begin(registration)
        if (asked := queries.name_asked(session(), registration.id)) is not None:
            form.show_name(asked)
    page = render_template("registration/edit_personal.html", form=form, page=found, token=token, on_file=on_file)
    return page, 422 if form.has_errors else 200


@blueprint.route("/registrations/<token>/withdraw", methods=["GET", "POST"])
@needs_no_token
@personal_link
def withdraw(token: str) -> ResponseReturnValue:
    """Explain what withdrawing means, and withdraw the registration when the button is pressed."""
    found = _personal(token)
    if not may_withdraw(found.registration.state, ended=has_ended(found.seminar, now=clock.now())):
        if found.registration.state is not RegistrationState.WITHDRAWN:  # the button pressed twice
            flash(_("This registration can no longer be withdrawn here."), "error")
        return redirect(url_for(".personal", token=token), code=303)
    form = DecisionForm()
    if form.accepts():
        try:
            in_unit_of_work(
                lambda session: services.withdraw(
                    session, change_context(found.registration.audit_name), registration_id=found.registration.id
                )
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            return redirect(url_for(".personal", token=token), code=303)
    return render_template("registration/withdraw.html", form=form, page=found, token=token), 422 if form.has_errors else 200


def _personal(token: str) -> PersonalPage:
    """Return the registration of this link and set its language, unless the browser chose another; mark the response as not cacheable."""
    g.secret_link = True
    found = queries.personal_page(session(), token, today=clock.now().date())
    name_contact(found.office)
    if "language" not in browser:
        g.language = found.registration.language
    return found
