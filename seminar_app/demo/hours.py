"""The rule of hours of the demonstration: 40 hours in a calendar year."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.reports.rules import HoursYear
from seminar_app.reports.services.hours_rules import RuleTyped, add_hours_rule

HOURS = 40
FIRST_DAY = date(2011, 1, 1)


def ask_for_hours(session: Session, context: ChangeContext) -> None:
    """Add the rule, for all offices. The source is as invented as the people."""
    typed = RuleTyped(
        minutes=HOURS * 60, year=HoursYear.CALENDAR, valid_from=FIRST_DAY, valid_to=None, source="Convenio de capacitación, cláusula 4"
    )
    add_hours_rule(session, context, office_id=None, typed=typed)
