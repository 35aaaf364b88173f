"""Fold text for comparison, so that a name is found whatever its spelling; and put names in the order of the Spanish alphabet."""

from __future__ import annotations

import re
import unicodedata

OPENED = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ȷ": "j", "ŋ": "n",
    "ŧ": "t", "ĸ": "q", "ə": "e", "ƒ": "f", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ȼ": "c", "ɖ": "d", "ɗ": "d", "ǥ": "g", "ɠ": "g",
    "ɨ": "i", "ɉ": "j", "ƙ": "k", "ƚ": "l", "ɲ": "n", "ƞ": "n", "ɔ": "o", "ɛ": "e", "ƥ": "p", "ɍ": "r", "ƭ": "t", "ʉ": "u",
    "ʋ": "v", "ƴ": "y", "ɏ": "y", "ƶ": "z",
}  # fmt: skip
"""Latin letters that Unicode does not decompose into a letter and a mark. Source: CLDR's transform Latin-ASCII."""
_OPENED = str.maketrans(OPENED)
_NOT_A_WORD = re.compile(r"[\W_]+")
IGNORED = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip  # noqa: E501
"""Characters that nobody sees: Default_Ignorable_Code_Point, which holds Bidi_Control. Source: Unicode 15, DerivedCoreProperties."""
_AFTER_Z = "ω"
"""A letter that folding keeps and that stands after all Latin ones."""
_JOINERS = "\u200c\u200d"


def fold(text: str) -> str:
    """Return lower case without accents or punctuation, single spaces: «Núñez  D'Acosta» becomes «nunez d acosta».

    Ñ becomes n, because people without that key type n; Đ Ł Ø Þ become d, l, o, th. Letters of other alphabets stay. A folded
    key is for searching, never for display. `static/js/folding.js` does the same.
    """
    if not text.isascii():  # sorting folds lists of thousands, and most words are ASCII
        text = unicodedata.normalize("NFKD", IGNORED.sub("", text))
        text = "".join(c for c in text if unicodedata.category(c)[0] != "M").casefold().translate(_OPENED)
    return _NOT_A_WORD.sub(" ", text.casefold()).strip()


def spanish_order(text: str) -> str:
    """Return a key that sorts text as the Spanish alphabet does: Ñ is a letter after N, other accents do not count.

    Source: CLDR's collation for Spanish, at its first level.
    """
    return fold(unicodedata.normalize("NFC", text.casefold()).replace("ñ", f"n{_AFTER_Z}"))


def visible(text: str) -> str:
    """Return a name without characters that nobody sees or that turn the text round.

    The joiners stay between letters of the alphabets that need them, as in علی‌رضا. Source: Unicode UAX 31, section 2.3.
    """
    return "".join(c for place, c in enumerate(text) if not IGNORED.match(c) or (c in _JOINERS and _joins(text, place)))


def _joins(text: str, place: int) -> bool:
    around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return len(around) == 2 and all(unicodedata.category(c)[0] in "LM" and "\u0600" <= c <= "\u0dff" for c in around)
