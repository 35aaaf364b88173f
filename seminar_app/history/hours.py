"""Hours as people type them: «24», «7.5» or «7,5»."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.fields import Field

from seminar_app.web.forms import ValidationError, one_line

HOURS = re.compile(r"[0-9]{1,4}([.,][0-9]{1,2})?")


def minutes_in(text: str | None) -> int:
    """Return the minutes of hours that were typed, half up; 0 if they cannot be read."""
    if not text or not HOURS.fullmatch(text):
        return 0
    return int((Decimal(text.replace(",", ".")) * 60).quantize(Decimal(1), ROUND_HALF_UP))


def _readable_hours(_form: Form, field: Field) -> None:
    if not minutes_in(field.data):
        raise ValidationError(_l("Please write a number of hours, for example 24 or 7.5."))


def hours_field(label: Any, message: Any) -> StringField:
    """Return a field for hours."""
    return one_line(label, length=7, message=message, validators=[_readable_hours], render_kw={"inputmode": "decimal"})
