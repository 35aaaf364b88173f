"""Which of very many names may be a person's, before the rule compares the few that are left. No database.

`name_agreement` compares two names in tens of microseconds: too long for five hundred names against a hundred thousand. Words that
agree there begin with the same letter, as written or as respelled. So each name has bits for the letters that its given names and its
second surname begin with; names with the same bits stand together, and most are passed over without being looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from rapidfuzz import fuzz, process

from seminar_app.people.name_words import GIVEN_PARTICLES, Words, given_words, one_spelling, surname_words
from seminar_app.people.rules import BETWEEN_NAMES

ANY = -1
"""Bits of a part of which nothing is known: it agrees with all."""
_MARRIED = frozenset({"de", "vda", "viuda"})


def bits_of(words: Words) -> int:
    """Return a bit for each letter by which a part of a name may begin: two parts that agree have one in common."""
    joined = words.joined
    if not joined:
        return ANY
    letters = {word[0] for word in words.words} | {one_spelling(word)[:1] for word in words.words}
    letters |= {words.everything[0][0], one_spelling(joined)[:1]}
    return sum({1 << ord(letter) % 61 for letter in letters if letter})


def word_bits(folded: str) -> int:
    """Return a bit for the first letter of each word: equal sets of words have equal bits."""
    bits = 0
    for word in folded.split():
        if word not in GIVEN_PARTICLES:
            bits |= 1 << ord(word[0]) % 61
    return bits


class Sign(Struct, frozen=True):
    """What is compared first of a name.

    Attributes:
        given: bits of the given names.
        surnames: bits of all surnames for a person who is looked for, of the second one for a name on file; `ANY` where it may be
            missing, or a husband's.
        words: bits of all words.
    """

    given: int
    surnames: int
    words: int

    def may_be(self, other: Sign) -> bool:
        """Whether the names may be one: part by part, or divided otherwise into the same words."""
        return bool(self.given & other.given and self.surnames & other.surnames) or self.words == other.words


def sign_of(given: Words, surnames: Sequence[Words]) -> Sign:
    """Return the sign of a person who is looked for."""
    bits = 0
    for each in surnames:
        bits |= bits_of(each)
    words = 0
    for part in (given, *surnames):
        words |= word_bits(" ".join(part.everything))
    unsure = len(surnames) < 2 or not _MARRIED.isdisjoint(word for part in surnames for word in part.everything)
    return Sign(bits_of(given), ANY if unsure else bits, words)


class NamesOnFile(Struct):
    """The names of many people in the order of their keys, to find those that may be one person's.

    Attributes:
        keys: `rules.sort_key` of each, in order; `ids` in the same order.
    """

    keys: Sequence[str]
    ids: Sequence[int]
    _groups: dict[str, dict[Sign, list[int]]] = field(default_factory=dict)
    _given: dict[str, tuple[int, int]] = field(default_factory=dict)
    _second: dict[str, tuple[int, int]] = field(default_factory=dict)
    _first: dict[str, tuple[int, bool]] = field(default_factory=dict)

    def likely(self, wanted: Sign, name: str, beginnings: Iterable[str], *, cutoff: float, most: int) -> list[int]:
        """Return the ids of those who may be this person and whose names resemble most, likeliest first.

        Args:
            name: folded words, surnames first.
            beginnings: of keys, by which they are looked up.
            cutoff: percent of `token_set_ratio` below which names do not resemble.
        """
        places: dict[int, None] = {}
        for begin in beginnings:
            for sign, some in self._beginning(begin).items():
                if wanted.may_be(sign):
                    places.update(dict.fromkeys(some))
        if not places:
            return []
        some = list(places)
        names = [_readable(self.keys[place]) for place in some]
        found = process.extract(name, names, scorer=fuzz.token_set_ratio, score_cutoff=cutoff, limit=most)
        return [self.ids[some[at]] for _name, _score, at in found]

    def _beginning(self, begin: str) -> dict[Sign, list[int]]:
        """Return the places of the keys with this beginning, by sign."""
        groups = self._groups.get(begin)
        if groups is None:
            groups = self._groups[begin] = {}
            signs: dict[tuple[int, int, int], list[int]] = {}
            first, last = bisect_left(self.keys, begin), bisect_left(self.keys, f"{begin}\uffff")
            for place in range(first, last):
                signs.setdefault(self._sign(self.keys[place]), []).append(place)
            groups.update((Sign(*sign), some) for sign, some in signs.items())
        return groups

    def _sign(self, key: str) -> tuple[int, int, int]:
        """Return the sign of a name on file. Equal parts are read once: surnames and given names repeat."""
        surname1, _, rest = key.partition(BETWEEN_NAMES)
        surname2, _, given = rest.partition(BETWEEN_NAMES)
        if not rest:
            surname1, given = "", surname1  # a single name
        of_first = self._first.get(surname1)
        if of_first is None:
            folded = _readable(surname1)
            of_first = self._first[surname1] = word_bits(folded), " de " in folded
        of_second = self._second.get(surname2)
        if of_second is None:
            folded = _readable(surname2)
            married = not folded or not _MARRIED.isdisjoint(folded.split())
            of_second = self._second[surname2] = ANY if married else bits_of(surname_words(folded)), word_bits(folded)
        of_given = self._given.get(given)
        if of_given is None:
            folded = _readable(given)
            of_given = self._given[given] = bits_of(given_words(folded)), word_bits(folded)
        surnames = ANY if of_first[1] else of_second[0]
        return of_given[0], surnames, of_first[0] | of_second[1] | of_given[1]


def _readable(key: str) -> str:
    return key.replace("ω", "") if "ω" in key else key  # Ñ and N resemble here


__all__ = ["ANY", "NamesOnFile", "Sign", "bits_of", "sign_of", "word_bits"]
