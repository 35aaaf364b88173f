"""Record attendance: marks, completion and the attendance export."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.attendance import (
    audit_words,
    concerns,
    labels,
    long_export,
    outcome_section,
    outcomes,
    pass_routes,
    person_section,
    staff_routes,
    turnout,
)
from seminar_app.attendance import door_routes as door_routes
from seminar_app.attendance import export_routes as export_routes
from seminar_app.attendance import merging as merging
from seminar_app.attendance import models as models
from seminar_app.attendance import seminar_events as seminar_events
from seminar_app.long_jobs.kinds import add_kind
from seminar_app.registration.advice import read_turnout_by
from seminar_app.registration.sections import add_section
from seminar_app.registration.training_record import read_attendance_by
from seminar_app.seminars.overview import add_concerns, add_outcome
from seminar_app.web.navigation import Entry, add_seminar_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the routes, labels and menu entry of attendance."""
    audit_words.init_app()
    labels.init_app()
    app.jinja_env.globals["mark_labels"] = labels.control_labels
    app.register_blueprint(staff_routes.blueprint)
    app.register_blueprint(pass_routes.blueprint)
    add_kind(app, long_export.EXPORT)
    add_section(app, person_section.section)
    add_concerns(app, concerns.sessions_without_marks)
    add_concerns(app, concerns.changed_since_completion)
    add_outcome(app, outcome_section.section)
    read_attendance_by(app, outcomes.attended_of)
    read_turnout_by(app, turnout.turnout_before)
    add_seminar_entry(app, Entry(_l("Attendance"), "attendance_staff.timetable", 40, "attendance_staff."))
