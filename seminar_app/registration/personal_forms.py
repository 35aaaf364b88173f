"""The official's own corrections: one part of the data on each page. What a page does not show stays as it is on file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from seminar_app.agencies.forms import written_agency
from seminar_app.core.phones import readable_phone, shown_phone
from seminar_app.core.values import replace
from seminar_app.people.forms import NOT_SAID, NameFields, language_field, phone_field, sex_field, sex_of
from seminar_app.people.identity_forms import IdentityFields
from seminar_app.people.services import PersonData
from seminar_app.registration.forms import NoticeFields, own_agency, own_agency_text, position_field, reserve_field, unit_field
from seminar_app.registration.notices import LANGUAGES
from seminar_app.registration.queries import AskedName, OwnRegistration
from seminar_app.registration.services import Correction, Entry
from seminar_app.web.forms import BaseForm


class PartForm(BaseForm):
    """A part of the official's data. `opened` is the version that the page shows."""

    title: Any
    opened = HiddenField()

    def begin(self, stored: Correction) -> None:
        """Fill the form with what is on file."""

    def reopen(self, registration: OwnRegistration) -> None:
        """Take the version on file as the new starting point; keep what was typed."""
        self.opened.data = registration.edition

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with what was typed in its place."""
        raise NotImplementedError


class NameForm(NameFields, PartForm):
    """The parts of the name, and the name on the certificate."""

    title = _l("Correct your name")

    def begin(self, stored: Correction) -> None:
        """Fill the form with the name on file, or the one asked for."""
        self.show_name(stored.person)

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with this name."""
        return replace(stored, person=replace(stored.person, **self.names()))


class SexForm(PartForm):
    """Sex; «prefer not to say» is an answer."""

    title = _l("Correct your sex")
    sex = sex_field()

    def begin(self, stored: Correction) -> None:
        """Choose what is on file."""
        self.sex.data = stored.person.sex.value if stored.person.sex else NOT_SAID

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with this answer."""
        return replace(stored, person=replace(stored.person, sex=sex_of(self.sex.data)))


class AgencyForm(PartForm):
    """The agency, while no seat depends on it."""

    title = _l("Correct your agency")
    agency = own_agency()
    agency_text = own_agency_text()

    def begin(self, stored: Correction) -> None:
        """Choose the agency on file, or show what was written."""
        self.agency.data = stored.agency_id
        self.agency.written = self.agency_text.data = stored.agency_text

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with this agency."""
        return replace(stored, agency_id=self.agency.data, agency_text=written_agency(self.agency, self.agency_text))


class WorkForm(PartForm):
    """Unit and position."""

    title = _l("Correct your unit and position")
    unit = unit_field()
    position = position_field()

    def begin(self, stored: Correction) -> None:
        """Show what is on file."""
        self.unit.data, self.position.data = stored.unit, stored.position

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with these."""
        return replace(stored, unit=self.unit.data or None, position=self.position.data or None)


class PhoneForm(PartForm):
    """The phone."""

    title = _l("Correct your phone")
    phone = phone_field()

    def begin(self, stored: Correction) -> None:
        """Show the phone on file."""
        self.phone.data = shown_phone(stored.person.phone) if stored.person.phone else None

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with this phone."""
        phone = readable_phone(self.phone.data) if self.phone.data else None
        return replace(stored, person=replace(stored.person, phone=phone))


class LanguageForm(PartForm):
    """The language of mail and certificate."""

    title = _l("Choose another language")
    language = language_field()

    def begin(self, stored: Correction) -> None:
        """Choose the present language."""
        self.language.data = stored.person.language

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with this language."""
        return replace(stored, person=replace(stored.person, language=self.language.data or LANGUAGES[0]))


class DocumentsForm(IdentityFields, PartForm):
    """Birth data, CURP and passport; values on file are never shown."""

    title = _l("Correct your birth data and documents")

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file with these numbers, and which to delete."""
        return replace(stored, identity=self.identity(), forget=self.forgotten())


class ReserveForm(PartForm):
    """Whether the identity is reserved."""

    title = _l("Reserve your identity")
    reserve = reserve_field()

    def corrected(self, stored: Correction) -> Correction:
        """Return what is on file, and whether the identity be reserved."""
        return replace(stored, reserve=bool(self.reserve.data))


PARTS: dict[str, type[PartForm]] = {
    "name": NameForm,
    "sex": SexForm,
    "agency": AgencyForm,
    "work": WorkForm,
    "phone": PhoneForm,
    "language": LanguageForm,
    "documents": DocumentsForm,
    "reserve": ReserveForm,
}
"""The parts by the last word of their address."""


def on_file(registration: OwnRegistration, asked: AskedName | None) -> Correction:
    """Return the correction that changes nothing.

    Args:
        asked: the name that the official asked for. It is sent along, because the name on file would take the request back.
    """
    person = registration.person
    named = asked or person
    return Correction(
        person=PersonData(
            given_names=named.given_names or "",
            surname1=named.surname1,
            surname2=named.surname2,
            certificate_name=named.certificate_name or "",
            sex=person.sex,
            phone=person.phone,
            language=registration.language,
        ),
        agency_id=registration.agency_id,
        agency_text=registration.agency_text,
        unit=person.unit,
        position=person.position,
    )


class ReturnForm(IdentityFields, NoticeFields):
    """The form by which somebody who withdrew registers again: where they work now, and what is asked for and not on file."""

    agency = own_agency()
    agency_text = own_agency_text()
    unit = unit_field()
    position = position_field()

    def begin(self, stored: Correction) -> None:
        """Show where the person worked when they registered."""
        self.agency.data, self.unit.data, self.position.data = stored.agency_id, stored.unit, stored.position
        self.agency.written = self.agency_text.data = stored.agency_text

    def entry(self, registration: OwnRegistration) -> Entry:
        """Return what was filled in, for this person."""
        return Entry(
            person=on_file(registration, None).person,
            agency_id=self.agency.data,
            agency_text=written_agency(self.agency, self.agency_text),
            unit=self.unit.data or None,
            position=self.position.data or None,
            identity=self.identity(),
        )
