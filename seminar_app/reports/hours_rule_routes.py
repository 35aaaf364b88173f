"""Rules of hours per official: list, add, change, end."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.audit.access_log import day_of
from seminar_app.core import clock
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.offices.queries import offices_of
from seminar_app.reports.blueprints import OFFICES, blueprint
from seminar_app.reports.hours_forms import ALL, HoursRuleForm
from seminar_app.reports.queries.hours_rules import KeptRule, get_hours_rule, hours_rules
from seminar_app.reports.services.hours_rules import add_hours_rule, change_hours_rule, end_hours_rule
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_needed


@blueprint.get("/hours/rules/")
@staff(*OFFICES)
def hours_rules_page() -> ResponseReturnValue:
    """List the rules of all offices."""
    return render_template("reports/staff/hours_rules.html", rules=hours_rules(session(), current_actor()))


@blueprint.route("/hours/rules/new", methods=["GET", "POST"])
@staff(*OFFICES)
def hours_rule_new() -> ResponseReturnValue:
    """Add a rule."""
    own, form = offices_of(session(), current_actor()), HoursRuleForm()
    form.offer(own, whole=current_actor().is_admin)
    if form.accepts():
        office_id = None if form.office.data == ALL else next(office.id for office in own if office.code == form.office.data)
        try:
            in_unit_of_work(lambda work: add_hours_rule(work, change_context(), office_id=office_id, typed=form.typed()))
            flash(_("The rule is saved."), "success")
            return redirect(url_for(".hours_rules_page"), code=303)
        except Refusal as refusal:
            form.show(refusal)
    return render_template("reports/staff/hours_rule.html", form=form, rule=None), 422 if form.has_errors else 200


@blueprint.route("/hours/rules/<rule_id>", methods=["GET", "POST"])
@staff(*OFFICES)
def hours_rule(rule_id: str) -> ResponseReturnValue:
    """Change a rule."""
    rule = get_hours_rule(session(), current_actor(), id_needed(rule_id))
    form = HoursRuleForm(data=HoursRuleForm.values_of(rule))
    del form.office
    if form.accepts() and _changed(rule, form):
        flash(_("The rule is saved."), "success")
        return redirect(url_for(".hours_rules_page"), code=303)
    return render_template("reports/staff/hours_rule.html", form=form, rule=rule), 422 if form.has_errors else 200


def _changed(rule: KeptRule, form: HoursRuleForm) -> bool:
    try:
        in_unit_of_work(
            lambda work: change_hours_rule(work, change_context(), rule_id=rule.id, version=form.version.data or 0, typed=form.typed())
        )
    except StaleEdit as refusal:
        form.show(refusal)
        form.version.show(get_hours_rule(session(), current_actor(), rule.public_id).version)
        return False
    except Refusal as refusal:
        form.show(refusal)
        return False
    return True


@blueprint.post("/hours/rules/<rule_id>/end")
@staff(*OFFICES)
def hours_rule_end(rule_id: str) -> ResponseReturnValue:
    """Let a rule end today."""
    rule = get_hours_rule(session(), current_actor(), id_needed(rule_id))
    today = day_of(session(), clock.now())
    try:
        in_unit_of_work(lambda work: end_hours_rule(work, change_context(), rule_id=rule.id, today=today))
        flash(_("The rule ends today. Years that end later have no rule, until you add another."), "success")
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    return redirect(url_for(".hours_rules_page"), code=303)
