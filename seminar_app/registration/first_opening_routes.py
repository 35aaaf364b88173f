"""The first opening of a personal page: what every page behind a personal link leads to until the surname and the notice are done."""

from __future__ import annotations

from flask import current_app, g, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import blueprint
from seminar_app.registration.errors import NotOpenedYet
from seminar_app.registration.first_opening_rules import Opening
from seminar_app.registration.forms import FirstOpeningForm
from seminar_app.registration.notices import CURRENT_VERSION, notice_paragraphs
from seminar_app.registration.queries import PageToOpen
from seminar_app.registration.services import Tried
from seminar_app.registration.surname_words import wrong_surname
from seminar_app.web.access import Audience, needs_no_token, personal_link, policy_of
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.languages import current_language
from seminar_app.web.limits import limiter

OFFICE_AT_THE_SAME_ADDRESS = "60 per minute"
"""The people of one agency open their pages behind one address; the five tries of each link stand beside this."""


def lead_to_first_opening(_error: NotOpenedYet) -> ResponseReturnValue:
    """Lead from any page of a personal link to its first opening, and say which page was wanted."""
    g.secret_link = True
    token = (request.view_args or {})["token"]
    wanted = request.endpoint if request.method in ("GET", "HEAD") and request.endpoint != "registration.personal" else None
    return redirect(url_for("registration.first_opening", token=token, to=wanted), code=303)


@blueprint.route("/registrations/<token>/open", methods=["GET", "POST"])
@needs_no_token
@personal_link
@limiter.limit(OFFICE_AT_THE_SAME_ADDRESS, methods=["POST"])
def first_opening(token: str) -> ResponseReturnValue:
    """Ask for the surname and show the privacy notice, once; then go on to the page that was wanted.

    The page names the seminar and nobody: whoever has the link may be a stranger. It is the same for everybody.
    """
    g.secret_link = True
    found = queries.page_to_open(session(), token, today=clock.now().date())
    name_contact(found.office)
    if "language" not in browser:
        g.language = found.language
    if found.opening is Opening.ENDED:
        return _ended(found)
    if found.opening is Opening.OPEN:
        return redirect(_wanted(token), code=303)
    form = FirstOpeningForm()
    if found.opening is Opening.NOTICE:
        del form.surname
    if form.accepts():
        tried = _try(found, form)
        if tried.opening is Opening.OPEN:
            return redirect(_wanted(token), code=303)
        if tried.opening is Opening.ENDED:
            return _ended(found)
        form.surname.errors = [wrong_surname(tried.left)]
    office_notice = queries.form_page(session(), found.seminar.slug).notice
    form.show_notice(current_language(), office_notice)
    page = render_template(
        "registration/first_opening.html",
        form=form,
        seminar=found.seminar,
        office=found.office,
        token=token,
        to=request.args.get("to"),
        shows_notice=found.shows_notice,
        notice=notice_paragraphs(CURRENT_VERSION, current_language()),
        office_notice=office_notice,
    )
    return page, 422 if form.has_errors else 200


def _try(found: PageToOpen, form: FirstOpeningForm) -> Tried:
    version, language = form.notice_shown
    surname = form.surname.data or "" if "surname" in form else ""
    return in_unit_of_work(
        lambda session: services.open_page(
            session,
            change_context(found.audit_name),
            registration_id=found.registration_id,
            surname=surname,
            notice_version=version,
            notice_language=language,
            office_notice_id=form.office_notice_shown,
        )
    )


def _ended(found: PageToOpen) -> ResponseReturnValue:
    return render_template("registration/link_ended.html", seminar=found.seminar, office=found.office), 410


def _wanted(token: str) -> str:
    """Return the page that was asked for first, if it is one of this link's; else the personal page."""
    endpoint = request.args.get("to", "")
    policy = policy_of(current_app, endpoint)
    rules = current_app.url_map.iter_rules(endpoint) if policy is not None and policy.audience is Audience.LINK else ()
    leads = any(rule.arguments == {"token"} and rule.rule.startswith("/registrations/<token>") for rule in rules)
    return url_for(endpoint if leads else "registration.personal", token=token)
