"""Names in lists: split two surnames in one cell, and turn capitals into normal case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from seminar_app.core.folding import fold

PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "e", "da", "das", "do", "dos", "di", "van", "von", "der"})
PREFIXES = PARTICLES | {"mac", "mc", "san", "santa", "santo"}
"""Words that never end a surname: «de la O», «Mac Gregor», «San Martín»."""

SUFFIXES = frozenset({"jr", "jnr", "sr", "ii", "iii", "iv", "hijo"})
"""Folded words behind a name that are no surname: «Peter van der Berg Jr.»."""

_WORD_START = re.compile(r"(?<![^\W\d_])[^\W\d_]")


def split_surnames(both: str) -> tuple[str, str]:
    """Split «de la O Martínez» into «de la O» and «Martínez». The second is empty where there is only one.

    A prefix belongs to the word after it; the words after the first surname are the second. The cell itself does not say
    where to split, so a real import shows the result for confirmation.
    """
    both, suffix = cut_suffix(both)
    words = both.split()
    end = 0
    while end < len(words) - 1 and fold(words[end]) in PREFIXES:
        end += 1
    first, second = " ".join(words[: end + 1]), " ".join(words[end + 1 :])
    return (first, f"{second} {suffix}".strip()) if second else (f"{first} {suffix}".strip(), "")


def cut_suffix(name: str) -> tuple[str, str]:
    """Return a name without what tells father and son apart, and that: «Berg Jr.» gives «Berg» and «Jr.»."""
    words = name.split()
    if len(words) < 2 or fold(words[-1]) not in SUFFIXES:
        return name, ""
    return " ".join(words[:-1]).rstrip(","), words[-1]


def spellings(names: Iterable[str]) -> Mapping[str, str]:
    """Return how names that are not in capitals are spelled, by folded form."""
    return {fold(name): name for name in names if name and not name.isupper()}


def normal_case(name: str, known: Mapping[str, str]) -> str:
    """Return a name in capitals in normal case; return any other name unchanged.

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
    """Return «D’Acosta» for «D’ACOSTA»: a letter that follows no letter is a capital."""
    return _WORD_START.sub(lambda match: match.group().upper(), word.lower())
