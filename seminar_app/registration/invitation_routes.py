"""The link of an invitation, and the same two buttons on the personal page. Declining asks once more."""

from __future__ import annotations

from contextlib import suppress

from flask import g, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.offices.models import Office
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import blueprint
from seminar_app.registration.errors import InvitationEnded, NotInThisState
from seminar_app.registration.first_opening_rules import Opening
from seminar_app.registration.invitation_forms import InvitationForm, OwnAnswerForm
from seminar_app.registration.invitation_rules import LinkLeads
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from seminar_app.registration.notices import CURRENT_VERSION, notice_paragraphs
from seminar_app.registration.queries import InvitationLink
from seminar_app.registration.services import Tried
from seminar_app.registration.surname_words import wrong_surname
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import needs_no_token, personal_link
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.forms import BaseForm
from seminar_app.web.languages import current_language
from seminar_app.web.limits import limiter

OFFICE_AT_THE_SAME_ADDRESS = "60 per minute"
"""The people of one agency answer behind one address; the five tries of each link stand beside this."""


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@needs_no_token
@personal_link
@limiter.limit(OFFICE_AT_THE_SAME_ADDRESS, methods=["POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Ask whether the person comes, once. Opening the page changes nothing, because mail filters open links too.

    The page names the seminar and nobody: whoever has the link may be a stranger. It is the same for everybody.
    """
    g.secret_link = True
    found = queries.invitation_of_link(session(), token, now=clock.now())
    name_contact(found.office)
    if "language" not in browser:
        g.language = found.language
    form = InvitationForm()
    if found.leads is not LinkLeads.QUESTION:
        return _answered(token, found, pressed=form.is_sent)
    if found.opening is Opening.ENDED:
        return render_template("registration/link_ended.html", seminar=found.seminar, office=found.office), 410
    if found.opening is not Opening.SURNAME:
        del form.surname
    if form.accepts() and form.to_be_asked:
        surname = form.surname.data if "surname" in form else None
        return _declining(form, found.seminar, found.office, back=url_for(".invitation", token=token), surname=surname)
    if form.accepts():
        try:
            tried, leads_to = in_unit_of_work(lambda session: _answer(session, found, form))
        except (InvitationEnded, NotInThisState):  # meanwhile: the page says what has become of it
            return redirect(url_for(".invitation", token=token), code=303)
        if tried.opening is Opening.OPEN:
            return redirect(leads_to or url_for(".invitation", token=token), code=303)
        if tried.opening is Opening.ENDED:
            return render_template("registration/link_ended.html", seminar=found.seminar, office=found.office), 410
        form.surname.errors = [wrong_surname(tried.left)]
    office_notice = queries.form_page(session(), found.seminar.slug).notice
    form.show_notice(current_language(), office_notice)
    page = render_template(
        "registration/invitation.html",
        form=form,
        found=found,
        notice=notice_paragraphs(CURRENT_VERSION, current_language()),
        office_notice=office_notice,
    )
    return page, 422 if form.has_errors else 200


def _declining(form: BaseForm, seminar: Seminar, office: Office, *, back: str, surname: str | None = None) -> str:
    """Ask once more before the place is given up. Nothing is changed, so the surname is compared only with the answer itself."""
    return render_template("registration/invitation_declining.html", form=form, seminar=seminar, office=office, back=back, surname=surname)


def _answer(session: Session, found: InvitationLink, form: InvitationForm) -> tuple[Tried, str | None]:
    """Give the answer, and return where it leads to."""
    version, language = form.notice_shown
    tried = services.answer_by_link(
        session,
        change_context(found.audit_name),
        registration_id=found.registration_id,
        number=found.number,
        comes=form.accepts_place,
        surname=form.surname.data or "" if "surname" in form else "",
        notice_version=version,
        notice_language=language,
        office_notice_id=form.office_notice_shown,
    )
    if tried.opening is not Opening.OPEN or not form.accepts_place:
        return tried, None
    made = session.get_one(Registration, found.registration_id)
    return tried, url_for(".personal", token=personal_token(session, made))


def _answered(token: str, found: InvitationLink, *, pressed: bool) -> ResponseReturnValue:
    """Show what has become of the invitation. A button pressed again leads to the same page, which a reload does not press."""
    if pressed:
        return redirect(url_for(".invitation", token=token), code=303)
    page = render_template("registration/invitation_answered.html", found=found)
    return page, 200 if found.leads in (LinkLeads.ACCEPTED, LinkLeads.DECLINED) else 410


@blueprint.post("/registrations/<token>/invitation")
@needs_no_token
@personal_link
def answer_invitation(token: str) -> ResponseReturnValue:
    """Accept or decline the invitation on the personal page, which then says how it stands."""
    g.secret_link = True
    found = queries.personal_page(session(), token, today=clock.now().date())
    name_contact(found.office)
    form = OwnAnswerForm()
    waits = queries.own_invitation(session(), found.seminar, found.registration.id, now=clock.now())
    if form.accepts() and form.to_be_asked and waits is not None and waits.waits:
        if "language" not in browser:
            g.language = found.registration.language
        return _declining(form, found.seminar, found.office, back=url_for(".personal", token=token))
    if form.accepts() and not form.to_be_asked:
        service = services.accept if form.accepts_place else services.decline_invitation
        context, registration_id = change_context(found.registration.audit_name), found.registration.id

        def work(session: Session) -> Registration:
            return service(session, context, registration_id=registration_id)

        with suppress(Refusal):  # it has ended, or was answered: the page says so
            in_unit_of_work(work)
    return redirect(url_for(".personal", token=token), code=303)
