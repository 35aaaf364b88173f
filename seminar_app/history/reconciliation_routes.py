"""The reconciliation of a seminar: its numbers from what was announced to who completed it, and what explains the differences."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.accounts.rules import may_organize
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.history import queries, services
from seminar_app.history.blueprints import ORGANIZERS, READERS, blueprint
from seminar_app.history.forms import AnnouncedForm
from seminar_app.history.rules import Stage, takes_headcounts
from seminar_app.history.wording import LEADS_TO, REASONS, STAGES
from seminar_app.registration.queries import roster_access
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session


@blueprint.get("/seminars/<slug>/reconciliation")
@staff(*READERS)
def reconciliation(slug: str) -> ResponseReturnValue:
    """Show the numbers and their differences; a liaison sees those of her agencies."""
    access = roster_access(session(), current_actor(), slug)
    seminar, found = access.seminar, queries.reconciliation_of(session(), access)
    organizes = may_organize(current_actor(), office_id=seminar.office_id)
    return render_template(
        "history/staff/reconciliation.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        found=found,
        stages=STAGES,
        reasons=REASONS,
        leads_to=LEADS_TO,
        attended=next(step.number for step in found.steps if step.stage is Stage.ATTENDED),
        whole=access.agency_ids is None,
        organizes=organizes,
        recorder=names_by_audit_name(session(), {found.announced.recorded_by}) if found.announced is not None and organizes else {},
        takes_headcounts=takes_headcounts(seminar.state, from_before=seminar.from_before),
    )


@blueprint.route("/seminars/<slug>/reconciliation/announced", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def announced(slug: str) -> ResponseReturnValue:
    """Record how many people a source said were trained."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    now = queries.announced_number(session(), seminar.id)
    form = AnnouncedForm(obj=now) if now is not None else AnnouncedForm()
    if form.accepts():
        try:
            in_unit_of_work(
                lambda work: services.record_announced(
                    work,
                    change_context(),
                    seminar_id=seminar.id,
                    number=form.number.data or 0,
                    more_than=form.more_than.data,
                    source=form.source.data or "",
                    version=form.version.data or 0,
                )
            )
            flash(_("The announced number is saved."), "success")
            return redirect(url_for(".reconciliation", slug=slug), code=303)
        except StaleEdit as refusal:
            form.show(refusal)
            now = queries.announced_number(session(), seminar.id)
            form.version.show(now.version if now is not None else 0)
        except Refusal as refusal:
            form.show(refusal)
    seminar = seminar_to_organize(session(), current_actor(), slug)
    page = render_template("history/staff/announced.html", seminar=seminar, seminar_header=seminar_header(seminar), form=form)
    return page, 422 if form.has_errors else 200
