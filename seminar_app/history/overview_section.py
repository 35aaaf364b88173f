"""What the overview of a seminar says of its history: the next step of a past one, and the way to the reconciliation."""

from __future__ import annotations

from datetime import datetime

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import is_frozen


def section(_session: Session, seminar: Seminar, _now: datetime) -> Markup:
    """Return the next step of a past seminar that is not completed; empty for all others, and on other pages than the overview."""
    if not seminar.from_before or is_frozen(seminar.state) or request.endpoint != "seminars_staff.overview":
        return Markup()
    return Markup(render_template("history/staff/_overview.html", seminar=seminar))  # noqa: S704  a template, which escapes  # nosec B704
