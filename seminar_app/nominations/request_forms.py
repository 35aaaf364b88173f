"""Forms about requests to change a list: who comes instead, and what is decided."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.agencies.forms import AgencyField, agency_needed
from seminar_app.core.values import replace
from seminar_app.people.forms import OthersFields, email_field
from seminar_app.registration.forms import showing_field
from seminar_app.registration.services import Entry
from seminar_app.web.forms import LINE, BaseForm, one_line

LONGEST_REASON = 300


class ColleagueFields(OthersFields):
    """A person who comes instead of another."""

    position = one_line(_l("Position"), length=LINE, needed=False)
    reason = one_line(_l("Why"), length=LONGEST_REASON, needed=False)
    submission_id = showing_field()

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
    """The form of an official, who proposes somebody of the own agency. Nobody else could tell that colleague, so the address is needed."""

    email = email_field(of_another=True)


class DecisionForm(BaseForm):
    """Accept or decline a request."""

    answer = one_line(_l("Answer"), length=LONGEST_REASON, needed=False)
