"""Refusals: expected answers of «no», each a sentence for the person who asked."""

from __future__ import annotations

from typing import ClassVar, NamedTuple


def N_(sentence: str) -> str:  # noqa: N802  the name that catalogue extraction looks for
    """Mark a sentence for translation without translating it yet."""
    return sentence


class InBothLanguages(NamedTuple):
    """A value for a refusal's sentence that is stored in Spanish and English; the reader's own is shown, else the other."""

    es: str | None
    en: str | None


class Refusal(Exception):
    """Something may not be done. Becomes the form again with the sentence on it, and 422.

    A subclass sets `sentence` (English, marked with `N_`, with %(name)s places) and, where one field is
    to blame, `field`. Values for the places are keyword arguments; dates, times and texts in both languages are
    written the reader's way.
    """

    sentence: ClassVar[str] = N_("That cannot be done.")
    field: str | None = None

    def __init__(self, **values: object) -> None:
        super().__init__(self.sentence % values if values else self.sentence)
        self.values = values


class NotFound(Exception):
    """There is no such thing, or it is somebody else's: the answer is the same 404."""


class StaleEdit(Refusal):
    """Somebody saved the same record after this person opened it; what was typed is kept."""

    sentence = N_(
        "Somebody else has changed this while you were editing it. What you typed is still here and nothing of it is saved yet: "
        "saving it again replaces what the other person changed."
    )
