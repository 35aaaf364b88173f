"""The official's feedback form, opened on a phone by the personal link. It stores answers and a receipt, and no audit row."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as browser_session
from flask.typing import ResponseReturnValue
from flask_babel import refresh
from msgspec import Struct

from seminar_app.core import clock
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.feedback import answering, log_emptying, queries
from seminar_app.feedback.forms import answers_form, answers_in
from seminar_app.feedback.models import FeedbackForm
from seminar_app.feedback.rules import TAKING_ANSWERS, FormStage
from seminar_app.feedback.wording import in_words
from seminar_app.registration.queries import OwnRegistration, PersonalPage, personal_page
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.access import needs_no_token, personal_link
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.forms import BaseForm
from seminar_app.web.languages import current_language

blueprint = Blueprint("feedback", __name__)


class Visit(Struct, frozen=True):
    """The personal page of the link, the seminar's form if there is one, and whether this registration has answered it."""

    page: PersonalPage
    form: FeedbackForm | None
    answered: bool


@blueprint.route("/registrations/<token>/feedback", methods=["GET", "POST"])
@needs_no_token
@personal_link
def answer(token: str) -> ResponseReturnValue:
    """Show the form and take the answers, once. Nobody can compare a second form with the first: nothing ties answers to a link."""
    visit = _visit(token)
    if visit.answered:
        return _answered_before(token) if request.method == "POST" else _say("answered", visit, token)
    if visit.page.registration.state is not RegistrationState.REGISTERED:
        return _say("not_taking_part", visit, token)
    stage = queries.stage(visit.form, visit.page.seminar.state)
    if visit.form is None or stage is FormStage.NOT_OPENED:
        return _say("not_opened" if visit.page.seminar.state in TAKING_ANSWERS else "closed", visit, token)
    if stage is FormStage.CLOSED and request.method == "GET":
        return _say("closed", visit, token)
    version = _version(visit.form.id)
    form = answers_form(version.questions, current_language())(data={"version": str(version.number)})
    if form.accepts():
        try:
            taken = _take(visit, version, form)
        except Refusal as refusal:
            form.show(refusal)
        else:
            return redirect(url_for("feedback.thanks", token=token), 303) if taken else _answered_before(token)
    status = 422 if form.has_errors else 200
    closes_at = queries.dates_of(session(), visit.page.seminar.id).closes_at
    closes = in_words(closes_at, visit.page.seminar.time_zone) if closes_at else None
    return render_template("feedback/form.html", form=form, version=version, seminar=visit.page.seminar, token=token, closes=closes), status


@blueprint.get("/registrations/<token>/feedback/thanks")
@personal_link
def thanks(token: str) -> ResponseReturnValue:
    """Thank a person who has just answered; `again`: they sent the form once more, and only the first answers count."""
    visit = _visit(token)
    if not visit.answered:
        return redirect(url_for("feedback.answer", token=token), 303)
    return _say("again" if "again" in request.args else "thanks", visit, token)


def _answered_before(token: str) -> ResponseReturnValue:
    return redirect(url_for("feedback.thanks", token=token, again=1), 303)


def awaits_feedback(registration: OwnRegistration) -> bool:
    """Whether the personal page of this registration links to the form: it is open, the person holds a seat and has not answered."""
    seated = registration.state is RegistrationState.REGISTERED
    return seated and queries.awaits_answer(session(), seminar_id=registration.seminar_id, registration_id=registration.id)


def _visit(token: str) -> Visit:
    g.secret_link = True
    page = personal_page(session(), token, today=clock.now().date())
    name_contact(page.office)
    if "language" not in browser_session:
        g.language = page.registration.language
        refresh()
    form = queries.find_form(session(), page.seminar.id)
    answered = form is not None and queries.has_answered(session(), registration_id=page.registration.id, form_id=form.id)
    return Visit(page, form, answered)


def _take(visit: Visit, version: queries.Version, form: BaseForm) -> bool:
    """Store the answers; return False if this registration has answered meanwhile."""
    assert visit.form is not None  # noqa: S101  the caller has checked it
    registration_id, form_id, answers = visit.page.registration.id, visit.form.id, answers_in(form, version.questions)

    def answer_once(work: Session) -> bool:
        taken = answering.answer(work, registration_id=registration_id, form_id=form_id, version_number=version.number, answers=answers)
        if taken:
            log_emptying.note_due(work, now=clock.now())
        return taken

    taken = in_unit_of_work(answer_once)
    log_emptying.empty_if_due(session())
    return taken


def _version(form_id: int) -> queries.Version:
    """Return the version that was answered; the newest for a form just opened, or if that version no longer exists."""
    said = request.form.get("version", "")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 7 else None
    try:
        return queries.get_version(session(), form_id, number)
    except NotFound:
        return queries.get_version(session(), form_id)


def _say(what: str, visit: Visit, token: str) -> ResponseReturnValue:
    seminar = visit.page.seminar
    opens_at = queries.dates_of(session(), seminar.id).opens_at if what == "not_opened" else None
    opens = in_words(opens_at, seminar.time_zone) if opens_at else None
    return render_template("feedback/message.html", what=what, seminar=seminar, office=visit.page.office, token=token, opens=opens)
