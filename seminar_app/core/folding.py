"""Fold text for comparison, so that a name is found whatever its spelling."""

from __future__ import annotations

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """Return lower case without accents or punctuation, single spaces: «Núñez  D'Acosta» becomes «nunez d acosta».

    Ñ becomes n, because people without that key type n. A folded key is for searching, never for display.
    """
    bare = text.casefold()
    if not bare.isascii():  # sorting folds lists of thousands, and most words are ASCII
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return _NOT_A_WORD.sub(" ", bare).strip()
