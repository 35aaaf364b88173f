"""What staff fill in about accounts and offices."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import Field, RadioField, SelectField
from wtforms.form import Form
from wtforms.validators import ValidationError

from seminar_app.core.folding import canonical_email
from seminar_app.web.forms import BaseForm, one_line, required
from seminar_app.web.languages import LANGUAGES


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
