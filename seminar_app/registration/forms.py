"""The registration form, public and by staff's hand, and the small forms of staff."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField
from wtforms.fields import DateField, FieldList, FormField, IntegerField
from wtforms.validators import NumberRange, ValidationError
from wtforms.widgets import TextInput

from seminar_app.agencies.forms import AgencyField, agency_needed, agency_text_field, written_agency
from seminar_app.core.phones import shown_phone
from seminar_app.core.values import replace
from seminar_app.people.forms import PersonFields, email_field, language_field, phone_field
from seminar_app.people.identity_forms import IdentityFields
from seminar_app.people.mail_domains import domain_meant
from seminar_app.people.rules import MAY_RESERVE, ReservedReason
from seminar_app.people.services import PersonData
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.notices import CURRENT_VERSION, LANGUAGES
from seminar_app.registration.queries import Comparison, SeenRegistration
from seminar_app.registration.queries.form_page import FormNotice
from seminar_app.registration.rules import Decision, RemovalReason, WishedPool
from seminar_app.registration.services import Entry, StaffCorrection, Typed
from seminar_app.seminars.rules import MOST_SEATS
from seminar_app.web.forms import LINE, BaseForm, FormPart, PressedField, choices_of, one_line, optional, required

LONGEST_CODE = 64
EMPTY_QUOTAS = 6


def own_agency() -> AgencyField:
    """Return the picker of the person's own agency."""
    return AgencyField(
        _l("Agency"),
        validators=[agency_needed(_l("Please choose your agency from the list."))],
        lets_write=_l("My agency is not in the list"),
    )


def _agency() -> AgencyField:
    return AgencyField(
        _l("Agency"),
        validators=[agency_needed(_l("Please choose the agency from the list."))],
        lets_write=_l("The agency is not in the list"),
    )


def own_agency_text() -> StringField:
    """Return the field for the name of the person's agency, if it is not in the list."""
    return agency_text_field(
        _l("Name of your agency"),
        message=_l("Please write the name of your agency."),
        hint=_l("Only if it is not in the list: its full name, without abbreviations."),
    )


def _agency_text() -> StringField:
    return agency_text_field(
        _l("Name of the agency"),
        message=_l("Please write the name of the agency."),
        hint=_l("Only if it is not in the list. The person then takes a seat that is open to all, until an agency is assigned."),
    )


def unit_field() -> Any:
    """Return the field for the unit."""
    return one_line(_l("Unit"), length=LINE, needed=False)


def position_field() -> Any:
    """Return the field for the position, which is required."""
    return one_line(
        _l("Position"), length=LINE, message=_l("Please write your position."), render_kw={"autocomplete": "organization-title"}
    )


def reserve_field() -> BooleanField:
    """Return the box by which a person asks that their identity be reserved."""
    return BooleanField(_l("Keep my identity reserved"))


def showing_field() -> HiddenField:
    """Return the field that tells one display of a form from another, so that a form sent twice counts once."""
    return HiddenField(default=lambda: uuid.uuid4().hex, render_kw={"data-kept": ""})  # static/js/page.js


class NoticeShown(BaseForm):
    """Which privacy notice the page showed."""

    notice = HiddenField()
    office_notice = HiddenField()

    def show_notice(self, language: str, newest: FormNotice | None) -> None:
        """Name the notice that the page shows."""
        self.notice.data = f"{CURRENT_VERSION}.{language}"
        self.office_notice.data = str(newest.id if newest else "")

    @property
    def notice_shown(self) -> tuple[int, str]:
        """Version and language of the privacy notice that the page showed."""
        version, _dot, language = (self.notice.data or "").partition(".")
        return (int(version) if version.isascii() and version.isdigit() and len(version) < 4 else CURRENT_VERSION), language

    @property
    def office_notice_shown(self) -> int | None:
        """Id of the office's version that the page showed; None if it showed none."""
        typed = self.office_notice.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


class NoticeFields(NoticeShown):
    """That the privacy notice was read, and which one the page showed."""

    notice_read = BooleanField(
        _l("I have read the privacy notice"), validators=[required(_l("Please read the privacy notice and mark that you have read it."))]
    )

    def show_notice(self, language: str, newest: FormNotice | None) -> None:
        """Name the notice that the page shows; if the office has published another meanwhile, that one is still to be read."""
        if self.office_notice_shown != (newest.id if newest else None):
            self.notice_read.data = False
        super().show_notice(language, newest)


