"""History: seminars held before they were entered, headcounts without names, training by others, and reconciliation."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.history import audit_words, labels, overview_section, person_section, training_routes
from seminar_app.history import headcount_routes as headcount_routes
from seminar_app.history import hooks as hooks
from seminar_app.history import models as models
from seminar_app.history import reconciliation_routes as reconciliation_routes
from seminar_app.history import staff_routes as staff_routes
from seminar_app.history.blueprints import blueprint
from seminar_app.registration.sections import add_person_section
from seminar_app.seminars.overview import add_section
from seminar_app.web.navigation import Entry, add_seminar_entry

_OF_SEMINAR = "history_staff.reconciliation history_staff.announced history_staff.headcount history_staff.past"
"""Endpoints of one seminar's pages."""


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, the menu entry, the hooks and the words."""
    audit_words.init_app()
    labels.init_app()
    app.register_blueprint(blueprint)
    add_section(app, overview_section.section)
    add_person_section(app, person_section.section)
    app.jinja_env.globals.update(reports_to_decide=training_routes.reports_to_decide)  # the page of people asks
    add_seminar_entry(app, Entry(_l("Reconciliation"), "history_staff.reconciliation", 65, _OF_SEMINAR))
