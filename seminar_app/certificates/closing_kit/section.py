"""The press for the closing kit on the overview of a completed seminar."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import may_organize
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.access import current_actor


def section(_session: Session, seminar: Seminar) -> Markup:
    """Return the section for those who organize the seminar; empty before it is completed."""
    if seminar.outcome_state is not SeminarState.COMPLETED or not may_organize(current_actor(), office_id=seminar.office_id):
        return Markup()
    return Markup(render_template("certificates/staff/_kit.html", seminar=seminar))  # noqa: S704  # nosec B704  our own template
