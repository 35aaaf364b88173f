"""Refusals: expected negative answers, each with a sentence for the person who asked."""

from __future__ import annotations

from typing import ClassVar, NamedTuple


def N_(sentence: str) -> str:  # noqa: N802  the name that catalogue extraction looks for
    """Mark a sentence for translation without translating it yet."""
    return sentence


class InBothLanguages(NamedTuple):
    """A value for a refusal's sentence in Spanish and English; the reader's language is used if present, else the other."""

    es: str | None
    en: str | None


class Refusal(Exception):
    """The request is refused by a rule. Shown as the form again with the sentence on it, and 422.

    A subclass sets `sentence` (English, marked with `N_`, with %(name)s places) and `field` where one field is the cause.
    Keyword arguments fill the places; dates, times and texts in both languages are shown in the reader's language.
    """

    sentence: ClassVar[str] = N_("That cannot be done.")
    field: str | None = None

    def __init__(self, **values: object) -> None:
        super().__init__(self.sentence % values if values else self.sentence)
        self.values = values


class NotFound(Exception):
    """The object does not exist, or the actor may not see it: the answer is the same 404."""


class LinkNotFound(NotFound):
    """No personal link has this address: it is incomplete, was replaced, or has ended."""


class StaleEdit(Refusal):
    """Another person saved the same record after this form was opened; the typed values are kept."""

    sentence = N_(
        "Somebody else has changed this while you were editing it. What you typed is still here and nothing of it is saved yet: "
        "saving it again replaces what the other person changed."
    )
