"""Offices: they hold seminars or host them together."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.offices import audit_words, staff_routes
from seminar_app.offices import models as models
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, words and menu entry."""
    audit_words.init_app()
    app.register_blueprint(staff_routes.blueprint)
    add_staff_entry(app, Entry(_l("Offices"), "offices_staff.offices", 40))
