"""Seminars, sessions, seat pools; the public calendar."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.seminars import audit_words, labels
from seminar_app.seminars import models as models
from seminar_app.seminars.blueprints import staff_blueprint
from seminar_app.seminars.rules import map_url
from seminar_app.web.contacts import add_finder
from seminar_app.web.navigation import Entry, add_seminar_entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, labels, menu entries and jobs."""
    audit_words.init_app()
    from seminar_app.seminars import (  # noqa: F401  the last ones add to the blueprint
        routes,
        staff_program_routes,
        staff_routes,
        staff_session_routes,
        staff_state_routes,
        staff_year_routes,
    )

    labels.init_app()
    app.jinja_env.globals["map_url"] = map_url
    app.register_blueprint(routes.blueprint)
    add_finder(app, routes.office_of_request)
    app.register_blueprint(staff_blueprint)
    add_staff_entry(
        app,
        Entry(
            _l("Seminars"),
            "seminars_staff.index",
            10,
            prefix="seminars_staff. registration_staff. attendance_staff. feedback_staff. letters_staff.",
        ),
    )
    add_seminar_entry(app, Entry(_l("Overview"), "seminars_staff.overview", 10))
    add_seminar_entry(app, Entry(_l("Sessions"), "seminars_staff.sessions", 30, prefix="seminars_staff.sessions"))
    add_seminar_entry(app, Entry(_l("Settings"), "seminars_staff.settings", 70, prefix="seminars_staff.settings"))
