"""Offices: they hold seminars or host them together."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.offices import audit_words, staff_routes
from seminar_app.offices import models as models
from seminar_app.offices.queries import offices
from seminar_app.offices.rules import text_blocks
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.database import Session
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, words, menu entry and check."""
    audit_words.init_app()
    app.register_blueprint(staff_routes.blueprint)
    app.jinja_env.filters["text_blocks"] = text_blocks
    add_staff_entry(app, Entry(_l("Offices"), "offices_staff.offices", 40, "offices_staff."))
    add_check(app, Check("office", _l("Office"), _an_office, 10, "offices_staff.new_office", _l("Add an office")))


def _an_office(session: Session, _now: datetime) -> Finding:
    active = [office.code for office in offices(session) if office.active]
    if active:
        return Finding(State.DONE, _("In use: %(offices)s.", offices=", ".join(active)))
    return Finding(State.LEFT, _("A seminar belongs to an office, and so do its organizers. Begin with yours."))
