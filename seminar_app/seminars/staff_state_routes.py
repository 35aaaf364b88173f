"""Staff pages that change a seminar's state: buttons for most changes, a form where a reason is asked."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.registration import queries as registrations
from seminar_app.seminars import queries, services
from seminar_app.seminars.blueprints import ORGANIZERS
from seminar_app.seminars.blueprints import staff_blueprint as blueprint
from seminar_app.seminars.errors import NotInThisState
from seminar_app.seminars.forms import CancelForm, ResumeForm
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import concerns_of_rooms
from seminar_app.seminars.rules import Change, state_after
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of


@blueprint.route("/seminars/<slug>/cancel", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def cancel(slug: str) -> ResponseReturnValue:
    """Cancel the seminar: ask for the reason, and show how many people will read it."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    if state_after(Change.CANCEL, seminar.state) is None:
        flash(sentence_of(NotInThisState()), "error")
        return redirect(url_for(".overview", slug=slug), code=303)
    form = CancelForm()
    if form.accepts():
        try:
            _change(slug, Change.CANCEL, reason=form.reason.data)
            flash(_said_of_cancelling(registrations.head_count(session(), seminar.id)), "success")
            return redirect(url_for(".overview", slug=slug), code=303)
        except Refusal as refusal:
            form.show(refusal)
            seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    page = render_template(
        "seminars/staff/cancel.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        form=form,
        people=registrations.head_count(session(), seminar.id),
    )
    return page, 422 if form.has_errors else 200


def _said_of_cancelling(people: registrations.HeadCount) -> str:
    """Say that the seminar is cancelled, and how many mails were written."""
    if not people.by_mail:
        return str(_("The seminar is cancelled. No mail was written, because nobody with an e-mail address is concerned."))
    said: str = ngettext(
        "The seminar is cancelled. %(num)d person is being told by mail.",
        "The seminar is cancelled. %(num)d people are being told by mail.",
        people.by_mail,
    )
    return said


@blueprint.route("/seminars/<slug>/resume", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def resume(slug: str) -> ResponseReturnValue:
    """Reopen a completed seminar: say what that means, and ask for the reason."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    if state_after(Change.RESUME, seminar.state) is None:
        flash(sentence_of(NotInThisState()), "error")
        return redirect(url_for(".overview", slug=slug), code=303)
    form = ResumeForm()
    if form.accepts():
        try:
            _change(slug, Change.RESUME, reason=form.reason.data)
            return redirect(url_for(".overview", slug=slug, done=Change.RESUME.value), code=303)
        except Refusal as refusal:
            form.show(refusal)
            seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    page = render_template("seminars/staff/resume.html", seminar=seminar, seminar_header=seminar_header(seminar), form=form)
    return page, 422 if form.has_errors else 200


def _change_view(change: Change) -> Any:
    def view(slug: str) -> ResponseReturnValue:
        if change is Change.COMPLETE and "sure" not in request.form and (question := _question_before_completing(slug)) is not None:
            return question
        try:
            _change(slug, change)
        except Refusal as refusal:
            flash(sentence_of(refusal), "error")
            return redirect(url_for("seminars_staff.overview", slug=slug), code=303)
        return redirect(url_for("seminars_staff.overview", slug=slug, done=change.value), code=303)

    view.__doc__ = f"{change.value.capitalize()} the seminar, and say so on its overview with the way back."
    return staff(*ORGANIZERS)(view)


def _question_before_completing(slug: str) -> str | None:
    """Return a page that says what is open in other rooms; None where nothing is, or where the seminar cannot be completed."""
    seminar = queries.seminar_to_organize(session(), current_actor(), slug)
    concerns = concerns_of_rooms(session(), seminar, now=clock.now())
    if not concerns or state_after(Change.COMPLETE, seminar.state) is None:
        return None
    return render_template("seminars/staff/complete.html", seminar=seminar, seminar_header=seminar_header(seminar), concerns=concerns)


def _change(slug: str, change: Change, *, reason: str | None = None) -> None:
    def work(writing: Session) -> Seminar:
        seminar = queries.seminar_to_organize(writing, current_actor(), slug)
        return services.change_state(writing, change_context(), seminar_id=seminar.id, change=change, reason=reason)

    in_unit_of_work(work)


WITH_A_FORM = (Change.CANCEL, Change.RESUME)
for _one in Change:
    if _one not in WITH_A_FORM:
        blueprint.add_url_rule(f"/seminars/<slug>/{_one.value}", _one.value, _change_view(_one), methods=["POST"])
