"""Forms of invitations and of seats that are kept without a name."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields import DateField, IntegerField
from wtforms.validators import NumberRange
from wtforms.widgets import TextInput

from seminar_app.agencies.forms import AgencyField, agency_needed
from seminar_app.people.forms import email_field
from seminar_app.registration.forms import FirstOpeningForm, HandForm, KnownForm, showing_field
from seminar_app.registration.hold_rules import MOST_KEPT
from seminar_app.web.forms import BaseForm, choices_of, required

ACCEPT, DECLINE, DECLINE_SURELY = "accept", "decline", "decline_surely"


def last_day_field(label: Any) -> DateField:
    """Return the field for the day to whose end a seat is kept."""
    return DateField(label, validators=[required(_l("Please write the day until which the place is kept."))])


def day_of(field: DateField) -> date:
    """Return the day that a form which was accepted has in this field."""
    if field.data is None:
        raise ValueError("the form was not accepted")
    return field.data


class _Answers(BaseForm):
    """One of two buttons was pressed. The one that declines leads to a page that asks once more, whose button answers."""

    answer = SelectField(
        choices=choices_of((ACCEPT, ACCEPT), (DECLINE, DECLINE), (DECLINE_SURELY, DECLINE_SURELY)),
        validators=[required(_l("Please press one of the two buttons."))],
    )

    @property
    def accepts_place(self) -> bool:
        """Whether the person comes."""
        return bool(self.answer.data == ACCEPT)

    @property
    def to_be_asked(self) -> bool:
        """Whether the person has said once that they cannot come."""
        return bool(self.answer.data == DECLINE)


class InvitationForm(FirstOpeningForm, _Answers):
    """The answer to an invitation, with the surname and the notice as on the first opening of a personal page."""


class OwnAnswerForm(_Answers):
    """The answer to an invitation on the personal page, which has been opened."""


class InviteForm(HandForm):
    """Somebody who is typed anew to be invited: an address is needed, because the invitation is a mail."""

    email = email_field()
    last_day = last_day_field(_l("The place is kept until"))


class InviteKnownForm(KnownForm):
    """Somebody on file who is to be invited."""

    last_day = last_day_field(_l("The place is kept until"))


class InviteAgainForm(BaseForm):
    """The new last day of somebody who was invited."""

    last_day = last_day_field(_l("The place is kept until"))

    @property
    def day(self) -> date:
        """What was typed; the form was accepted."""
        return day_of(self.last_day)


class KeepForm(BaseForm):
    """Seats that are kept for the next names of an agency."""

    agency = AgencyField(_l("Agency or group"), validators=[agency_needed(_l("Please choose the agency from the list."))], description="")
    seats = IntegerField(
        _l("How many seats"),
        validators=[
            required(_l("Please write how many seats.")),
            NumberRange(1, MOST_KEPT, _l("Please write a number of seats from 1 to %(max)s.")),
        ],
        widget=TextInput(),
        render_kw={"inputmode": "numeric"},
    )
    last_day = last_day_field(_l("Kept until"))
    submission_id = showing_field()
