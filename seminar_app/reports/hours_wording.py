"""A rule of hours in words."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from seminar_app.core.dates import date_range
from seminar_app.core.rounding import one_decimal
from seminar_app.reports.rules import HoursAsked, year_days


def hours_in_words(minutes: int) -> str:
    """Return minutes as hours, without a decimal where there is none."""
    return f"{one_decimal(Decimal(minutes) / 60):,.1f}".removesuffix(".0")


def hours_rule_of(rule: HoursAsked, year: int, language: str) -> str:
    """Return the rule in one sentence, with the days in which the hours are to be reached."""
    span = year_days(rule.year, year)
    days, number = date_range(span.first, span.last, language), hours_in_words(rule.minutes)
    values = {"office": rule.office, "number": number, "days": days}
    if rule.office:
        return str(_("The office %(office)s asks for %(number)s hours in a year, here %(days)s.", **values))
    return str(_("Each official is to have %(number)s hours in a year, here %(days)s.", **values))
