"""The page of seats that are kept without a name: which there are, keeping more, giving them up.

It is a page of its own beside Seats, because pressing a button here would lose what was typed into the quotas there.
"""

from __future__ import annotations

import uuid
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from seminar_app.agencies.queries import agency_groups
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.registration import queries, services
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.forms import LONGEST_CODE, DecisionForm, showing
from seminar_app.registration.invitation_forms import KeepForm, day_of
from seminar_app.registration.invitation_rules import usual_last_day
from seminar_app.registration.rules import day_there, hands_out_seats
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.errors import sentence_of


@blueprint.route("/seats/kept", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def keep_seats(slug: str) -> ResponseReturnValue:
    """Show the seats that are kept without a name, and keep more for the next people whom an agency names."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    today = day_there(clock.now(), seminar.time_zone)
    form = KeepForm(data={"last_day": usual_last_day(today=today, starts_on=seminar.starts_on)})
    form.agency.offer(agency_groups(session(), on=seminar.starts_on), whole_groups=True)
    if form.accepts():
        try:
            kept = in_unit_of_work(
                lambda session: services.keep_seats(
                    session,
                    change_context(),
                    seminar_id=seminar.id,
                    agency_id=form.agency.data or 0,
                    seats=form.seats.data or 0,
                    last_day=day_of(form.last_day),
                    quota_only=False,
                    submission_id=showing(form.submission_id),
                )
            )
            flash(ngettext("%(num)d seat is kept.", "%(num)d seats are kept.", len(kept)), "success")
            return redirect(url_for(".keep_seats", slug=slug), code=303)
        except Refusal as refusal:
            form.show(refusal)
    page = render_template(
        "registration/staff/kept.html",
        form=form,
        kept=queries.kept_seats(session(), seminar.id),
        overview=queries.seats_overview(session(), seminar.id),
        gave_up=_gave_up(),
        gives=hands_out_seats(seminar, now=clock.now()),
        seminar=seminar,
        seminar_header=seminar_header(seminar),
    )
    return page, 422 if form.has_errors else 200


@blueprint.post("/seats/give-up")
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def give_up(slug: str) -> ResponseReturnValue:
    """Keep the seats of one agency and day no longer; the page then offers to keep those again that nobody got."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    DecisionForm().accepts()
    code, day = request.form.get("agency", ""), request.form.get("last_day", "")
    groups = queries.kept_seats(session(), seminar.id).groups
    group = next((each for each in groups if each.agency.code == code and each.last_day.isoformat() == day), None)
    if group is None:  # pressed twice
        return redirect(url_for(".keep_seats", slug=slug), code=303)
    public_ids: list[uuid.UUID] = list(group.public_ids)
    before = queries.seats_overview(session(), seminar.id).waiting
    context = change_context()
    try:
        gave = in_unit_of_work(
            lambda session: services.give_up(session, context, seminar_id=seminar.id, public_ids=public_ids, agencies=None)
        )
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
        return redirect(url_for(".keep_seats", slug=slug), code=303)
    seated = min(gave, max(0, before - queries.seats_overview(session(), seminar.id).waiting))
    if seated:
        told = ngettext(
            "%(num)d person who waited has a seat now and gets a message.",
            "%(num)d people who waited have seats now and get a message.",
            seated,
        )
        flash(told, "info")
    return redirect(url_for(".keep_seats", slug=slug, gave=gave - seated, agency=code, until=day), code=303)


def _gave_up() -> dict[str, str] | None:
    """Return the seats that were given up a moment ago and that the page offers to keep again, as its form sends them."""
    seats, agency, until = (request.args.get(name, "") for name in ("gave", "agency", "until"))
    plain = seats.isascii() and seats.isdigit() and 0 < len(seats) < 4 and int(seats) > 0
    if not plain or not (agency.isprintable() and len(agency) <= LONGEST_CODE):
        return None
    try:
        date.fromisoformat(until)
    except ValueError:
        return None
    return {"agency": agency, "seats": seats, "last_day": until, "submission_id": uuid.uuid4().hex}
