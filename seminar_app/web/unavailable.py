"""Offer the form that was sent to be sent again, where the database could not serve it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from msgspec import Struct
from werkzeug.exceptions import HTTPException
from wtforms import Form
from wtforms.fields import BooleanField, FieldList, FileField, FormField, PasswordField, SelectField, SubmitField

from seminar_app.web.body_reading import was_refused
from seminar_app.web.sending_site import may_be_anothers


class KeptForm(Struct, frozen=True):
    """The form that was sent, for a page that offers to send it again.

    Attributes:
        action: address to send it to.
        fields: all names and values, the CSRF token as it came.
        shown: what the person typed or chose, by the labels of the form; empty if the view had not made the form yet.
    """

    action: str
    fields: list[tuple[str, str]]
    shown: list[tuple[str, str]]


def kept_form() -> KeptForm | None:
    """Return the form of this request.

    None if there is none, if it has a file or a password, which no page repeats, or if another site may have written it: whoever
    pressed the button of such a page would do what a stranger wants.
    """
    if request.method != "POST" or was_refused() or may_be_anothers():
        return None
    try:
        fields = list(request.form.items(multi=True))
        files = any(upload.filename for upload in request.files.values())
    except HTTPException:  # too large, or no form
        return None
    if not fields or files or any("password" in name for name, _value in fields):
        return None
    action = request.full_path if request.query_string else request.path
    made: Form | None = g.get("form_sent")
    return KeptForm(action, fields, list(_shown(made)) if made is not None else [])


def _shown(form: Any) -> Iterator[tuple[str, str]]:
    """Yield labels and values of the visible fields."""
    for field in form:
        if isinstance(field, FormField):
            yield from _shown(field.form)
        elif isinstance(field, FieldList):
            for entry in field.entries:
                yield from _shown(entry.form if isinstance(entry, FormField) else [entry])
        elif isinstance(field, BooleanField):
            yield str(field.label.text), _("Yes") if field.data else _("No")
        elif not isinstance(field, (FileField, PasswordField, SubmitField)) and not _is_hidden(field) and (value := _value(field)):
            yield str(field.label.text), value


def _is_hidden(field: Any) -> bool:
    return getattr(field.widget, "input_type", None) == "hidden"


def _value(field: Any) -> str:
    """Return the sent value, in the words of the option if the field has them (an agency is shown by its code)."""
    sent = ", ".join(str(value) for value in field.raw_data or () if value)
    if isinstance(field, SelectField) and field.choices:
        choices: Any = field.iter_choices()  # the stubs are of 3.2
        return next((str(choice.label) for choice in choices if str(choice.value) == sent), sent)
    return sent
