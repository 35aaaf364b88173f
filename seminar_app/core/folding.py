"""Text made comparable: how a name is found whichever way somebody types it."""

from __future__ import annotations

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """Lower case, without accents or punctuation, single spaces: «Núñez  D'Acosta» becomes «nunez d acosta».

    Ñ becomes n here because people without the key type n; a search key is for finding, never for showing.
    """
    bare = text.casefold()
    if not bare.isascii():  # lists of thousands are sorted by this, and most words are plain
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return _NOT_A_WORD.sub(" ", bare).strip()


def canonical_email(address: str) -> str:
    """An address as it is compared and stored: no surrounding space, lower case throughout."""
    return address.strip().casefold()
