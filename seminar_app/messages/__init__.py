"""Mail: decided in a transaction, sent after it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from config import Settings
from seminar_app.messages import models as models
from seminar_app.messages import rendering
from seminar_app.messages.delivery import deliver_for
from seminar_app.web.schedule import Job, add_job

DELIVER_SECONDS = 58


def init_app(app: Flask, settings: Settings) -> None:
    """Add this room's templates, its job and its pages to the app."""
    rendering.init_app(app)
    add_job(app, Job("deliver-mail", lambda: deliver_for(app, seconds=DELIVER_SECONDS), every=timedelta(minutes=1)))
