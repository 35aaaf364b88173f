"""Forms of training that others held."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectField

from seminar_app.history.hours import hours_field, minutes_in
from seminar_app.history.rules import LONGEST_REASON
from seminar_app.history.services import Training
from seminar_app.web.forms import BaseForm, VersionField, choices_of, one_line, paragraphs, required
from seminar_app.web.places import country_choices

APPROVE, DECLINE = "approve", "decline"


class TrainingForm(BaseForm):
    """Training that a person had elsewhere."""

    submission_id = HiddenField(default=lambda: uuid.uuid4().hex, render_kw={"data-kept": ""})  # static/js/page.js
    title = one_line(_l("What it was"), message=_l("Please write what the training was about."))
    provider = one_line(_l("Who held it"), message=_l("Please write who held the training."))
    place = one_line(_l("City or online"), needed=False)
    country = SelectField(_l("Country"), validators=[required(_l("Please choose the country."))])
    starts_on = DateField(_l("First day"), validators=[required(_l("Please write the first day."))])
    ends_on = DateField(_l("Last day"), validators=[required(_l("Please write the last day."))])
    hours = hours_field(_l("Contact hours"), _l("Please write how many hours it had."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = country_choices()

    def typed(self) -> Training | None:
        """Return what was typed, after `accepts`."""
        if self.starts_on.data is None or self.ends_on.data is None:
            return None
        return Training(
            title=str(self.title.data),
            provider=str(self.provider.data),
            place=self.place.data or None,
            country=self.country.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            minutes=minutes_in(self.hours.data),
        )


class DecisionForm(BaseForm):
    """The organizer's decision on a report."""

    version = VersionField()
    decision = RadioField(
        _l("Decision"),
        choices=choices_of((APPROVE, _l("Approve")), (DECLINE, _l("Decline"))),
        validators=[required(_l("Please choose whether it is approved."))],
    )
    reason = paragraphs(_l("Reason"), length=LONGEST_REASON)
