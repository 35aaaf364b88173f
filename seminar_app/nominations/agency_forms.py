"""The forms of a liaison's pages: one person by hand, a change of a place, and seats kept without a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import DateField, IntegerField
from wtforms.validators import NumberRange
from wtforms.widgets import TextInput

from seminar_app.agencies.queries import AgencyChoice
from seminar_app.nominations.agency_people import OwnPerson
from seminar_app.people.forms import PersonFields, email_field, phone_field
from seminar_app.people.identity_forms import IdentityFields
from seminar_app.people.services import PersonData
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.forms import showing_field, unit_field
from seminar_app.registration.hold_rules import MOST_KEPT
from seminar_app.registration.services import Entry
from seminar_app.web.forms import LINE, BaseForm, choices_of, one_line, required
from seminar_app.web.languages import current_language

REASON = 300


def _reason_field() -> StringField:
    return one_line(_l("Reason"), length=REASON, needed=False)


class AgencySelect(SelectField):
    """One of the liaison's agencies. Where there is only one, it is chosen, and the page does not ask."""

    def offer(self, agencies: Sequence[AgencyChoice]) -> None:
        """Set the agencies to choose from."""
        language = current_language()
        named = [(each.code, each.label(language)) for each in agencies]
        self.choices = choices_of(*([("", _("Choose…"))] if len(named) != 1 else []), *named)
        self._ids = {each.code: each.id for each in agencies}
        if len(named) == 1 and not self.raw_data:  # the page does not ask
            self.data = named[0][0]
            self.raw_data = [self.data]

    @property
    def asks(self) -> bool:
        """Whether there is anything to choose."""
        return len(self._ids) != 1

    @property
    def agency_id(self) -> int:
        """Internal id of the agency that was chosen."""
        return self._ids[str(self.data)]


def _agency_select() -> AgencySelect:
    return AgencySelect(_l("Agency"), choices=[], validators=[required(_l("Please choose the agency."))])


class NameForm(PersonFields, IdentityFields):
    """One person whom the liaison names. The browser proposes nothing: it is not about herself."""

    agency = _agency_select()
    position = one_line(_l("Position"), length=LINE, needed=False)
    unit = unit_field()
    email = email_field(needed=False)
    phone = phone_field()
    submission_id = showing_field()
    another = HiddenField()
    """«1»: it is none of the people that the page has asked about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.given_names, self.surname1, self.surname2, self.email, self.phone):
            field.render_kw = (field.render_kw or {}) | {"autocomplete": "off"}

    def entry(self, language: str, known: ShownPerson | None = None) -> Entry:
        """Return what was filled in.

        Args:
            language: of mail and certificate, which the form does not ask.
            known: somebody on file who was chosen: their name and address stand.
        """
        typed = self.person_data(email=self.email.data, phone=self.phone.data, language=language)
        return Entry(
            person=_on_file(known, language) if known is not None else typed,
            agency_id=self.agency.agency_id,
            unit=self.unit.data or None,
            position=self.position.data or None,
            identity=self.identity(),
        )


def _on_file(known: ShownPerson, language: str) -> PersonData:
    return PersonData(
        given_names=known.given_names or "",
        surname1=known.surname1,
        surname2=known.surname2,
        certificate_name=known.full_name,
        email=known.email,
        language=language,
    )


class WithdrawForm(BaseForm):
    """Why somebody does not come."""

    reason = _reason_field()
    withdrawing = showing_field()


class ExchangeForm(BaseForm):
    """With whom places are exchanged."""

    other = SelectField(_l("With whom"), choices=[], validators=[required(_l("Please choose with whom."))])
    exchanging = showing_field()

    def offer(self, people: Sequence[tuple[OwnPerson, str]]) -> None:
        """Set with whom places can be exchanged: each person, and what is said beside the name."""
        named = ((each.public_id.hex, " · ".join(filter(None, (each.name, each.person.told_apart_by, words)))) for each, words in people)
        self.other.choices = choices_of(("", _("Choose…")), *named)


class KeepForm(BaseForm):
    """How many seats are kept without a name, and to which day."""

    agency = _agency_select()
    seats = IntegerField(
        _l("Seats to keep"),
        validators=[
            required(_l("Please write how many seats.")),
            NumberRange(1, MOST_KEPT, _l("Please write a number of seats from 1 to %(max)s.")),
        ],
        widget=TextInput(),
        render_kw={"inputmode": "numeric"},
    )
    last_day = DateField(_l("Until the end of"), validators=[required(_l("Please choose a day."))])
    submission_id = showing_field()

    @property
    def day(self) -> date:
        """The day that was chosen."""
        found: date = self.last_day.data  # type: ignore[assignment]  # it is required
        return found
