"""Pages that lead to the personal link: the button of the form's mail, and a lost link."""

from __future__ import annotations

from datetime import datetime

from flask import g, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.actor import PUBLIC
from seminar_app.core.errors import LinkNotFound, Refusal
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import blueprint
from seminar_app.registration.errors import FormEnded
from seminar_app.registration.forms import DecisionForm, LostLinkForm
from seminar_app.registration.links import personal_token
from seminar_app.registration.queries import FoundForm
from seminar_app.registration.rules import door, takes_confirmations
from seminar_app.registration.services import FormRead
from seminar_app.web.access import needs_no_token, personal_link, public
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import Session, in_unit_of_work, session
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
            read = services.read_form(session(), row, found.seminar.slug, typed)
            return redirect(in_unit_of_work(lambda session: _confirmed(session, read)), code=303)
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


def _confirmed(session: Session, read: FormRead) -> str:
    registration = services.confirm(session, change_context(PUBLIC), form_id=read.form.id, read=read)
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
