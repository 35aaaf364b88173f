"""The forms of the public pages on which certificates are verified."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from seminar_app.certificates.rules import address_of_code
from seminar_app.web.forms import LINE, BaseForm, one_line


class CodeForm(BaseForm):
    """The number of a certificate, as it is printed."""

    code = one_line(
        _l("Number of the certificate"),
        length=LINE,
        message=_l("Please type the number of the certificate."),
        description=_l("Digits and eight letters, as in 000123-BCDF-GHJK. Capitals, spaces and hyphens do not matter."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "class": "figures"},
    )

    def validate_code(self, field: Field) -> None:
        """Take whatever may be a number: what it names is said on the next page."""
        if address_of_code(field.data or "") is None:
            raise ValidationError(_("This is no number of a certificate: it begins with digits, as in 000123-BCDF-GHJK."))


class SurnameForm(BaseForm):
    """The surname of the person who shows a certificate."""

    surname = one_line(
        _l("Surname"),
        length=LINE,
        message=_l("Please type the surname of the person who shows the certificate."),
        description=_l("As the person says it; accents and capitals do not matter. Of somebody with a single name, that name."),
        render_kw={"spellcheck": "false", "autocomplete": "off"},
    )