class FirstOpeningForm(NoticeShown):
    """The surname that opens a page, and the notice shown with it. The route deletes `surname` where the mailbox is proven."""

    surname = one_line(
        _l("Your first surname"),
        length=LINE,
        message=_l("Please write your first surname."),
        description=_l("As it stands in your papers; accents and capitals do not matter. If you have a single name, write that."),
        render_kw={"autocomplete": "family-name", "spellcheck": "false"},
    )


class RegistrationForm(PersonFields, IdentityFields, NoticeFields):
    """The public registration form. The route deletes `code` if the seminar asks for none, and `reserve` if it does not offer it."""

    code = one_line(
        _l("Registration code"),
        length=LONGEST_CODE,
        message=_l("Please type the registration code of your invitation."),
        render_kw={"spellcheck": "false"},
    )
    agency = own_agency()
    agency_text = own_agency_text()
    unit = unit_field()
    position = position_field()
    email = email_field()
    email_asked = HiddenField()
    """The address that looks mistyped and that the person has been asked about; sent again, it is taken."""
    phone = phone_field()
    language = language_field()
    reserve = reserve_field()
    submission_id = showing_field()
    corrects = HiddenField()
    """Which form of the same sender this one corrects, with the token of its page."""

    def validate_email(self, field: Field) -> None:
        """Ask once about an address whose domain looks mistyped."""
        asked, meant = self.email_asked.data, domain_meant(field.data or "")
        self.email_asked.data = field.data if meant else None
        if meant and asked != field.data:
            raise ValidationError(
                _l("Did you mean %(domain)s? Your personal link goes to this address. If it is right, send the form again.", domain=meant)
            )

    def typed(self) -> Typed:
        """Return all that the form says."""
        version, language = self.notice_shown
        return Typed(
            entry=self.entry(),
            notice_version=version,
            notice_language=language,
            office_notice_id=self.office_notice_shown,
            code=self.code.data if "code" in self else None,
        )

    def begin(self, typed: Typed) -> None:
        """Fill the form with what was typed before, to correct it."""
        entry, person = typed.entry, typed.entry.person
        self.show_person(person)
        self.show_identity(entry.identity)
        self.agency.data, self.unit.data, self.position.data = entry.agency_id, entry.unit, entry.position
        self.agency.written = self.agency_text.data = entry.agency_text
        self.email.data, self.language.data = person.email, person.language
        self.phone.data = shown_phone(person.phone) if person.phone else None
        self.notice_read.data = True
        self.office_notice.data = str(typed.office_notice_id or "")
        if "code" in self:
            self.code.data = typed.code
        if "reserve" in self:
            self.reserve.data = person.reserved_reason is not None

    def entry(self) -> Entry:
        """Return what was filled in."""
        language = self.language.data or LANGUAGES[0]
        person = self.person_data(email=self.email.data, phone=self.phone.data, language=language)
        reserved = "reserve" in self and self.reserve.data
        return Entry(
            person=replace(person, reserved_reason=ReservedReason.OWN_REQUEST) if reserved else person,
            agency_id=self.agency.data,
            agency_text=written_agency(self.agency, self.agency_text),
            unit=self.unit.data or None,
            position=self.position.data or None,
            identity=self.identity(),
        )


class HandForm(PersonFields, IdentityFields):
    """The form with which staff register a person: no notice to acknowledge, and the e-mail address is optional."""

    agency = _agency()
    agency_text = _agency_text()
    unit = unit_field()
    position = one_line(_l("Position"), length=LINE, needed=False)
    email = email_field(needed=False)
    phone = phone_field()
    language = language_field()
    submission_id = showing_field()
    another = PressedField()
    """«1»: it is none of the people that the page has asked about."""

    def entry(self) -> Entry:
        """Return what was filled in."""
        return Entry(
            person=self.person_data(email=self.email.data, phone=self.phone.data, language=self.language.data or LANGUAGES[0]),
            agency_id=self.agency.data,
            agency_text=written_agency(self.agency, self.agency_text),
            unit=self.unit.data or None,
            position=self.position.data or None,
            identity=self.identity(),
        )


