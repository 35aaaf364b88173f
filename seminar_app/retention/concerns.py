"""What the overview of a seminar says about people who ask that their data be erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.retention.queries import asking
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import Concern


def people_who_ask(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say how many people ask, with the way to the one who has waited longest."""
    found = asking(session, seminar.id)
    if not found:
        return []
    sentence = ngettext("%(num)d person asks that their data be erased.", "%(num)d people ask that their data be erased.", len(found))
    url = url_for("registration_staff.registration", slug=seminar.slug, registration_id=found[0].hex)
    return [Concern(sentence, url, _("See the request"))]
