"""The directory of agencies: tree, aliases, successors."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from config import Settings
from seminar_app.agencies import audit_words, staff_routes
from seminar_app.agencies import models as models
from seminar_app.agencies.queries import agency_groups
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.web import labels
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.database import Session
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, labels and menu entry and check."""
    audit_words.init_app()
    labels.register(
        AgencyLevel,
        {
            AgencyLevel.FEDERAL: _l("Federal"),
            AgencyLevel.STATE: _l("Of a state"),
            AgencyLevel.MUNICIPAL: _l("Municipal"),
            AgencyLevel.OTHER: _l("Other"),
        },
    )
    app.register_blueprint(staff_routes.blueprint)
    add_staff_entry(app, Entry(_l("Agencies"), "agencies_staff.index", 30, "agencies_staff."))
    add_check(app, Check("agencies", _l("Agencies"), _directory, 30, "agencies_staff.index", _l("Open the directory")))


def _directory(session: Session, now: datetime) -> Finding:
    number = sum(len(group.offices) for group in agency_groups(session, on=now.date()))
    if number:
        return Finding(
            State.DONE, ngettext("%(num)d agency of the directory exists today.", "%(num)d agencies of the directory exist today.", number)
        )
    return Finding(State.LEFT, _("The directory is empty: nobody can register, because each person belongs to an agency."))
