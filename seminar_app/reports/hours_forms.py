"""The form of a rule of hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField

from seminar_app.history.hours import hours_field, minutes_in
from seminar_app.offices.models import Office
from seminar_app.reports.queries.hours_rules import KeptRule
from seminar_app.reports.rules import HoursYear
from seminar_app.reports.services.hours_rules import RuleTyped
from seminar_app.web.forms import BaseForm, VersionField, one_line, optional, required
from seminar_app.web.labels import choices

LONGEST_SOURCE = 300
ALL = "-"
"""Stands for all offices. No code of an office is only a hyphen."""


class HoursRuleForm(BaseForm):
    """How many hours, in which kind of year, from when to when, and who asks for them."""

    version = VersionField()
    office = SelectField(_l("Office"), validators=[required(_l("Please choose an office."))])
    hours = hours_field(_l("Hours in a year"), _l("Please write how many hours are asked for."))
    year = RadioField(_l("Kind of year"), validators=[required(_l("Please choose a kind of year."))])
    valid_from = DateField(_l("Valid from"), validators=[required(_l("Please choose the first day on which the rule is valid."))])
    valid_to = DateField(_l("Valid to"), validators=[optional()])
    source = one_line(_l("Who asks for it"), length=LONGEST_SOURCE, needed=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year.choices = choices(HoursYear)

    def offer(self, offices: Iterable[Office], *, whole: bool) -> None:
        """Offer these offices, and all of them together if the account keeps the rule of all."""
        of_all = [(ALL, _l("All offices without a rule of their own"))] if whole else []
        self.office.choices = [*of_all, *((office.code, office.code) for office in offices)]

    @staticmethod
    def values_of(rule: KeptRule) -> dict[str, Any]:
        """Return a rule as the form shows it."""
        hours = f"{Decimal(rule.says.minutes) / 60:.2f}".rstrip("0").rstrip(".")
        names = ("valid_from", "valid_to", "source")
        says = {name: getattr(rule.says, name) for name in names}
        return says | {"hours": hours, "year": rule.says.year.value, "office": rule.says.office or ALL, "version": rule.version}

    def typed(self) -> RuleTyped:
        """Return what was typed, after `accepts`."""
        return RuleTyped(
            minutes=minutes_in(self.hours.data),
            year=HoursYear(self.year.data),
            valid_from=self.valid_from.data or date.min,
            valid_to=self.valid_to.data,
            source=self.source.data or None,
        )