class KnownForm(IdentityFields):
    """The form with which staff register a known person: where the person works now."""

    agency = _agency()
    agency_text = _agency_text()
    unit = unit_field()
    position = one_line(_l("Position"), length=LINE, needed=False)
    language = language_field()
    submission_id = showing_field()

    def entry(self, person: ShownPerson) -> Entry:
        """Return what was filled in, for this person."""
        return Entry(
            person=PersonData(
                given_names=person.given_names or "",
                surname1=person.surname1,
                surname2=person.surname2,
                certificate_name=person.full_name,
                email=person.email,
                language=self.language.data or LANGUAGES[0],
            ),
            agency_id=self.agency.data,
            agency_text=written_agency(self.agency, self.agency_text),
            unit=self.unit.data or None,
            position=self.position.data or None,
            identity=self.identity(),
        )


class CorrectionForm(PersonFields):
    """Staff's corrections of a participant."""

    agency = _agency()
    agency_text = _agency_text()
    unit = unit_field()
    position = one_line(_l("Position"), length=LINE, needed=False)
    email = email_field(needed=False)
    phone = phone_field()
    language = language_field()
    opened = HiddenField()

    def begin(self, registration: SeenRegistration) -> None:
        """Fill the form with the stored data."""
        person = registration.person
        self.show_person(person)
        self.agency.data = registration.agency_id
        self.agency.written = self.agency_text.data = registration.agency_text
        self.unit.data, self.position.data = person.unit, person.position
        self.email.data, self.phone.data, self.language.data = person.email, person.phone, registration.language
        self.reopen(registration)

    def reopen(self, registration: SeenRegistration) -> None:
        """Take the stored version as the new starting point; keep what was typed."""
        self.opened.data = registration.edition

    def correction(self) -> StaffCorrection:
        """Return what was filled in."""
        return StaffCorrection(
            person=self.person_data(email=self.email.data, phone=self.phone.data, language=self.language.data or LANGUAGES[0]),
            agency_id=self.agency.data,
            agency_text=written_agency(self.agency, self.agency_text),
            unit=self.unit.data or None,
            position=self.position.data or None,
        )


class SplitForm(PersonFields):
    """The person whose registration was given to somebody else's record."""

    email = email_field(needed=False)

    def begin(self, registration: SeenRegistration) -> None:
        """Fill the form with the data of the record that has the registration now."""
        self.show_person(registration.person)
        self.email.data = registration.person.email

    def person(self, language: str) -> PersonData:
        """Return what was typed."""
        return self.person_data(email=self.email.data, phone=None, language=language)


class MergeForm(BaseForm):
    """Which of two records stays."""

    kept = RadioField(_l("Which record stays?"), validators=[required(_l("Please choose the record that stays."))])
    opened = HiddenField()

    def offer(self, compared: Comparison) -> None:
        """Set the two records, with the one that is proposed, and what was compared."""
        self.kept.choices = [(each.person.public_id.hex, each.person.full_name) for each in compared.records]
        if self.kept.data is None:
            self.kept.data = compared.stays.person.public_id.hex

    def reopen(self, compared: Comparison) -> None:
        """Take what is compared now as the starting point."""
        self.opened.data = compared.edition


def showing(field: HiddenField) -> uuid.UUID:
    """Return the id of this display of the form, or a new id if the value is malformed."""
    try:
        return uuid.UUID(hex=field.data or "")
    except ValueError:
        return uuid.uuid4()


REMOVAL_REASONS = choices_of(
    ("", _l("Choose a reason")),
    (RemovalReason.ADMINISTRATIVE.value, _l("Administrative")),
    (RemovalReason.CANCELLED.value, _l("The person or the agency cancelled")),
    (RemovalReason.DOCUMENTS.value, _l("Documents incomplete")),
    (RemovalReason.NO_SHOW.value, _l("Did not come")),
    (RemovalReason.PREREQUISITES.value, _l("Prerequisites not met")),
    (RemovalReason.OTHER.value, _l("Other")),
)


class RemovalForm(BaseForm):
    """The reason for removing a registration."""

    reason = SelectField(_l("Reason"), choices=REMOVAL_REASONS, validators=[required(_l("Please choose why this person is removed."))])
    note = one_line(_l("Note for the office"), length=300, needed=False)


