"""Long work: begun on a page, done by the worker, watched on a page of its own."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.long_jobs import audit_words, labels, staff_routes
from seminar_app.long_jobs import models as models
from seminar_app.long_jobs.telling import look_each_minute
from seminar_app.web.schedule import add_job


def init_app(app: Flask, settings: Settings) -> None:
    """Register the page, the words, and the look each minute."""
    audit_words.init_app()
    labels.init_app()
    app.register_blueprint(staff_routes.blueprint)
    add_job(app, look_each_minute(app))
