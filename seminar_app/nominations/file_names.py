"""Names of files, as they are kept and shown."""

from __future__ import annotations

import unicodedata

LONGEST = 200
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that are not shown, or that change how others are, as those that turn the direction of text."""


def plain_name(sent: str) -> str:
    """Return the name of a file without folders and invisible characters, at most 200 letters: of a long one its end is kept."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    seen = "".join(letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter) not in _INVISIBLE)
    return " ".join(seen.split())[-LONGEST:].strip()
