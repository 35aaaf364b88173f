"""How two names agree: which differences there are, and how much doubt each leaves. No database.

Source: docs/decisions/0022-who-is-the-same-person.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from seminar_app.core.folding import fold
from seminar_app.people.evidence import Evidence
from seminar_app.people.name_words import Words, are_written_alike, given_words, is_initial_of, is_slip, surname_words

Found = frozenset[Evidence]
NOTHING: Found = frozenset()
_NO_DOUBT = frozenset({Evidence.NAME, Evidence.SINGLE_NAME, Evidence.PARTICLES, Evidence.SHORT_FORM, Evidence.SPACING})
_TWO_DOUBTS = frozenset({Evidence.SURNAME_MISSING, Evidence.ALPHABETS})


class Name(Struct, frozen=True):
    """A name in parts, ready to be compared.

    Attributes:
        key: the whole name folded.
        surnames: none for a single name, else one or two; «López de Hernández» in one field is two.
        words: all words of the name, without particles.
    """

    key: str
    given: Words
    surnames: tuple[Words, ...]
    words: frozenset[str]

    @classmethod
    def of(cls, given_names: str, surname1: str, surname2: str | None) -> Name:
        """Return the name with these parts."""
        given, *surnames = (fold(part or "") for part in (given_names, surname1, surname2))
        found = [surname for surname in surnames if surname]
        words = surnames[0].split()
        if len(found) == 1 and "de" in words[1:-1]:
            place = words.index("de", 1)
            found = [" ".join(words[:place]), " ".join(words[place:])]
        key = " ".join(filter(None, (given, *surnames)))
        return cls(key, given_words(given), tuple(surname_words(surname) for surname in found), frozenset(given_words(key).words))


def doubts(found: Iterable[Evidence]) -> int:
    """Return how many doubts these differences leave: none for particles, short forms and spaces, two for a missing surname, else one."""
    return sum(0 if each in _NO_DOUBT else 2 if each in _TWO_DOUBTS else 1 for each in found)


def names_agree(one: Name, other: Name) -> Found | None:
    """Return how the names agree, by the reading that leaves the fewest doubts; None if they are two names."""
    single = {Evidence.SINGLE_NAME} if not one.surnames and not other.surnames else set()
    if one.key == other.key:
        return frozenset({Evidence.NAME, *single})
    if one.key.isascii() != other.key.isascii():  # folding makes the Latin alphabet ASCII
        return frozenset({Evidence.ALPHABETS})
    if one.words == other.words:  # divided otherwise into names, or one word typed twice
        readings = [_surname_by_surname(one, other), frozenset({Evidence.DIVIDED})]
    else:
        readings = [_surname_by_surname(one, other)]
    found = _clearest(readings)
    return None if found is None else found | single


def _clearest(readings: Iterable[Found | None]) -> Found | None:
    return min((reading for reading in readings if reading is not None), key=doubts, default=None)


def _surname_by_surname(one: Name, other: Name) -> Found | None:
    """Compare given names with given names and each surname with its own, or with the other one if they are swapped."""
    given = _part(one.given, other.given, given=True)
    if given is None:
        return None
    mine, theirs = one.surnames, other.surnames
    readings = [_in_order(mine, theirs)]
    if len(mine) == len(theirs) == 2 and (swapped := _in_order(mine, theirs[::-1])) is not None:
        readings.append(swapped | {Evidence.SURNAMES_SWAPPED})
    if {len(mine), len(theirs)} == {1, 2}:
        short, long = sorted((mine, theirs), key=len)
        second = _part(short[0], long[1], given=False)
        readings.append(None if second is None else second | {Evidence.SURNAME_MISSING})
    if min(len(mine), len(theirs)) == 0:
        readings.append(frozenset({Evidence.SURNAME_MISSING}))
    surnames = _clearest(readings)
    return None if surnames is None else given | surnames


def _in_order(mine: tuple[Words, ...], theirs: tuple[Words, ...]) -> Found | None:
    if not mine or not theirs:
        return NOTHING if not mine and not theirs else None
    first = _part(mine[0], theirs[0], given=False)
    if first is None:
        return None
    if len(mine) != len(theirs):
        return first | {Evidence.SECOND_SURNAME_MISSING}
    if len(mine) == 1:
        return first
    if (second := _part(mine[1], theirs[1], given=False)) is not None:
        return first | second
    return first | {Evidence.MARRIED_NAME} if mine[1].is_married != theirs[1].is_married else None


def _part(one: Words, other: Words, *, given: bool) -> Found | None:
    """Compare one part of two names."""
    free = {Evidence.PARTICLES} if one.particles != other.particles else set()
    free |= {Evidence.SHORT_FORM} if one.short != other.short else set()
    if one.words == other.words:
        return frozenset(free)
    if one.joined == other.joined or "".join(one.everything) == "".join(other.everything):
        return frozenset({Evidence.SPACING})
    if are_written_alike(one.joined, other.joined):
        return frozenset(free | {Evidence.SPELLING})
    found = _word_by_word(one.words, other.words, given=given)
    if found is None and is_slip(one.joined, other.joined, given=given):
        found = frozenset({Evidence.GIVEN_SLIP if given else Evidence.SURNAME_SLIP})
    return None if found is None else found | free


def _word_by_word(one: tuple[str, ...], other: tuple[str, ...], *, given: bool) -> Found | None:
    if len(one) == len(other):
        found = [_word(a, b, given=given, first=place == 0) for place, (a, b) in enumerate(zip(one, other, strict=True))]
        if None not in found and sum(bool(each) for each in found) <= 1:
            return frozenset().union(*(each for each in found if each is not None))
        return frozenset({Evidence.GIVEN_ORDER}) if given and sorted(one) == sorted(other) else None
    short, long = sorted((one, other), key=len)
    if not given:
        return frozenset({Evidence.SURNAME_SHORTENED}) if long[: len(short)] == short else None
    left, found_all = list(long), NOTHING
    for place, word in enumerate(short):
        matches = [(each, how) for each in left if (how := _word(word, each, given=True, first=place == 0)) is not None]
        if not matches:
            return None
        each, how = min(matches, key=lambda pair: len(pair[1]))
        left.remove(each)
        found_all |= how
    return found_all | {Evidence.GIVEN_NAME_MISSING}


def _word(one: str, other: str, *, given: bool, first: bool) -> Found | None:
    """Compare two words: equal, spelled otherwise, an initial, or a slip; None if they are two names."""
    if one == other:
        return NOTHING
    if given and is_initial_of(one, other, first=first):
        return frozenset({Evidence.INITIAL})
    if are_written_alike(one, other):
        return frozenset({Evidence.SPELLING})
    if is_slip(one, other, given=given):
        return frozenset({Evidence.GIVEN_SLIP if given else Evidence.SURNAME_SLIP})
    return None
