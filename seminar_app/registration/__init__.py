"""Registration, seats and the waiting list."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.registration import audit_words, jobs, labels, receivers, routes
from seminar_app.registration import correction_routes as correction_routes
from seminar_app.registration import merging_routes as merging_routes
from seminar_app.registration import models as models
from seminar_app.registration import people_routes as people_routes
from seminar_app.registration import seats_routes as seats_routes
from seminar_app.registration import seminar_changes as seminar_changes
from seminar_app.registration import staff_routes as staff_routes
from seminar_app.registration.blueprints import people_blueprint, staff_blueprint
from seminar_app.web import navigation
from seminar_app.web.navigation import Entry
from seminar_app.web.schedule import add_job


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, labels, menu entries and jobs."""
    audit_words.init_app()
    labels.init_app()
    receivers.init_app()
    app.register_blueprint(routes.blueprint)
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
    )
    navigation.add_seminar_entry(
        app, Entry(_l("Roster"), "registration_staff.roster", 20, " ".join((*below, "registration_staff.show_again")))
    )
    navigation.add_seminar_entry(app, Entry(_l("Seats"), "registration_staff.seats", 25))
    add_job(app, jobs.RELEASE_QUOTAS)
