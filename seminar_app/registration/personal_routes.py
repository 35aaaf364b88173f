"""The official's own pages behind the personal link: the registration, correcting it part by part, withdrawing, coming back."""

from __future__ import annotations

from datetime import datetime

from flask import flash, g, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups
from seminar_app.core import clock
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.core.installation import installation_of
from seminar_app.core.qr import qr_data_uri
from seminar_app.people.identity import OnFile, own_identity
from seminar_app.registration import queries, services
from seminar_app.registration.asking import asked_of, needed_of
from seminar_app.registration.blueprints import blueprint
from seminar_app.registration.forms import DecisionForm
from seminar_app.registration.notices import CURRENT_VERSION, notice_paragraphs
from seminar_app.registration.passes import pass_code
from seminar_app.registration.personal_forms import PARTS, AgencyForm, DocumentsForm, PartForm, ReturnForm, on_file
from seminar_app.registration.queries import OwnInvitation, PersonalPage
from seminar_app.registration.rules import (
    RegistrationState,
    day_there,
    door,
    may_change_agency,
    may_edit,
    may_register_again,
    may_withdraw,
)
from seminar_app.seminars.rules import has_ended
from seminar_app.web.access import needs_no_token, personal_link
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.languages import current_language


@blueprint.get("/registrations/<token>")
@personal_link
def personal(token: str) -> ResponseReturnValue:
    """Show the state of the registration and what the official can do with it."""
    found = _personal(token)
    now = clock.now()
    ended = has_ended(found.seminar, now=now)
    identity = own_identity(session(), found.registration.person)
    return render_template(
        "registration/personal.html",
        page=found,
        token=token,
        parts=_open_parts(found, identity),
        may_withdraw=may_withdraw(found.registration.state, ended=ended),
        over=ended,
        invited=_invited(found, now),
        on_file=identity,
        asked=queries.name_asked(session(), found.registration.id),
        notice=queries.notice_read(session(), found.registration),
        may_return=_may_return(found, now),
        alternate=queries.alternate_place(session(), found.seminar, found.registration.id, today=day_there(now, found.seminar.time_zone))
        if found.registration.alternate
        else None,
        pass_picture=_pass_picture(found) if found.registration.state is RegistrationState.REGISTERED and not ended else None,
    )


def _invited(found: PersonalPage, now: datetime) -> OwnInvitation | None:
    if found.registration.state not in (RegistrationState.INVITED, RegistrationState.WITHDRAWN):
        return None
    return queries.own_invitation(session(), found.seminar, found.registration.id, now=now)


def _pass_picture(found: PersonalPage) -> str:
    code = pass_code(session(), found.registration.public_id)
    return qr_data_uri(installation_of(session()).settings.public_url + url_for("attendance_pass.read", pass_code=code))


@blueprint.route("/registrations/<token>/edit/<part>", methods=["GET", "POST"])
@needs_no_token
@personal_link
def edit_personal(token: str, part: str) -> ResponseReturnValue:
    """Correct one part of the data.

    Raises:
        NotFound: there is no such part.
    """
    found = _personal(token)
    if part not in PARTS:
        raise NotFound
    registration = found.registration
    identity = own_identity(session(), registration.person)
    if part not in _open_parts(found, identity):
        flash(_("This can no longer be corrected here."), "error")
        return redirect(url_for(".personal", token=token), code=303)
    form = _part_form(part, found, identity)
    stored = on_file(registration, queries.name_asked(session(), registration.id))
    if form.accepts():
        try:
            saved = in_unit_of_work(
                lambda session: services.edit(
                    session,
                    change_context(registration.audit_name),
                    registration_id=registration.id,
                    correction=form.corrected(stored),
                    opened=form.opened.data or "",
                )
            )
            if saved or part != "name":
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
        form.begin(stored)
        form.reopen(registration)
    page = render_template("registration/edit_personal.html", form=form, part=part, page=found, token=token, on_file=identity)
    return page, 422 if form.has_errors else 200


def _part_form(part: str, found: PersonalPage, identity: OnFile) -> PartForm:
    form = PARTS[part]()
    if isinstance(form, AgencyForm):
        registration = found.registration
        form.agency.offer(agency_groups(session(), on=registration.registered_at.date(), also=registration.agency_id))
    if isinstance(form, DocumentsForm):
        form.ask(asked_of(found.seminar), on_file=identity.parts, stays=needed_of(found.seminar))
    return form


def _open_parts(found: PersonalPage, identity: OnFile) -> list[str]:
    """Return the parts of the data that can be corrected now."""
    registration, seminar = found.registration, found.seminar
    if not may_edit(registration.state):
        return []
    closed = {
        "agency": not may_change_agency(registration.state, agency_seats_only=registration.agency_seats_only),
        "documents": not asked_of(seminar) and not identity.parts,
        "reserve": registration.person.reserved or not seminar.offers_reserved,
    }
    return [part for part in PARTS if not closed.get(part)]


@blueprint.route("/registrations/<token>/again", methods=["GET", "POST"])
@needs_no_token
@personal_link
def register_again(token: str) -> ResponseReturnValue:
    """Register somebody again who withdrew, with what is on file; the link has proven the mailbox, so the answer comes at once."""
    found = _personal(token)
    registration, now = found.registration, clock.now()
    if not _may_return(found, now):
        if not may_edit(registration.state):  # else the button was pressed twice
            flash(_("You can no longer register again here."), "error")
        return redirect(url_for(".personal", token=token), code=303)
    shown = queries.form_page(session(), found.seminar.slug)
    form = ReturnForm()
    on = min(day_there(now, found.seminar.time_zone), found.seminar.starts_on)
    form.agency.offer(agency_groups(session(), on=on))
    kept = own_identity(session(), registration.person).parts
    form.ask([part for part in asked_of(found.seminar) if part not in kept], needed=needed_of(found.seminar))
    if form.accepts():
        version, language = form.notice_shown
        try:
            in_unit_of_work(
                lambda session: services.register_again(
                    session,
                    change_context(registration.audit_name),
                    registration_id=registration.id,
                    entry=form.entry(registration),
                    notice_version=version,
                    notice_language=language,
                    office_notice_id=form.office_notice_shown,
                )
            )
            return redirect(url_for(".personal", token=token), code=303)
        except Refusal as refusal:
            form.show(refusal)
    elif not form.is_sent:
        form.begin(on_file(registration, None))
    form.show_notice(current_language(), shown.notice)
    notice = notice_paragraphs(CURRENT_VERSION, current_language())
    page = render_template("registration/again.html", form=form, page=found, token=token, notice=notice, office_notice=shown.notice)
    return page, 422 if form.has_errors else 200


def _may_return(found: PersonalPage, now: datetime) -> bool:
    way = door(found.seminar, now=now)
    return may_register_again(found.registration.state) and way is not None and way.lets_in


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
