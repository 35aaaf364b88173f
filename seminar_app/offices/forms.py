"""Forms about offices."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectField
from wtforms.validators import Regexp

from seminar_app.web.forms import BaseForm, one_line, required
from seminar_app.web.places import country_choices

CODE = r"^[A-Za-z0-9][A-Za-z0-9-]*$"


class OfficeForm(BaseForm):
    """Fields of an existing office."""

    name_es = one_line(_l("Name in Spanish"), length=200, message=_l("Please write the name in Spanish."))
    name_en = one_line(_l("Name in English"), length=200, message=_l("Please write the name in English."))
    city = one_line(_l("City"), length=100, needed=False)
    country = SelectField(_l("Country"), validators=[required(_l("Please choose the country."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = country_choices()


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