class ManyForm(BaseForm):
    """What is decided about many, and the reason of a removal."""

    do = SelectField(choices=choices_of(*((each.value, each.value) for each in Decision)))
    reason = SelectField(_l("Reason"), choices=REMOVAL_REASONS, validate_choice=False)

    def validate_reason(self, field: Field) -> None:
        """Ask for the reason of a removal."""
        if self.do.data == Decision.REMOVE.value and field.data not in {each.value for each in RemovalReason}:
            raise ValidationError(_l("Please choose why these people are removed."))


def _reason(label: Any, reasons: Iterable[ReservedReason], message: Any) -> SelectField:
    found = ((reason.value, word) for reason, word in _REASONS.items() if reason in reasons)
    return SelectField(label, choices=choices_of(("", _l("Choose a reason")), *found), validators=[required(message)])


_REASONS = {
    ReservedReason.OWN_REQUEST: _l("The person asks for it"),
    ReservedReason.AGENCY_REQUEST: _l("The agency asks for it"),
    ReservedReason.AUTHORITY_ORDER: _l("An authority orders it"),
    ReservedReason.MISTAKE: _l("It was a mistake"),
}


class ReserveForm(BaseForm):
    """The reason for reserving an identity."""

    reserve_reason = _reason(_l("Reason"), MAY_RESERVE, _l("Please choose why this identity is reserved."))


class EndReserveForm(BaseForm):
    """The reason for showing the name again."""

    end_reason = _reason(_l("Reason"), ReservedReason, _l("Please choose why the name is shown again."))


class AgainForm(BaseForm):
    """The button that sends a form's mail again."""

    press = showing_field()
    """Id of the page with the button: pressed twice, it sends one mail."""


class LostLinkForm(BaseForm):
    """The address whose personal links are to be sent again."""

    email = email_field()


class DecisionForm(BaseForm):
    """A form with only a button, which changes one registration."""


class QuotaForm(FormPart):
    """One quota: agency, seats, release date. It inherits from FormPart because the outer form sets the language of a nested form."""

    agency = AgencyField(_l("Agency or group"), validators=[optional()], description="")
    size = IntegerField(
        _l("Seats"),
        validators=[optional(), NumberRange(0, MOST_SEATS, _l("Please write a number of seats from 0 to %(max)s."))],
        widget=TextInput(),
        render_kw={"inputmode": "numeric"},
    )
    release_on = DateField(_l("Released on"), validators=[optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and that seats or a date are for an agency: what was written is never left out silently."""
        valid = super().validate(extra_validators)
        if self.agency.data is None and not self.agency.errors and (_written(self.size) or _written(self.release_on)):
            self.agency.errors = [_("Please choose the agency or group that these seats are for, or empty the line.")]
            return False
        return valid


def _written(field: Any) -> bool:
    return any(str(value).strip() for value in field.raw_data or ())


class SeatsForm(BaseForm):
    """Capacity and quotas. A line that is empty is ignored; a quota of 0 seats reserves none."""

    opened = HiddenField()
    releases = HiddenField()
    """«1»: the page has said that a quota is released when it is saved."""
    capacity = IntegerField(
        _l("Seats in all"),
        validators=[
            required(_l("Please write how many seats the seminar has.")),
            NumberRange(1, MOST_SEATS, _l("Please write a number of seats from 1 to %(max)s.")),
        ],
        widget=TextInput(),
        render_kw={"inputmode": "numeric"},
    )
    release_all = DateField(_l("Release date for all"), validators=[optional()])
    quotas = FieldList(FormField(QuotaForm), max_entries=200)

    def offer(self, groups: Any) -> None:
        """Set the agencies that can be chosen in each quota."""
        groups = list(groups)
        for line in self.quotas:
            line.form.agency.offer(groups, whole_groups=True)

    def wished(self) -> list[WishedPool]:
        """Return the quotas that were filled in; those without a date of their own get the date for all."""
        lines, for_all = (line.form for line in self.quotas), _day(self.release_all)
        return [
            WishedPool(line.agency.data, line.size.data or 0, _day(line.release_on) or for_all)
            for line in lines
            if line.agency.data is not None
        ]


def _day(field: DateField) -> date | None:
    return field.data if isinstance(field.data, date) else None
