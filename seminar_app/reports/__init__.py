"""Reports: how many officials were trained, with the rule and the gaps printed."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.long_jobs.kinds import add_kind
from seminar_app.reports import audit_words, labels
from seminar_app.reports import changes_routes as changes_routes
from seminar_app.reports import coverage_routes as coverage_routes
from seminar_app.reports import file_routes as file_routes
from seminar_app.reports import hours_routes as hours_routes
from seminar_app.reports import hours_rule_routes as hours_rule_routes
from seminar_app.reports import indicator_routes as indicator_routes
from seminar_app.reports import models as models
from seminar_app.reports import snapshot_routes as snapshot_routes
from seminar_app.reports import staff_routes as staff_routes
from seminar_app.reports.blueprints import blueprint
from seminar_app.reports.figure_job import FIGURE
from seminar_app.reports.menu import tabs
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the words, the pages and the menu."""
    audit_words.init_app()
    labels.init_app()
    app.register_blueprint(blueprint)
    add_kind(app, FIGURE)
    app.jinja_env.globals["report_tabs"] = tabs
    add_staff_entry(app, Entry(_l("Reports"), "reports.figures", 25, "reports."))
