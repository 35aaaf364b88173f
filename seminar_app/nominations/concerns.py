"""What the overview of a seminar says about requests to change its list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.nominations.request_queries import count_open
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import Concern
from seminar_app.seminars.rules import SeminarState, is_frozen


def requests_waiting(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say how many requests to change the list wait."""
    number = 0 if is_frozen(seminar.state) or seminar.state is SeminarState.CANCELLED else count_open(session, seminar.id)
    if not number:
        return []
    sentence = ngettext("%(num)d request to change the list waits.", "%(num)d requests to change the list wait.", number)
    return [Concern(sentence, url_for("requests_staff.index", slug=seminar.slug), _("Decide"), _("The list stays as it is."))]
