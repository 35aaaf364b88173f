"""How long personal data are kept, and erasing a person."""

from __future__ import annotations

from datetime import time

from flask import Flask

from config import Mode, Settings
from seminar_app.core.change_context import rule_context
from seminar_app.retention import audit_words
from seminar_app.retention.applying import apply_all
from seminar_app.web.schedule import Job, add_job

NIGHT = time(9, 30)
"""In UTC: three in the morning in Mexico City."""


def init_app(app: Flask, settings: Settings) -> None:
    """Schedule the rules for every night, except in the demonstration, whose people are synthetic and must stay."""
    audit_words.init_app()
    if settings.mode is Mode.DEMO:
        return
    add_job(app, Job("retention", lambda: apply_all(rule_context(), kept=settings.kept), daily_at=NIGHT))
