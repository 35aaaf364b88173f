"""What a page learns of itself while its main part is rendered, which the frame around it says: errors, and a form to be kept.

The frame (`templates/_layout/base.html`) renders the main part first. So the title begins with «Error:» where there is one, errors
are listed in the order of the fields on the page, and the language switch sends the form, which comes back with what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, g
from msgspec import Struct, field
from wtforms import Form
from wtforms.fields import Field, FieldList, FormField


class PageParts(Struct):
    """Fields and forms in the order in which the page shows them."""

    places: dict[Field, int] = field(default_factory=dict)
    """The place of each field."""
    forms: list[str] = field(default_factory=list)
    kept: str | None = None
    errors: bool = False


def init_app(app: Flask) -> None:
    """Let templates tell and ask."""
    app.jinja_env.globals.update(
        field_is_shown=field_is_shown, form_is_shown=form_is_shown, errors_of=errors_of, error_is_shown=error_is_shown, page_parts=_parts
    )


def _parts() -> PageParts:
    parts: PageParts = g.setdefault("page_parts", PageParts())
    return parts


def field_is_shown(shown: Field) -> str:
    """Note that the page shows this field here. Returns no text."""
    places = _parts().places
    places.setdefault(shown, len(places))
    return ""


def form_is_shown(form: Form, wanted: str | None = None) -> str:
    """Note that the page shows a form, after its fields, and return its id.

    The first with something to fill in is the one that the language switch sends.

    Args:
        form: whose fields the page has shown.
        wanted: its id, if it has one of its own.
    """
    parts = _parts()
    name = wanted or f"form-{len(parts.forms) + 1}"
    parts.forms.append(name)
    if parts.kept is None and any(each in parts.places for each in _fields(form)):
        parts.kept = name
    return name


def errors_of(form: Form) -> list[tuple[Field, str]]:
    """Return each field that has errors, with its sentences, in the order of the page. Fields that it does not show come last."""
    parts = _parts()
    found = [(each, str(message)) for each in _fields(form) for message in each.errors]
    parts.errors = parts.errors or bool(form.errors)
    return sorted(found, key=lambda pair: parts.places.get(pair[0], len(parts.places)))


def error_is_shown() -> str:
    """Note that the page says that something was wrong. Returns no text."""
    _parts().errors = True
    return ""


def _fields(form: Form) -> Iterator[Field]:
    """Yield the fields of a form and of its parts, each that holds a value by itself."""
    for each in form:
        yield from _inside(each)


def _inside(each: Any) -> Iterator[Field]:
    if isinstance(each, FormField):
        yield from _fields(each.form)
    elif isinstance(each, FieldList):
        for entry in each:
            yield from _inside(entry)
    else:
        yield each
