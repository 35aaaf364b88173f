"""What is said of a surname that a visitor typed."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.certificates.services import Compared


def why_not(compared: Compared) -> str:
    """Return the one sentence for a wrong surname, a reserved identity and an erased name; or when another one is compared."""
    if compared.refused:
        return wait_in_words(compared.wait)
    if compared.wait:
        return " ".join((_("We cannot confirm this surname."), wait_in_words(compared.wait)))
    left = ngettext(
        "Please check how it is written: %(num)d more try is possible within the hour.",
        "Please check how it is written: %(num)d more tries are possible within the hour.",
        compared.left,
    )
    return " ".join((_("We cannot confirm this surname."), left))


def wait_in_words(seconds: int) -> str:
    """Return the sentence that says when another surname is compared; empty if one is compared now."""
    if not seconds:
        return ""
    sentence: str = ngettext(
        "Five surnames were typed for this certificate within an hour. Another one can be typed in %(num)d minute.",
        "Five surnames were typed for this certificate within an hour. Another one can be typed in %(num)d minutes.",
        -(-seconds // 60),
    )
    return sentence
