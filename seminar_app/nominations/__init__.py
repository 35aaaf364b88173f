"""Agencies' lists: read, corrected, and brought onto a seminar's roster."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.long_jobs.kinds import add_kind
from seminar_app.nominations import agency_naming_routes as agency_naming_routes
from seminar_app.nominations import agency_place_routes as agency_place_routes
from seminar_app.nominations import agency_routes as agency_routes
from seminar_app.nominations import agency_section, audit_words, concerns, labels, request_routes, routes
from seminar_app.nominations import list_routes as list_routes
from seminar_app.nominations import models as models
from seminar_app.nominations import request_models as request_models
from seminar_app.nominations import staff_routes as staff_routes
from seminar_app.nominations.blueprints import agency_blueprint, blueprint
from seminar_app.nominations.long_import import IMPORT
from seminar_app.registration.sections import add_section
from seminar_app.seminars.overview import add_concerns
from seminar_app.web.navigation import Entry, add_seminar_entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, the menu entry and the words."""
    audit_words.init_app()
    labels.init_app()
    add_kind(app, IMPORT)
    app.register_blueprint(blueprint)
    app.register_blueprint(agency_blueprint)
    add_staff_entry(app, Entry(_l("My agency"), "agency_staff.home", 5))
    add_seminar_entry(app, Entry(_l("My agency"), "agency_staff.seminar", 15, "agency_staff."))
    app.register_blueprint(request_routes.blueprint)
    app.register_blueprint(routes.blueprint)
    app.jinja_env.globals.update(own_proposal=routes.own_proposal, may_propose=routes.may_propose)  # the personal page asks
    add_section(app, agency_section.place)
    add_concerns(app, concerns.requests_waiting)
    add_seminar_entry(app, Entry(_l("Nominations"), "nominations_staff.index", 25, "nominations_staff. requests_staff."))
