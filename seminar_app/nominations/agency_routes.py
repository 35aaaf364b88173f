"""A liaison's own pages: her seminars, her people in one of them, and the place of one person."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.nominations.agency_pages import current_access, past_outcomes, person_page, seminar_page, waiting_proposals
from seminar_app.nominations.agency_queries import agency_home
from seminar_app.nominations.blueprints import agency_blueprint as blueprint
from seminar_app.web.access import current_actor, shows_people, staff
from seminar_app.web.database import session


@blueprint.get("/agency/")
@staff(RoleName.LIAISON)
def home() -> ResponseReturnValue:
    """Show the seminars of the liaison's agencies, with her seats in figures. Nobody is named."""
    found = agency_home(session(), current_actor(), now=clock.now())
    return render_template("nominations/agency/home.html", home=found, outcomes=past_outcomes(found), proposals=waiting_proposals(found))


@blueprint.get("/seminars/<slug>/agency")
@staff(RoleName.LIAISON)
@shows_people("roster.viewed")
def seminar(slug: str) -> ResponseReturnValue:
    """Show the liaison's seats and people of one seminar."""
    return seminar_page(current_access(slug))


@blueprint.get("/seminars/<slug>/agency/people/<registration_id>")
@staff(RoleName.LIAISON)
@shows_people("registration.viewed")
def person(slug: str, registration_id: str) -> ResponseReturnValue:
    """Show what can be done with the place of one person."""
    return person_page(current_access(slug), registration_id)
