"""How two names agree: which differences there are, and how much doubt each leaves. No database.

Source: docs/decisions/0022-who-is-the-same-person.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from seminar_app.core.folding import fold
from seminar_app.people.evidence import Evidence
from seminar_app.people.name_words import Words, given_words, is_initial_of, is_slip, surname_words, without_spaces, written_alike
from seminar_app.people.rules import name_key


Found = frozenset[Evidence]
NOTHING: Found = frozenset()
_NO_DOUBT = frozenset({Evidence.NAME, Evidence.SINGLE_NAME, Evidence.PARTICLES, Evidence.SHORT_FORM, Evidence.SPACING})
_TWO_DOUBTS = frozenset({Evidence.SURNAME_MISSING, Evidence.ALPHABETS})


class HasName(Protocol):
    """A record with the parts of a name."""

    @property
    def given_names(self) -> str:
        """Given names as typed."""
        ...

    @property
    def surname1(self) -> str:
        """First surname; empty for a single name."""
        ...

    @property
    def surname2(self) -> str | None:
        """Second surname."""
        ...


def doubts(found: Iterable[Evidence]) -> int:
    """Return how many doubts these differences leave: none for particles, short forms and spaces, two for a missing surname, else one."""
    return sum(0 if each in _NO_DOUBT else 2 if each in _TWO_DOUBTS else 1 for each in found)


def names_agree(one: HasName, other: HasName) -> Found | None:
    """Return how the names agree, by the reading that leaves the fewest doubts; None if they are two names."""
    single = {Evidence.SINGLE_NAME} if not one.surname1 and not other.surname1 else set()
    if name_key(one.given_names, one.surname1, one.surname2) == name_key(other.given_names, other.surname1, other.surname2):
        return frozenset({Evidence.NAME, *single})
    if _alphabet(one) != _alphabet(other):
        return frozenset({Evidence.ALPHABETS})
    readings = [_surname_by_surname(one, other), _divided(one, other)]
    found = min((reading for reading in readings if reading is not None), key=doubts, default=None)
    return None if found is None else found | single


def _alphabet(person: HasName) -> bool:
    """Whether the name is in the Latin alphabet, which folding makes ASCII."""
    return fold(f"{person.given_names} {person.surname1}").isascii()


def _surname_by_surname(one: HasName, other: HasName) -> Found | None:
    """Compare given names with given names and each surname with its own, or with the other one if they are swapped."""
    given = _part(given_words(one.given_names), given_words(other.given_names), one.given_names, other.given_names, given=True)
    if given is None:
        return None
    mine, theirs = _surnames(one), _surnames(other)
    readings = [_in_order(mine, theirs)]
    if len(mine) == len(theirs) == 2 and (swapped := _in_order(mine, theirs[::-1])) is not None:
        readings.append(swapped | {Evidence.SURNAMES_SWAPPED})
    if {len(mine), len(theirs)} == {1, 2}:
        short, long = sorted((mine, theirs), key=len)
        second = _surname(short[0], long[1])
        readings.append(None if second is None else second | {Evidence.SURNAME_MISSING})
    if min(len(mine), len(theirs)) == 0:
        readings.append(frozenset({Evidence.SURNAME_MISSING}))
    surnames = min((reading for reading in readings if reading is not None), key=doubts, default=None)
    return None if surnames is None else given | surnames


def _surnames(person: HasName) -> list[str]:
    """Return the surnames; a married name in the field of the first one, as in «López de Hernández», is the second."""
    surnames = [name for name in (person.surname1, person.surname2 or "") if name]
    words = fold(person.surname1).split()
    if len(surnames) == 1 and "de" in words[1:-1] and (place := words.index("de", 1)):
        return [" ".join(words[:place]), " ".join(words[place:])]
    return surnames


def _in_order(mine: list[str], theirs: list[str]) -> Found | None:
    if not mine or not theirs:
        return NOTHING if not mine and not theirs else None
    first = _surname(mine[0], theirs[0])
    if first is None:
        return None
    if len(mine) != len(theirs):
        return first | {Evidence.SECOND_SURNAME_MISSING}
    if len(mine) == 1:
        return first
    if (second := _surname(mine[1], theirs[1])) is not None:
        return first | second
    return first | {Evidence.MARRIED_NAME} if _is_married(mine[1]) != _is_married(theirs[1]) else None


def _is_married(surname: str) -> bool:
    """Whether a second surname may be the husband's: «de Hernández», «Vda. de Hernández»; not «de la Cruz»."""
    words = fold(surname).split()
    return bool({"vda", "viuda"} & set(words)) or (words[:1] == ["de"] and words[1:2] not in (["la"], ["las"], ["los"]))


def _surname(one: str, other: str) -> Found | None:
    return _part(surname_words(one), surname_words(other), one, other, given=False)


def _part(one: Words, other: Words, typed: str, typed_other: str, *, given: bool) -> Found | None:
    """Compare one part of two names."""
    free = {Evidence.PARTICLES} if one.particles != other.particles else set()
    free |= {Evidence.SHORT_FORM} if one.short != other.short else set()
    if one.words == other.words:
        return frozenset(free)
    if one.joined == other.joined or without_spaces(typed) == without_spaces(typed_other):
        return frozenset({Evidence.SPACING})
    if written_alike(one.joined) == written_alike(other.joined):
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
    if written_alike(one) == written_alike(other):
        return frozenset({Evidence.SPELLING})
    if is_slip(one, other, given=given):
        return frozenset({Evidence.GIVEN_SLIP if given else Evidence.SURNAME_SLIP})
    return None


def _divided(one: HasName, other: HasName) -> Found | None:
    """Compare the whole names as words in any order: divided otherwise into names, or one word typed twice."""
    mine, theirs = (set(given_words(f"{each.given_names} {each.surname1} {each.surname2 or ''}").words) for each in (one, other))
    return frozenset({Evidence.DIVIDED}) if mine == theirs else None
