"""Forms about accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.fields import RadioField, SelectField

from seminar_app.agencies.forms import AgencyField
from seminar_app.web.forms import BaseForm, mailable_address, one_line, required
from seminar_app.web.languages import LANGUAGES


def _language_field() -> RadioField:
    return RadioField(
        _l("Language of their pages and mail"), choices=dict(LANGUAGES), validators=[required(_l("Please choose a language."))]
    )


class AccountForm(BaseForm):
    """Fields of an existing account."""

    name = one_line(_l("Name"), length=200, message=_l("Please write the name."), render_kw={"autocomplete": "off"})
    language = _language_field()


class InvitationForm(BaseForm):
    """The person who is invited."""

    name = one_line(_l("Name"), length=200, message=_l("Please write the name."), render_kw={"autocomplete": "off"})
    email = one_line(
        _l("E-mail"),
        length=320,
        message=_l("Please write the e-mail address."),
        validators=[mailable_address],
        render_kw={"type": "email", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        description=_l("The invitation goes there, with a link for choosing a password."),
    )
    language = _language_field()


class NewAccountForm(InvitationForm):
    """Fields of a new account, with its first role."""

    grant = SelectField(_l("What they may do"), validators=[required(_l("Please choose what they may do."))])


class LiaisonForm(InvitationForm):
    """The person who is invited as liaison, the agency, and the office that invites where the organizer has several."""

    agency = AgencyField(_l("Agency"), validators=[required(_l("Please choose the agency."))])
    office = SelectField(_l("Office that invites"), validators=[required(_l("Please choose the office."))])


class GrantForm(BaseForm):
    """One more role for an account."""

    grant = SelectField(_l("What they may do"), validators=[required(_l("Please choose what they may do."))])
