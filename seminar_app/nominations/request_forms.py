"""Forms about requests to change a list: who comes instead, and what is decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l

from seminar_app.agencies.forms import AgencyField, agency_needed
from seminar_app.people.forms import PersonFields, email_field, phone_field
from seminar_app.registration.forms import showing_field
from seminar_app.registration.services import Entry
from seminar_app.web.forms import LINE, BaseForm, one_line

LONGEST_REASON = 300


class ColleagueFields(PersonFields):
    """A person who comes instead of another. The browser proposes nothing: they are not whoever types."""

    email = email_field()
    phone = phone_field()
    position = one_line(_l("Position"), length=LINE, needed=False)
    reason = one_line(_l("Why"), length=LONGEST_REASON, needed=False)
    submission_id = showing_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.given_names, self.surname1, self.surname2, self.email, self.phone):
            field.render_kw = (field.render_kw or {}) | {"autocomplete": "off"}

    def colleague(self, language: str) -> Entry:
        """Return who was typed, without an agency. `language`: in which they are written to."""
        person = self.person_data(email=self.email.data, phone=self.phone.data, language=language)
        return Entry(person=person, position=self.position.data or None)


class SubstituteForm(ColleagueFields):
    """The form of a liaison or an organizer: they say of which agency the substitute is."""

    agency = AgencyField(_l("Agency"), validators=[agency_needed(_l("Please choose the agency from the list."))])

    def entry(self, language: str) -> Entry:
        """Return who was typed, with the agency."""
        return replace(self.colleague(language), agency_id=self.agency.data)


class ProposalForm(ColleagueFields):
    """The form of an official, who proposes somebody of the own agency. An address is needed: nobody else knows how to reach them."""

    email = email_field()


class DecisionForm(BaseForm):
    """Accept or decline a request."""

    answer = one_line(_l("Answer"), length=LONGEST_REASON, needed=False)
