"""Registration, seats and the waiting list."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from config import Settings
from seminar_app.agencies.headcount import add_headcount
from seminar_app.people.queries import count_proposals
from seminar_app.registration import adding_routes as adding_routes
from seminar_app.registration import (
    audit_words,
    change_section,
    concerns,
    first_mail,
    invitation_figures,
    jobs,
    labels,
    mail_calendar,
    mail_contents,
    receivers,
)
from seminar_app.registration import changes_routes as changes_routes
from seminar_app.registration import correction_routes as correction_routes
from seminar_app.registration import first_opening_routes as first_opening_routes
from seminar_app.registration import forms_staff_routes as forms_staff_routes
from seminar_app.registration import invitation_routes as invitation_routes
from seminar_app.registration import invitations_routes as invitations_routes
from seminar_app.registration import inviting_routes as inviting_routes
from seminar_app.registration import keeping_routes as keeping_routes
from seminar_app.registration import link_routes as link_routes
from seminar_app.registration import many_routes as many_routes
from seminar_app.registration import merging_routes as merging_routes
from seminar_app.registration import models as models
from seminar_app.registration import people_routes as people_routes
from seminar_app.registration import personal_routes as personal_routes
from seminar_app.registration import routes as routes
from seminar_app.registration import seats_routes as seats_routes
from seminar_app.registration import seminar_changes as seminar_changes
from seminar_app.registration import staff_routes as staff_routes
from seminar_app.registration.asking import asked_of, needed_of
from seminar_app.registration.blueprints import blueprint, people_blueprint, staff_blueprint
from seminar_app.registration.errors import NotOpenedYet
from seminar_app.registration.headcount import people_concerned
from seminar_app.seminars.overview import add_concerns, add_figures, add_section
from seminar_app.web import navigation
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.database import Session
from seminar_app.web.navigation import Entry
from seminar_app.web.schedule import add_job


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, labels, menu entries and jobs."""
    audit_words.init_app()
    labels.init_app()
    receivers.init_app()
    first_mail.init_app()
    mail_contents.init_app()
    mail_calendar.init_app()
    app.jinja_env.globals.update(state_in_words=labels.state_in_words)
    app.jinja_env.globals.update(asked_of=asked_of, needed_of=needed_of, identity_days_kept=settings.kept.identity)
    app.register_error_handler(NotOpenedYet, first_opening_routes.lead_to_first_opening)
    app.register_blueprint(blueprint)
    app.register_blueprint(staff_blueprint)
    app.register_blueprint(people_blueprint)
    navigation.add_staff_entry(app, Entry(_l("People"), "people_staff.index", 20, "people_staff."))
    below = (
        "registration_staff.r",
        "registration_staff.search",
        "registration_staff.add",
        "registration_staff.open_record",
        "registration_staff.correct",
        "registration_staff.split",
        "registration_staff.forms",
        "registration_staff.invit",
    )
    navigation.add_seminar_entry(
        app, Entry(_l("Roster"), "registration_staff.roster", 20, " ".join((*below, "registration_staff.show_again")))
    )
    navigation.add_seminar_entry(app, Entry(_l("Seats"), "registration_staff.seats", 25, "registration_staff.keep_seats"))
    add_concerns(app, concerns.seats_asked)
    add_concerns(app, concerns.agencies_to_assign)
    add_section(app, change_section.waiting)
    add_figures(app, invitation_figures.invitations_in_figures)
    add_headcount(app, people_concerned)
    add_job(app, jobs.RELEASE_QUOTAS)
    add_job(app, jobs.TELL_RELEASES)
    add_job(app, jobs.REMIND_INVITED)
    add_job(app, jobs.EMPTY_FORMS)
    add_job(app, jobs.TELL_CHANGES)
    add_check(app, Check("proposals", _l("Possible duplicates"), _proposals, 67, "people_staff.proposals", _l("Compare them")))


def _proposals(session: Session, _now: datetime) -> Finding:
    waiting = count_proposals(session)
    if waiting:
        sentence = ngettext("%(num)d pair of records may be one person.", "%(num)d pairs of records may be one person each.", waiting)
        return Finding(State.WAITS, sentence)
    return Finding(State.DONE, _("No pair of records waits to be compared."))
