"""Collect anonymous feedback: no answer can be linked to a person."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.feedback import answer_models as answer_models
from seminar_app.feedback import audit_words, dates, log_emptying, mail_contents, routes, staff_routes, wording
from seminar_app.feedback import models as models
from seminar_app.seminars.moments import add_dates
from seminar_app.seminars.overview import add_concerns, add_outcome
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.database import Session, session
from seminar_app.web.navigation import Entry, add_seminar_entry
from seminar_app.web.schedule import EVERY_MINUTE, Job, add_job


def init_app(app: Flask, settings: Settings) -> None:
    """Register the routes and the menu entry of feedback."""
    add_job(app, Job("empty-write-ahead-log", lambda: log_emptying.empty_if_due(session()), every=EVERY_MINUTE, at_ends=True))
    add_job(app, dates.FOLLOW_DATES)
    add_dates(app, wording.dates_to_come)
    add_concerns(app, wording.opens_in_vain)
    add_outcome(app, wording.response_rate_of)
    add_check(app, Check("evaluations", _l("Evaluations"), _log_is_empty, 100, in_readyz=True))
    audit_words.init_app()
    mail_contents.init_app()
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(staff_routes.blueprint)
    app.jinja_env.globals["awaits_feedback"] = routes.awaits_feedback  # the personal page asks; its room may not import this one
    add_seminar_entry(app, Entry(_l("Feedback"), "feedback_staff.results", 50, "feedback_staff."))


def _log_is_empty(session: Session, now: datetime) -> Finding:
    if log_emptying.overdue(session, now=now):
        sentence = _("A program has read the SQLite file for more than ten minutes, so its log still holds the order of answers. End it.")
        return Finding(State.WRONG, sentence)
    return Finding(State.DONE, _("No copy of the database ties an answer to a person."))
