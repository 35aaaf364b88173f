"""Documents on paper: sign-in sheets, roster, programme and badges; and the marks that come back from signed sheets."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.long_jobs.kinds import add_kind
from seminar_app.paper import audit_words, keyed_routes, labels, staff_routes
from seminar_app.paper import models as models
from seminar_app.paper import registration_events as registration_events
from seminar_app.paper.print_job import PRINT
from seminar_app.web.navigation import Entry, add_seminar_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, the words, the kind of long work and the menu entry."""
    audit_words.init_app()
    labels.init_app()
    app.register_blueprint(staff_routes.blueprint)
    app.register_blueprint(keyed_routes.blueprint)
    add_kind(app, PRINT)
    add_seminar_entry(app, Entry(_l("Paper"), "paper_staff.index", 45, "paper_"))
