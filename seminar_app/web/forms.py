"""The base of all forms: text is cleaned before it is checked, and refusals are shown on their field.

Forms give the shape of input only. Where a form comes from is checked before the view runs (`web.origins`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput, Select

from seminar_app.core.addresses import AddressFault, fault_of_address, normal_address
from seminar_app.core.errors import Refusal
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import only_switches_language

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Let the macro of a searching select show again what was typed."""
    app.jinja_env.globals.update(words_kept=words_kept)


SHORT = 100
LINE = 200
PAGE = 5_000


_CHOOSE = _l("Please choose one of the options.")
_NUMBER = _l("Please write a whole number.")
_OF_WTFORMS = {
    "Not a valid choice.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "'%(value)s' is not a valid choice for this field.": _CHOOSE,
    "'%(value)s' are not valid choices for this field.": _CHOOSE,
    "Not a valid integer value.": _NUMBER,
    "Not a valid date value.": _l("This is not a date we can read. Please write it as year-month-day, for example 2026-06-03."),
    "Not a valid datetime value.": _l("This is not a date and time we can read, for example 2026-06-03 09:00."),
    "Not a valid time value.": _l("This is not a time we can read. Please write it as hours and minutes, for example 09:00."),
}


class _Sentences:
    """Translations of WTForms' own messages into our sentences, in the reader's language."""

    def gettext(self, string: str) -> str:
        """Return our sentence for one of the library's."""
        return str(_OF_WTFORMS.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return our sentence for one of the library's with a number."""
        return self.gettext(singular if n == 1 else plural)


class QuickSelect(Select):
    """A select field that renders its options faster, for lists of hundreds of agencies, zones and countries.

    An option with other attributes than those of a searching select is rendered by WTForms.
    """

    OWN = frozenset({"data-aliases", "data-former", "data-label"})

    @classmethod
    def render_option(cls, choice: SelectChoice, **attributes: Any) -> str:  # type: ignore[override]  # the stubs are of 3.2
        """Render one option."""
        own = choice.render_kw or {}
        if own.keys() - cls.OWN or attributes or isinstance(choice.value, bool):
            return str(super().render_option(choice, **attributes))
        found_by = "".join(f'{name}="{escape(own[name])}" ' for name in sorted(own))
        chosen = "selected " if choice.selected else ""
        return f'<option {found_by}{chosen}value="{escape(choice.value)}">{escape(choice.label or choice.value)}</option>'


class FormPart(Form):
    """Base of forms, and of parts that may stand in a form several times. Its messages are our sentences."""

    class Meta(DefaultMeta):
        """Hooks that WTForms calls."""

        locales = False

        def get_translations(self, form: Any) -> _Sentences:
            """Return our sentences in place of the library's."""
            return _Sentences()

        def render_field(self, field: Field, render_kw: Any) -> Markup:
            """Render the field as HTML."""
            widget: object = field.widget
            if type(widget) is Select:
                field.widget = QuickSelect(multiple=widget.multiple)  # type: ignore[assignment]
            return Markup(super().render_field(field, render_kw))  # nosec B704  # noqa: S704  this HTML is made by WTForms


LONGEST_NUMBER = 32


def _without_odd_numbers(formdata: MultiDict[str, str] | None) -> MultiDict[str, str] | None:
    """Leave out fields such as «lines-²-day», or with thousands of digits: WTForms reads the number of a line and cannot."""
    odd = [name for name in formdata or () if any(part.isdigit() and not _is_number(part) for part in name.split("-"))]
    if formdata is None or not odd:
        return formdata
    return MultiDict([(name, value) for name, value in formdata.items(multi=True) if name not in odd])


def _is_number(digits: str) -> bool:
    return digits.isascii() and len(digits) <= LONGEST_NUMBER


class BaseForm(FormPart):
    """A form filled from the request. `form.accepts()` is true for a POST whose fields are all well formed."""

    def __init__(self, formdata: MultiDict[str, str] | None = None, **kwargs: Any) -> None:
        if formdata is None and request.method == "POST":
            formdata = request.form
            g.form_sent = self  # its labels, if the database cannot serve (web/unavailable.py)
        super().__init__(_without_odd_numbers(formdata), **kwargs)

    @property
    def is_sent(self) -> bool:
        """Whether it shows what was typed, and not yet what is stored."""
        return request.method == "POST"

    def accepts(self) -> bool:
        """Whether this is a POST that asks for something to be done, and every field is well formed."""
        return self.is_sent and not only_switches_language() and self.validate()

    def show(self, refusal: Refusal) -> None:
        """Show a refusal on the field it names, or at the head of the form."""
        target = self._fields.get(refusal.field or "")
        if target is not None:
            target.errors = [*target.errors, sentence_of(refusal)]
        else:
            self.form_errors.append(sentence_of(refusal))

    @property
    def has_errors(self) -> bool:
        """Whether there is anything for the error summary."""
        return bool(self.form_errors) or any(field.errors for field in self)


class VersionField(IntegerField):
    """The version of the record that the page showed, sent back so that no change of others is overwritten.

    Left out or made up it is 0, which no record has; WTForms would take the record's current version instead.
    """

    widget = HiddenInput()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=0, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse the value that came with the form."""
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def show(self, version: int) -> None:
        """Put the newest version into the page, after the reader was told that there is one."""
        self.raw_data, self.data = None, version


class PressedField(HiddenField):
    """What a button of the page says when it is pressed, kept from then on. The hidden field comes first, the button's value last."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the last value that was sent."""
        if valuelist:
            self.data = valuelist[-1]


class Filled(InputRequired):
    """Require a value. WTForms accepts spaces only; this does not."""

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse a value that is empty after cleaning."""
        super().__call__(form, field)
        if field.data == "":
            field.errors[:] = []
            raise StopValidation(self.message or "")


def required(message: str | None = None) -> Filled:
    """Return a validator: the field must be filled; the sentence says with what."""
    return Filled(message or _l("Please fill in this field."))


def at_most(length: int) -> Length:
    """Return a validator: the text has at most `length` characters."""
    return Length(max=length, message=_l("That is too long: at most %(max)d characters."))


def choices_of(*pairs: tuple[str, Any]) -> list[Any]:
    """Return the options of a select or radio field: (value, words) pairs in the shape that WTForms 3.3 needs."""
    return [SelectChoice(value, words) for value, words in pairs]


def optional() -> Optional:
    """Return a validator: the field may be empty; then nothing else is checked."""
    return Optional()


_SPACE = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace()) + "\u200b\u2060\ufeff"
"""Characters without ink that are stripped from both ends of a text, also marks that cells copied from a spreadsheet may begin with."""


def clean_text(value: Any) -> Any:
    """Return text as composed Unicode (NFC) without surrounding space; return other values unchanged."""
    return unicodedata.normalize("NFC", value).strip(_SPACE) if isinstance(value, str) else value


def readable(form: Form, field: Field) -> None:
    """Refuse characters that cannot be stored or shown: NUL and other control characters, lone surrogates."""
    value = field.data
    if not isinstance(value, str):
        return
    allowed = "\r\n\t" if isinstance(field, TextAreaField) else ""
    kept = "".join(c for c in value if c in allowed or unicodedata.category(c) not in ("Cc", "Cs"))
    if kept != value:
        field.data = kept  # the form shows this text again, so it must be safe to show
        raise StopValidation(_("This contains a character that cannot be kept. Please delete it and type the text again."))


def words_beside(name: str, formdata: Any) -> str:
    """Return what was typed into a searching select and not chosen (static/js/combo-box.js): at most one readable line, without marks."""
    text = clean_text(formdata.get(f"{name}-typed", "")) if formdata is not None else ""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))[:LINE]


def words_kept(field: Field) -> str:
    """Return what was typed into this field of the form that was sent and not chosen, so that the page shows it again."""
    return words_beside(field.name, request.form) if request and request.method == "POST" else ""


def whole_address(_form: Form, field: Field) -> None:
    """Refuse what is not a whole e-mail address; keep it in normal form."""
    address = normal_address(field.data)
    if address is None:
        raise ValidationError(_("This is not a whole e-mail address. It looks like name@example.org."))
    field.data = address


_NO_MAIL = {
    AddressFault.NOT_WHOLE: _l("No mail can reach this address. Please check it, for example for a missing @ or dot."),
    AddressFault.ALPHABETS: _l(
        "After the @, this address has a letter of another alphabet that looks like one of ours. Please type it anew."
    ),
    AddressFault.LETTERS: _l("Our mail reaches only addresses without accents or ñ before the @. Please write another address."),
}


def mailable_address(_form: Form, field: Field) -> None:
    """Refuse an address that no mail of ours reaches; keep it in normal form."""
    if (fault := fault_of_address(field.data)) is not None:
        raise ValidationError(str(_NO_MAIL[fault]))
    field.data = normal_address(field.data)


def one_line(label: Any, *, length: int = LINE, needed: bool = True, message: str | None = None, **kwargs: Any) -> StringField:
    """Return a field for one line of text: cleaned, checked for unreadable characters and for length (in characters).

    `filters` come before the cleaning.
    """
    return StringField(
        label, filters=[*kwargs.pop("filters", ()), clean_text], validators=_validators(length, needed, message, kwargs), **kwargs
    )


def paragraphs(label: Any, *, length: int = PAGE, needed: bool = False, message: str | None = None, **kwargs: Any) -> TextAreaField:
    """Return a field for several lines of text."""
    return TextAreaField(label, filters=[clean_text], validators=_validators(length, needed, message, kwargs), **kwargs)


def _validators(length: int, needed: bool, message: str | None, kwargs: dict[str, Any]) -> list[Callable[..., Any]]:
    extra = list(kwargs.pop("validators", ()))
    return [required(message) if needed else optional(), readable, at_most(length), *extra]


__all__ = [
    "BaseForm",
    "FormPart",
    "PressedField",
    "ValidationError",
    "at_most",
    "choices_of",
    "clean_text",
    "csrf",
    "mailable_address",
    "one_line",
    "optional",
    "paragraphs",
    "readable",
    "required",
    "whole_address",
    "words_beside",
]
