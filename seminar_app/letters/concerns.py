"""What the overview of a seminar says about mail that did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.messages.rules import Outcome
from seminar_app.registration.queries import mail_troubles
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import Concern


def undelivered(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say how many people the last mail did not reach; an old failure is no news once something newer was written."""
    number = sum(outcome is Outcome.FAILED for outcome in mail_troubles(session, seminar.id).values())
    if not number:
        return []
    sentence = ngettext("%(num)d mail could not be delivered.", "%(num)d mails could not be delivered.", number)
    return [Concern(sentence, url_for("letters_staff.index", slug=seminar.slug, state=Outcome.FAILED.value), _("See which"))]
