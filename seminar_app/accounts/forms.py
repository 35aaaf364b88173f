"""What staff fill in about accounts and offices."""

from __future__ import annotations

from typing import Any

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import Field, RadioField, SelectField
from wtforms.form import Form
from wtforms.validators import Regexp, ValidationError

from seminar_app.core.folding import canonical_email, fold
from seminar_app.web.forms import BaseForm, one_line, required
from seminar_app.web.languages import LANGUAGES, current_language

CODE = r"^[A-Za-z0-9][A-Za-z0-9-]*$"


def _whole_address(_form: Form, field: Field) -> None:
    try:
        validate_email(field.data, check_deliverability=False)
    except (EmailNotValidError, ValueError) as error:
        raise ValidationError(_("This is not a whole e-mail address. It looks like name@example.org.")) from error
    field.data = canonical_email(field.data)


def _language_field() -> RadioField:
    return RadioField(
        _l("Language of their pages and mail"), choices=dict(LANGUAGES), validators=[required(_l("Please choose a language."))]
    )


class AccountForm(BaseForm):
    """An account that exists."""

    name = one_line(_l("Name"), length=200, message=_l("Please write the name."), render_kw={"autocomplete": "off"})
    language = _language_field()


class NewAccountForm(BaseForm):
    """An account to be made, with the first thing its owner may do."""

    name = one_line(_l("Name"), length=200, message=_l("Please write the name."), render_kw={"autocomplete": "off"})
    email = one_line(
        _l("E-mail"),
        length=320,
        message=_l("Please write the e-mail address."),
        validators=[_whole_address],
        render_kw={"type": "email", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        description=_l("The invitation goes there, with a link for choosing a password."),
    )
    language = _language_field()
    grant = SelectField(_l("What they may do"), validators=[required(_l("Please choose what they may do."))])


class GrantForm(BaseForm):
    """One more thing somebody may do."""

    grant = SelectField(_l("What they may do"), validators=[required(_l("Please choose what they may do."))])


class OwnLanguageForm(BaseForm):
    """One's own language."""

    language = RadioField(
        _l("Language of your pages and mail"), choices=dict(LANGUAGES), validators=[required(_l("Please choose a language."))]
    )


class OfficeForm(BaseForm):
    """An office that exists."""

    name_es = one_line(_l("Name in Spanish"), length=200, message=_l("Please write the name in Spanish."))
    name_en = one_line(_l("Name in English"), length=200, message=_l("Please write the name in English."))
    city = one_line(_l("City"), length=100, needed=False)
    country = SelectField(_l("Country"), validators=[required(_l("Please choose the country."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = country_names()


class NewOfficeForm(OfficeForm):
    """An office to be added."""

    code = one_line(
        _l("Code"),
        length=32,
        message=_l("Please write a code."),
        validators=[Regexp(CODE, message=_l("A code has letters, digits and hyphens only."))],
        description=_l("Short, in capitals, for example HSI-CDMX. It stays as it is."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false"},
    )


def country_names() -> dict[str, str]:
    """Name of every country by its code, in the order of the reader's language, behind an empty choice."""
    territories = Locale.parse(current_language()).territories
    countries = [(code, name) for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY]
    return {"": _("Choose a country")} | dict(sorted(countries, key=lambda country: fold(country[1])))


_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
