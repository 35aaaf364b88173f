"""How the file of a certificate is called: «García López, Ana - 000123.pdf», on every system and without clashes."""

from __future__ import annotations

import re
import unicodedata

from seminar_app.certificates.printed import Printed

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
MOST_BYTES = 150
"""Of the person's part: file systems take 255 bytes of a name."""


def entry_name(printed: Printed) -> str:
    """Return the name of a certificate's file. Two certificates have two numbers, so no two names are the same."""
    surnames = " ".join(filter(None, (printed.surname1, printed.surname2)))
    return f"{_fit(', '.join(filter(None, (surnames, printed.given_names))))} - {printed.number:06}.pdf"


def _fit(text: str) -> str:
    plain = unicodedata.normalize("NFC", _NOT_IN_NAMES.sub(" ", text))
    shown = "".join(each for each in plain if unicodedata.category(each) not in {"Cf", "Cs", "Co", "Cn"})
    cut = shown.encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore")
    return " ".join(cut.split()).strip(". ")
