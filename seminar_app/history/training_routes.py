"""Training that others held: reported by liaisons and organizers, decided by organizers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.history import queries, services
from seminar_app.history.blueprints import ORGANIZERS, REPORTING, blueprint
from seminar_app.history.queries import TrainingLine
from seminar_app.history.rules import TrainingState
from seminar_app.history.training_forms import APPROVE, DecisionForm, TrainingForm
from seminar_app.registration.queries import PersonInReach, person_in_reach
from seminar_app.web.access import current_actor, needs_no_access_row, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed
from seminar_app.web.labels import choices
from seminar_app.web.paging import page_number


@blueprint.get("/outside-training/")
@staff(*REPORTING)
@shows_people("outside_training.viewed")
def trainings() -> ResponseReturnValue:
    """List the reports about the people whom the account may see, those that wait first if that is asked for."""
    said = request.args.get("state", "")
    state = TrainingState(said) if said in list(TrainingState) else None
    page = page_number()
    found = queries.trainings_in_reach(session(), current_actor(), state=state, page=page)
    if found.lines:
        shown("person:many")
    else:
        needs_no_access_row("it shows nobody")
    return render_template("history/staff/trainings.html", found=found, state=state, states=choices(TrainingState), page=page)


@blueprint.route("/people/<person_id>/outside-training/new", methods=["GET", "POST"])
@staff(*REPORTING)
@shows_people("person.viewed")
def report(person_id: str) -> ResponseReturnValue:
    """Report training of a person; what an organizer reports needs no other decision."""
    found = person_in_reach(session(), current_actor(), id_needed(person_id))
    decides = queries.may_decide(session(), current_actor(), found.person.id)
    form = TrainingForm()
    if form.accepts() and (typed := form.typed()) is not None and not found.person.erased:
        submission = id_in(form.submission_id.data)
        try:
            if submission is None:
                raise NotFound
            in_unit_of_work(
                lambda work: services.report_training(
                    work, change_context(), person_id=found.person.id, submission_id=submission, training=typed, approved=decides
                )
            )
            flash(_("The training is recorded.") if decides else _("The training is reported. An organizer decides on it."), "success")
            needs_no_access_row("the page that follows has one")
            return redirect(url_for("people_staff.person", person_id=person_id, _anchor="outside-training"), code=303)
        except Refusal as refusal:
            form.show(refusal)
    shown(f"person:{found.person.public_id.hex}")
    return _report_page(found, form, decides=decides), 422 if form.has_errors else 200


def _report_page(found: PersonInReach, form: TrainingForm, *, decides: bool) -> str:
    return render_template("history/staff/report.html", found=found, form=form, decides=decides)


@blueprint.route("/outside-training/<training_id>", methods=["GET", "POST"])
@staff(*ORGANIZERS)
@shows_people("outside_training.viewed")
def training(training_id: str) -> ResponseReturnValue:
    """Show a report, and take the decision on it."""
    line = _to_decide(training_id)
    form = DecisionForm(data={"version": line.training.version})
    if form.accepts():
        approve = form.decision.data == APPROVE
        try:
            in_unit_of_work(
                lambda work: services.decide_training(
                    work,
                    change_context(),
                    training_id=line.training.id,
                    version=form.version.data or 0,
                    approve=approve,
                    reason=form.reason.data,
                )
            )
            flash(_("The training is approved.") if approve else _("The training is declined. The agency’s liaison sees why."), "success")
            needs_no_access_row("the page that follows has one")
            return redirect(url_for(".trainings", state=TrainingState.REPORTED.value), code=303)
        except StaleEdit as refusal:
            form.show(refusal)
            line = _to_decide(training_id)
            form.version.show(line.training.version)
        except Refusal as refusal:
            form.show(refusal)
            line = _to_decide(training_id)
    shown(f"outside_training:{line.training.public_id.hex}")
    names = names_by_audit_name(session(), {line.training.reported_by, line.training.decided_by or line.training.reported_by})
    page = render_template("history/staff/training.html", line=line, form=form, names=names)
    return page, 422 if form.has_errors else 200


@blueprint.post("/outside-training/<training_id>/withdraw")
@staff(*REPORTING)
def training_withdraw(training_id: str) -> ResponseReturnValue:
    """Withdraw a report of one's own that waits."""
    line = queries.get_training(session(), current_actor(), id_needed(training_id))
    try:
        in_unit_of_work(lambda work: services.withdraw_training(work, change_context(), training_id=line.training.id))
        flash(_("The report is withdrawn."), "success")
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for("people_staff.person", person_id=line.person.public_id.hex, _anchor="outside-training"), code=303)


def reports_to_decide() -> int:
    """Return how many reports wait for a decision of the signed-in account."""
    return queries.waiting_for(session(), current_actor())


def _to_decide(training_id: str) -> TrainingLine:
    line = queries.get_training(session(), current_actor(), id_needed(training_id))
    if not line.decides:
        raise NotFound
    return line
