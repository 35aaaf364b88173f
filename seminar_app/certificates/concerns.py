"""What the overview of a seminar says about certificates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.certificates.queries import plan_of, standings
from seminar_app.certificates.rules import CertificateRule, Standing
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import Concern
from seminar_app.seminars.rules import SeminarState


def certificates_to_see_to(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say how many certificates are earned and not out, and how many are out and no longer earned."""
    plan = plan_of(session, seminar.id) if seminar.state is SeminarState.COMPLETED else None
    if plan is None or plan.rule is CertificateRule.NONE:
        return []
    counts = Counter(standings(session, seminar.id, plan.rule).values())
    url, found = url_for("certificates_staff.index", slug=seminar.slug), []
    if earned := counts[Standing.EARNS]:
        sentence = ngettext("%(num)d certificate is earned and not issued.", "%(num)d certificates are earned and not issued.", earned)
        found.append(Concern(sentence, url, _("Issue certificates")))
    if out := counts[Standing.NOT_SUPPORTED]:
        sentence = ngettext(
            "%(num)d certificate is out that is no longer earned.", "%(num)d certificates are out that are no longer earned.", out
        )
        found.append(Concern(sentence, url, _("Look at them")))
    return found
