"""The directory of agencies: tree, aliases, successors."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.agencies import audit_words, staff_routes
from seminar_app.agencies import models as models
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.web import labels
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, labels and menu entry."""
    audit_words.init_app()
    labels.register(
        AgencyLevel,
        {
            AgencyLevel.FEDERAL: _l("Federal"),
            AgencyLevel.STATE: _l("Of a state"),
            AgencyLevel.MUNICIPAL: _l("Municipal"),
            AgencyLevel.OTHER: _l("Other"),
        },
    )
    app.register_blueprint(staff_routes.blueprint)
    add_staff_entry(app, Entry(_l("Agencies"), "agencies_staff.index", 30, "agencies_staff."))
