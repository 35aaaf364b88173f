"""Certificates: who earns one, issuing, replacing and revoking them, and verifying them by anybody."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.certificates import audit_words, record_routes, routes
from seminar_app.certificates import models as models
from seminar_app.certificates.issue_job import ISSUE
from seminar_app.certificates.record_job import RECORD
from seminar_app.certificates.zip_job import ZIP
from seminar_app.core.dates import hours_and_minutes
from seminar_app.long_jobs.kinds import add_kind


def init_app(app: Flask, settings: Settings) -> None:
    """Register the room."""
    audit_words.init_app()
    app.jinja_env.filters["hours_and_minutes"] = hours_and_minutes
    app.register_blueprint(routes.blueprint)
    add_kind(app, ISSUE)
    add_kind(app, ZIP)
    add_kind(app, RECORD)
    app.register_blueprint(record_routes.blueprint)
    app.jinja_env.globals["has_own_record"] = record_routes.has_own_record  # the personal page asks; its room may not import this one
    app.register_blueprint(record_routes.staff_blueprint)
