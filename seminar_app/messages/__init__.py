"""Send mail: a transaction decides on it, and a sender delivers it after the commit."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.messages import audit_words, checks, rendering, staff_routes
from seminar_app.messages import models as models
from seminar_app.messages.delivery import deliver_and_watch
from seminar_app.messages.rules import MessageState, Outcome
from seminar_app.messages.words import OUTCOMES, STATES
from seminar_app.web import labels
from seminar_app.web.navigation import Entry, add_staff_entry
from seminar_app.web.schedule import EVERY_MINUTE, Job, add_job

DELIVER_SECONDS = 58


def init_app(app: Flask, settings: Settings) -> None:
    """Register the templates, the job, the routes and the menu entry of messages."""
    audit_words.init_app()
    labels.register(MessageState, STATES)
    labels.register(Outcome, OUTCOMES)
    rendering.init_app(app)
    app.register_blueprint(staff_routes.blueprint)
    add_staff_entry(app, Entry(_l("Messages"), "messages_staff.index", 60, "messages_staff."))
    add_job(app, Job(checks.DELIVER_MAIL, lambda: deliver_and_watch(app, seconds=DELIVER_SECONDS), every=EVERY_MINUTE))
    checks.init_app(app)
