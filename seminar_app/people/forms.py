"""Form fields for a person's name, sex and contact data."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields import Field
from wtforms.validators import ValidationError
from wtforms.widgets import EmailInput, TelInput

from seminar_app.core.folding import visible
from seminar_app.core.phones import readable_phone
from seminar_app.people.rules import Sex, certificate_name, is_name
from seminar_app.people.services import PersonData
from seminar_app.people.shown import ShownPerson
from seminar_app.web.forms import SHORT, BaseForm, choices_of, mailable_address, one_line, required

LONGEST_EMAIL = 254
LONGEST_PHONE = 32
LONGEST_CERTIFICATE_NAME = 300
HYPHENS = ("-", "–", "—", "‐")
LANGUAGES = (("es", "Español"), ("en", "English"))


def email_field(*, needed: bool = True, of_another: bool = False) -> Any:
    """Return an e-mail field. Its data become the canonical form. `of_another`: it is not the address of whoever types."""
    yours = _l("Please write your e-mail address, for example nombre@dependencia.gob.mx.")
    theirs = _l("Please write the e-mail address, for example nombre@dependencia.gob.mx.")
    return one_line(
        _l("E-mail"),
        length=LONGEST_EMAIL,
        needed=needed,
        message=theirs if of_another else yours,
        validators=[mailable_address],
        widget=EmailInput(),
        render_kw={"autocomplete": "off" if of_another else "email", "spellcheck": "false", "autocapitalize": "none"},
    )


def phone_field(*, of_another: bool = False) -> Any:
    """Return an optional phone field. The number is stored as E.164 if it can be read as one, else as typed."""
    kept = {"autocomplete": "off" if of_another else "tel"}
    return one_line(_l("Phone"), length=LONGEST_PHONE, needed=False, widget=TelInput(), render_kw=kept)


def language_field() -> Any:
    """Return the field for the language of mail and certificate."""
    return RadioField(_l("Language for mail and the certificate"), choices=choices_of(*LANGUAGES), default="es")


def _seen(text: Any) -> Any:
    """Take out what nobody sees: it would make a second person of the same name, or turn a page's text round."""
    return visible(text) if isinstance(text, str) else text


def _a_name(_form: Any, field: Field) -> None:
    if not is_name(str(field.data)):
        raise ValidationError(_("A name has letters, spaces, hyphens, apostrophes and dots. Please take out the other signs."))


def _a_surname(form: Any, field: Field) -> None:
    """Accept a hyphen for «I have none»: a single name is enough, and a field left empty by mistake is still noticed."""
    if field.data not in HYPHENS:
        _a_name(form, field)


NOT_SAID = "-"
"""The answer of people who prefer not to tell their sex. Nothing is chosen beforehand: a preset answer looks like a given one."""


def sex_field(*, of_another: bool = False) -> Any:
    """Return the question about sex, with nothing chosen. `of_another`: somebody else than the person answers it."""
    return RadioField(
        _l("Sex"),
        choices=choices_of(
            (Sex.FEMALE.value, _l("Female")),
            (Sex.MALE.value, _l("Male")),
            (Sex.OTHER.value, _l("Other")),
            (NOT_SAID, _l("Not known or not said") if of_another else _l("Prefer not to say")),
        ),
        validators=[
            required(
                _l("Please choose an answer; «Not known or not said» is one, too.")
                if of_another
                else _l("Please choose an answer; «Prefer not to say» is one, too.")
            )
        ],
    )


def sex_of(answer: str) -> Sex | None:
    """Return what was answered; None if the person prefers not to say."""
    return None if answer == NOT_SAID else Sex(answer)


def _given_names(*, of_another: bool = False) -> Any:
    return one_line(
        _l("Given name(s)"),
        length=SHORT,
        message=_l("Please write the given name.") if of_another else _l("Please write your given name."),
        validators=[_a_name],
        filters=[_seen],
        render_kw={"autocomplete": "off" if of_another else "given-name", "autocapitalize": "words"},
    )


