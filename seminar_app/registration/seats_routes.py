"""The Seats page: capacity and quotas of a seminar."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.agencies.queries import agency_groups
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.registration import queries, services
from seminar_app.registration.advice import turnout
from seminar_app.registration.blueprints import staff_blueprint as blueprint
from seminar_app.registration.errors import ReleasedAtOnce
from seminar_app.registration.forms import EMPTY_QUOTAS, SeatsForm
from seminar_app.registration.queries import SeatsOverview
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.seminars.rules import SeminarState, is_frozen
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session


@blueprint.route("/seats", methods=["GET", "POST"])
@staff(RoleName.ADMIN, RoleName.ORGANIZER)
def seats(slug: str) -> ResponseReturnValue:
    """Edit capacity and quotas. More seats go to the waiting list at once; a change never takes a seat from a person who holds it."""
    seminar = seminar_to_organize(session(), current_actor(), slug)
    overview = queries.seats_overview(session(), seminar.id)
    form = SeatsForm(data=None if request.method == "POST" else _as_it_is(overview))
    kept = [pool.agency.id for pool in overview.quotas if pool.agency]
    form.offer(agency_groups(session(), on=seminar.starts_on, also=kept))
    if form.accepts():
        try:
            seated = in_unit_of_work(
                lambda session: services.resize(
                    session,
                    change_context(),
                    seminar_id=seminar.id,
                    capacity=form.capacity.data or 0,
                    wished=form.wished(),
                    opened=form.opened.data or "",
                    releases=form.releases.data == "1",
                )
            )
            flash(_("The seats are kept as you shared them out."), "success")
            if seated:
                flash(
                    ngettext(
                        "%(num)d person who waited has a seat now and gets a message.",
                        "%(num)d people who waited have seats now and get a message.",
                        seated,
                    ),
                    "info",
                )
            goes_on = seminar.state is SeminarState.DRAFT and request.form.get("do") != "stay"
            return redirect(url_for("seminars_staff.overview" if goes_on else ".seats", slug=slug), code=303)
        except ReleasedAtOnce as refusal:
            form.show(refusal)
            form.releases.data = "1"
        except StaleEdit as refusal:
            form.show(refusal)
            overview = queries.seats_overview(session(), seminar.id)
            form.opened.data = overview.edition
        except Refusal as refusal:
            form.show(refusal)
    page = render_template(
        "registration/staff/seats.html",
        form=form,
        overview=overview,
        turnout=turnout(session(), seminar, kept),
        codes={pool.agency.id: pool.agency.code for pool in overview.quotas if pool.agency},
        fixed=is_frozen(seminar.state) or seminar.state is SeminarState.CANCELLED,
        is_draft=seminar.state is SeminarState.DRAFT,
        extra=(seminar.extra_at_door, services.extra_seats_used(session(), seminar.id)),
        seminar_header=seminar_header(seminar),
    )
    return page, 422 if form.has_errors else 200


def _as_it_is(overview: SeatsOverview) -> dict[str, object]:
    """Return the form's first values: the present quotas, and empty lines for more."""
    lines: list[dict[str, int | date | None]] = [
        {"agency": pool.agency.id if pool.agency else None, "size": pool.size, "release_on": pool.release_on} for pool in overview.quotas
    ]
    return {"opened": overview.edition, "capacity": overview.capacity, "quotas": [*lines, *({} for _ in range(EMPTY_QUOTAS))]}
