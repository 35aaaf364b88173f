"""Names out of lists: two surnames in one cell, and capitals turned into the case a person would write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from seminar_app.core.folding import fold

PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "e", "da", "das", "do", "dos", "di", "van", "von", "der"})
PREFIXES = PARTICLES | {"mac", "mc", "san", "santa", "santo"}
"""Words that never end a surname: «de la O», «Mac Gregor», «San Martín»."""

_WORD_START = re.compile(r"(?<![^\W\d_])[^\W\d_]")


def split_surnames(both: str) -> tuple[str, str]:
    """«de la O Martínez» is «de la O» and «Martínez». The second is empty where there is one only.

    Prefixes go with the word after them; what is left over after the first surname is the second. A list that has
    both in one cell does not say more, so whoever imports it for real is shown the split before it is kept.
    """
    words = both.split()
    end = 0
    while end < len(words) - 1 and fold(words[end]) in PREFIXES:
        end += 1
    return " ".join(words[: end + 1]), " ".join(words[end + 1 :])


def spellings(names: Iterable[str]) -> Mapping[str, str]:
    """How people who did not write in capitals spell each name, by its folded form."""
    return {fold(name): name for name in names if name and not name.isupper()}


def normal_case(name: str, known: Mapping[str, str]) -> str:
    """A name in capitals, in the case it would be written by hand; any other name as it is.

    Args:
        known: `spellings()` of the names at hand: only they can tell McGregor from Mcgregor, and «De la Cruz»
            from «de la Cruz».
    """
    if not name.isupper():
        return name
    if (spelled := known.get(fold(name))) and spelled.upper() == name:
        return spelled
    return " ".join(word.lower() if fold(word) in PARTICLES else _capital(word) for word in name.split())


def _capital(word: str) -> str:
    """«D’ACOSTA» is «D’Acosta»: a letter after none is large."""
    return _WORD_START.sub(lambda match: match.group().upper(), word.lower())
