"""How long personal data are kept, and erasing a person."""

from __future__ import annotations

from datetime import time, timedelta

from flask import Flask

from config import Mode, Settings
from seminar_app.core.change_context import rule_context
from seminar_app.registration.sections import add_section
from seminar_app.retention import audit_words, concerns, routes, staff_routes
from seminar_app.retention import merging as merging
from seminar_app.retention import models as models
from seminar_app.retention.applying import apply_all, apply_to_job_files
from seminar_app.seminars.overview import add_concerns
from seminar_app.web.schedule import Job, add_job

NIGHT = time(9, 30)
"""In UTC: three in the morning in Mexico City."""


def init_app(app: Flask, settings: Settings) -> None:
    """Register pages and sections; schedule the rules for every night, except in the demonstration, whose people must stay."""
    audit_words.init_app()
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(staff_routes.blueprint)
    app.jinja_env.globals["erasure_asked_at"] = routes.erasure_asked_at  # the personal page asks; its room may not import this one
    add_section(app, staff_routes.section)
    add_concerns(app, concerns.people_who_ask)
    add_job(app, Job("job-files", lambda: apply_to_job_files(rule_context()), every=timedelta(minutes=10)))
    if settings.mode is Mode.DEMO:
        return
    add_job(app, Job("retention", lambda: apply_all(rule_context(), kept=settings.kept), daily_at=NIGHT))
