"""The public registration form, which gives everyone the same answer, and the official's own pages behind a secret link."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from seminar_app.agencies.queries import agency_groups, find_offered
from seminar_app.core import clock
from seminar_app.core.actor import PUBLIC
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.people.identity import own_identity
from seminar_app.registration import queries, response_time, services
from seminar_app.registration.asking import asked_of, needed_of
from seminar_app.registration.errors import NotInThisState
from seminar_app.registration.forms import DecisionForm, EditForm, RegistrationForm, showing
from seminar_app.registration.notices import CURRENT_VERSION, notice_paragraphs
from seminar_app.registration.queries import FormPage, PersonalPage
from seminar_app.registration.rules import (
    Door,
    RegistrationState,
    day_there,
    door,
    may_change_agency,
    may_edit,
    may_register_again,
    may_withdraw,
)
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import has_ended
from seminar_app.web.access import personal_link, public
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language
from seminar_app.web.limits import limiter, mailbox_key
from seminar_app.web.page_cache import cached_with_fresh_values

blueprint = Blueprint("registration", __name__)

OFFICE_AT_THE_SAME_ADDRESS = "60 per minute"
TO_ONE_MAILBOX = "30 per hour"
"""An office with one mailbox can register its people, but the form cannot be used to flood a mailbox."""


def _was_taken(response: Response) -> bool:
    """Whether the registration was accepted and mail follows; a refused form sends none."""
    return response.status_code == 303


@blueprint.route("/seminars/<slug>/register", methods=["GET", "POST"])
@public
@limiter.limit(OFFICE_AT_THE_SAME_ADDRESS, methods=["POST"])
@limiter.limit(TO_ONE_MAILBOX, key_func=mailbox_key, methods=["POST"], deduct_when=_was_taken)
def register(slug: str) -> ResponseReturnValue:
    """Show and process the form. The answer is the same for new and known people (docs/decisions/0005-same-answer.md)."""
    context = change_context(PUBLIC)
    now = context.now
    shown = queries.form_page(session(), slug)
    seminar, office = shown.seminar, shown.office
    name_contact(office)
    way = _door(seminar, now)
    if not way.lets_in:
        return render_template("registration/closed.html", seminar=seminar, office=office, way=way)
    if request.method != "POST":
        return _empty_form(shown, way, now)
    form = _form(shown, way, now)
    if form.accepts():
        version, language = form.notice_shown
        began = response_time.clock()
        try:
            made = in_unit_of_work(
                lambda session: services.register(
                    session,
                    context,
                    seminar_id=seminar.id,
                    entry=form.entry(),
                    submission_id=showing(form.submission_id),
                    notice_version=version,
                    notice_language=language,
                    office_notice_id=form.office_notice_shown,
                    code=form.code.data if "code" in form else None,
                )
            )
            response_time.keep(began, new=made.registered_at == context.now, asked=bool(asked_of(seminar)))
            return redirect(url_for(".registered", slug=slug, check="curp" if form.doubtful_curp else None), code=303)
        except Refusal as refusal:
            form.show(refusal)
    return _page(form, shown), 422


@blueprint.get("/seminars/<slug>/registered")
@public
def registered(slug: str) -> ResponseReturnValue:
    """Say what happens next. The page contains no personal data, so it is the same for everyone."""
    seminar, office = queries.seminar_for_form(session(), slug)
    _door(seminar, clock.now())
    doubtful = request.args.get("check") == "curp"  # depends only on what was typed, not on what is stored
    return render_template("registration/registered.html", seminar=seminar, office=office, doubtful_curp=doubtful)


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
        del form.agency
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
    elif not form.has_errors:
        form.begin(registration)
        if (asked := queries.name_asked(session(), registration.id)) is not None:
            form.show_name(asked)
    page = render_template("registration/edit_personal.html", form=form, page=found, token=token, on_file=on_file)
    return page, 422 if form.has_errors else 200


@blueprint.route("/registrations/<token>/withdraw", methods=["GET", "POST"])
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


def _door(seminar: Seminar, now: datetime) -> Door:
    """Return how the form answers now.

    Raises:
        NotFound: the seminar is a draft or archived.
    """
    way = door(seminar, now=now)
    if way is None:
        raise NotFound
    return way


def _form(shown: FormPage, way: Door, now: datetime) -> RegistrationForm:
    """Return the form as this seminar needs it, with the agencies that exist on the day of registration."""
    seminar = shown.seminar
    form = RegistrationForm()
    on = min(day_there(now, seminar.time_zone), seminar.starts_on)
    form.agency.offer_when_shown(lambda: agency_groups(session(), on=on), find=lambda code: find_offered(session(), code, on=on))
    form.ask(asked_of(seminar), needed=needed_of(seminar))
    if way is not Door.CODE:
        del form.code
    if not seminar.offers_reserved:
        del form.reserve
    if request.method != "POST":
        form.language.data = current_language()
    return form


def _page(form: RegistrationForm, shown: FormPage) -> str:
    """Return the page. It names the notice it shows; if the office has published another meanwhile, that one is still to be read."""
    if form.agency.offers_none:
        return render_template("registration/closed.html", seminar=shown.seminar, office=shown.office, way="no_agencies")
    newest = shown.notice.id if shown.notice else None
    if form.office_notice_shown != newest:
        form.notice_read.data = False
    form.notice.data = f"{CURRENT_VERSION}.{current_language()}"
    form.office_notice.data = str(newest or "")
    return render_template(
        "registration/register.html",
        form=form,
        seminar=shown.seminar,
        office=shown.office,
        notice=notice_paragraphs(CURRENT_VERSION, current_language()),
        office_notice=shown.notice,
    )


def _empty_form(shown: FormPage, way: Door, now: datetime) -> str:
    """Return the empty form. Only its token and its id differ between visitors, so the page cache keeps the rest."""
    values = {"token": generate_csrf(), "number": uuid.uuid4().hex}

    def render() -> str:
        form = _form(shown, way, now)
        form.submission_id.data = values["number"]
        return _page(form, shown)

    seminar, office, notice = shown.seminar, shown.office, shown.notice
    words = (office.name_es, office.name_en, office.email, office.phone, notice.id if notice else None)
    state = (seminar.id, seminar.version, words, way, day_there(now, seminar.time_zone))
    return cached_with_fresh_values("register", state=state, values=values, render=render)


def _personal(token: str) -> PersonalPage:
    """Return the registration of this link and set its language, unless the browser chose another; mark the response as not cacheable."""
    g.secret_link = True
    found = queries.personal_page(session(), token, today=clock.now().date())
    name_contact(found.office)
    if "language" not in browser:
        g.language = found.registration.language
    return found