def _surname1(*, of_another: bool = False) -> Any:
    single = _l("If the person has only one name, write a hyphen.") if of_another else _l("If you have only one name, write a hyphen.")
    return one_line(
        _l("First surname"),
        length=SHORT,
        message=_l("Please write the first surname, or a hyphen if the person has only one name.")
        if of_another
        else _l("Please write your first surname, or a hyphen if you have only one name."),
        validators=[_a_surname],
        filters=[_seen],
        description=single,
        render_kw={"autocomplete": "off" if of_another else "family-name", "autocapitalize": "words"},
    )


def _surname2(*, of_another: bool = False) -> Any:
    render_kw = {"autocapitalize": "words"} | ({"autocomplete": "off"} if of_another else {})
    return one_line(_l("Second surname"), length=SHORT, needed=False, validators=[_a_name], filters=[_seen], render_kw=render_kw)


class NameFields(BaseForm):
    """The parts of the name, and the name on the certificate."""

    given_names = _given_names()
    surname1 = _surname1()
    surname2 = _surname2()
    certificate_name = one_line(
        _l("Name on the certificate"),
        length=LONGEST_CERTIFICATE_NAME,
        needed=False,
        validators=[_a_name],
        filters=[_seen],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and measure the name on the certificate also where it is built from the parts of the name.

        What is wrong in a part is not said again of the name that is built of it.
        """
        valid = super().validate(extra_validators)
        parts = [self[name] for name in ("given_names", "surname1", "surname2")]
        whole, built = self["certificate_name"], certificate_name(*(part.data or "" for part in parts))
        if any(part.errors for part in parts) and whole.data == built:
            whole.errors = []
        if whole.data or len(built) <= LONGEST_CERTIFICATE_NAME:
            return valid
        whole.errors = [
            _(
                "Joined, the parts of the name have more than %(max)d characters. Please write here what the certificate should carry.",
                max=LONGEST_CERTIFICATE_NAME,
            )
        ]
        return False

    def show_name(self, named: Any) -> None:
        """Fill in a name: of a person, or as an official asked for it."""
        for name in ("given_names", "surname1", "surname2", "certificate_name"):
            self[name].data = getattr(named, name)
        self["surname1"].data = named.surname1 or HYPHENS[0]

    def names(self) -> dict[str, Any]:
        """Return the name by column. The name on the certificate, left empty, is built from the parts."""
        given_names, surname1, surname2 = (self[name].data for name in ("given_names", "surname1", "surname2"))
        surname1 = "" if surname1 in HYPHENS else surname1
        return {
            "given_names": given_names,
            "surname1": surname1,
            "surname2": surname2 or None,
            "certificate_name": self["certificate_name"].data or certificate_name(given_names, surname1, surname2),
        }


class PersonFields(NameFields):
    """The parts of the name, the name on the certificate, and sex."""

    sex = sex_field()

    def show_person(self, person: ShownPerson | PersonData) -> None:
        """Fill the form with what is stored, or was typed before."""
        self.show_name(person)
        self["sex"].data = person.sex.value if person.sex else NOT_SAID

    def person_data(self, *, email: str | None, phone: str | None, language: str) -> PersonData:
        """Return what was typed."""
        return PersonData(
            **self.names(),
            sex=sex_of(self["sex"].data),
            email=email or None,
            phone=readable_phone(phone) if phone else None,
            language=language,
        )


class OthersFields(PersonFields):
    """The same of a person who is not the one that types: the words do not speak to them, and the browser proposes nothing."""

    given_names = _given_names(of_another=True)
    surname1 = _surname1(of_another=True)
    surname2 = _surname2(of_another=True)
    sex = sex_field(of_another=True)
    email = email_field(needed=False, of_another=True)
    phone = phone_field(of_another=True)


class SearchForm(BaseForm):
    """A name or an e-mail address. It is sent in the request body, never in the URL."""

    words = one_line(_l("Name or e-mail"), length=SHORT, needed=False)
