"""Forms about offices."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.fields import RadioField, SelectField
from wtforms.validators import Regexp
from wtforms.widgets import EmailInput, TelInput

from seminar_app.web.forms import BaseForm, VersionField, mailable_address, one_line, paragraphs, required
from seminar_app.web.languages import LANGUAGES
from seminar_app.web.places import country_choices, zone_choices

LONGEST_EMAIL = 254
LONGEST_PHONE = 32
CODE = r"^[A-Za-z0-9][A-Za-z0-9-]*$"


class OfficeForm(BaseForm):
    """Fields of an existing office."""

    name_es = one_line(_l("Name in Spanish"), length=200, message=_l("Please write the name in Spanish."))
    name_en = one_line(_l("Name in English"), length=200, message=_l("Please write the name in English."))
    city = one_line(_l("City"), length=100, needed=False)
    country = SelectField(
        _l("Country"),
        validators=[required(_l("Please choose the country."))],
        description=_l("New seminars begin with it."),
    )
    time_zone = SelectField(
        _l("Time zone"),
        validators=[required(_l("Please choose the time zone."))],
        description=_l("New seminars begin with it; each can have its own."),
    )
    language = RadioField(
        _l("Language"),
        choices=dict(LANGUAGES),
        validators=[required(_l("Please choose a language."))],
        description=_l("Of its accounts, until each person chooses."),
    )
    email = one_line(
        _l("E-mail"),
        length=LONGEST_EMAIL,
        needed=False,
        validators=[mailable_address],
        widget=EmailInput(),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        description=_l("A mailbox that the office reads. It stands on the pages of its seminars, and answers to their mail go there."),
    )
    phone = one_line(
        _l("Phone"),
        length=LONGEST_PHONE,
        needed=False,
        widget=TelInput(),
        render_kw={"autocomplete": "off"},
        description=_l("It stands beside the e-mail address. For example, 55 5080 2000, or +1 202 555 0142 of another country."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = country_choices()
        self.time_zone.choices = zone_choices()

    def facts(self) -> dict[str, Any]:
        """Return what was written, under the names of the services' arguments; empty fields are None."""
        names = ("name_es", "name_en", "city", "country", "email", "phone", "language", "time_zone")
        return {name: self[name].data or None for name in names}


class NewOfficeForm(OfficeForm):
    """Fields of a new office."""

    code = one_line(
        _l("Code"),
        length=32,
        message=_l("Please write a code."),
        validators=[Regexp(CODE, message=_l("A code has letters, digits and hyphens only."))],
        description=_l("Short, in capitals, for example HSI-CDMX. It stays as it is."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false"},
    )


class NoticeForm(BaseForm):
    """What an office adds to the privacy notice, in both languages; all empty takes its words back."""

    opened = VersionField()
    text_es = paragraphs(_l("In Spanish"), render_kw={"rows": 12, "lang": "es"})
    text_en = paragraphs(_l("In English"), render_kw={"rows": 12, "lang": "en"})
