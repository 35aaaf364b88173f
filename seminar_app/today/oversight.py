"""The part of an auditor: how much personal data was looked at today, and accounts that looked at unusually much."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.audit.access_log import alerts_since, daily_access_on, day_of
from seminar_app.today.rules import ALERTS_WITHIN
from seminar_app.today.wording import Fact, Line


def oversight_facts(session: Session, *, now: datetime) -> list[Fact]:
    """Return the figures of the access log."""
    today = day_of(session, now)
    return [_looked_at(session, now), _alerts(len(alerts_since(session, today - ALERTS_WITHIN)))]


def _looked_at(session: Session, now: datetime) -> Fact:
    found = daily_access_on(session, day=day_of(session, now))
    accounts = ngettext("%(num)d account looked at personal data.", "%(num)d accounts looked at personal data.", len(found))
    exports = sum(counts.exports for counts in found.values())
    taken = ngettext("%(num)d file was exported.", "%(num)d files were exported.", exports) if exports else ""
    sentence = " ".join(filter(None, (accounts, taken))) if found else _("No account has looked at personal data yet.")
    return Fact(_("Today"), Line(sentence, url_for("oversight.access_log"), _("Open the access log")))


def _alerts(number: int) -> Fact:
    sentence = ngettext(
        "In the last seven days %(num)d alert told of an account that looked at more personal data than a working day needs.",
        "In the last seven days %(num)d alerts told of accounts that looked at more personal data than a working day needs.",
        number,
    )
    if not number:
        sentence = _("No account looked at unusually much personal data in the last seven days.")
    return Fact(
        _("Alerts"), Line(sentence, url_for("oversight.access_log"), _("See the alerts")) if number else Line(sentence), bool(number)
    )
