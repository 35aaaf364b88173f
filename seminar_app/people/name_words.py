"""Names as words that can be compared: without particles, short forms written out, and the ways one word is written. No database.

Source: docs/decisions/0022-who-is-the-same-person.md.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct
from rapidfuzz.distance import OSA

SURNAME_PARTICLES = frozenset(
    "al bin bint d da das de del den der di do dos du e el i ibn la las los te ten ter van vda viuda von y".split()  # noqa: SIM905
)
GIVEN_PARTICLES = frozenset(["al", "de", "del", "el", "la", "las", "los", "y"])
GIVEN_SHORT = {"ma": "maria", "m": "maria", "gpe": "guadalupe", "fco": "francisco", "fca": "francisca", "ant": "antonio"}
SURNAME_SHORT = {
    **dict.fromkeys(("gcia",), "garcia"),
    **dict.fromkeys(("glez", "glz", "gzz", "gzlz"), "gonzalez"),
    **dict.fromkeys(("hdez", "hdz"), "hernandez"),
    **dict.fromkeys(("lpz",), "lopez"),
    **dict.fromkeys(("mtz", "mtnez"), "martinez"),
    **dict.fromkeys(("rdz", "rdguez", "rguez"), "rodriguez"),
    **dict.fromkeys(("schz", "sanchz"), "sanchez"),
}
"""Short forms in the lists of Mexican agencies."""
MOST_LETTERS_APART = 4
"""Usual spellings of one name differ in no more letters; what differs in more need not be respelled."""
J_IS = frozenset({"jose", "juan"})
_WRITTEN_ALIKE = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"m[ou]hamm?[ae]d", "muhamad"),
        (r"^abd[aeu]l", "abd"),
        (r"([aou])e", r"\1"),
        (r"ph", "f"),
        (r"h", ""),
        (r"ll", "y"),
        (r"v", "b"),
        (r"[xg](?=[ei])", "j"),
        (r"c(?=[ei])", "s"),
        (r"qu|ck|k", "c"),
        (r"z", "s"),
        (r"y", "i"),
        (r"(.)\1", r"\1"),
    )
)
SHORTEST_WITH_SLIP, SHORTEST_WITH_TWO = 6, 10
"""Letters of a word that may have one slip, or two. In shorter words one letter often makes another name: Rojas and Rosas."""


class Words(Struct, frozen=True):
    """One part of a name.

    Attributes:
        words: what is compared, folded, without particles.
        everything: the same with particles and as written. Particles never tell two people apart.
        short: whether a short form was written out.
    """

    words: tuple[str, ...]
    everything: tuple[str, ...]
    short: bool = False

    @property
    def particles(self) -> tuple[str, ...]:
        """The words left out."""
        return tuple(word for word in self.everything if word in SURNAME_PARTICLES) if len(self.everything) > len(self.words) else ()

    @property
    def joined(self) -> str:
        """The words without spaces."""
        return "".join(self.words)

    @property
    def is_married(self) -> bool:
        """Whether a second surname may be the husband's: «de Hernández», «Vda. de Hernández»; not «de la Cruz»."""
        words = self.everything
        return "vda" in words or "viuda" in words or (words[:1] == ("de",) and words[1:2] not in (("la",), ("las",), ("los",)))


def given_words(folded: str) -> Words:
    """Return the words of given names: «ma del carmen» becomes maria, carmen."""
    return _words(folded, GIVEN_PARTICLES, GIVEN_SHORT)


def surname_words(folded: str) -> Words:
    """Return the words of a surname: «de la cruz» becomes cruz, «hdez» becomes hernandez."""
    return _words(folded, SURNAME_PARTICLES, SURNAME_SHORT)


def _words(folded: str, particles: frozenset[str], short: dict[str, str]) -> Words:
    everything = tuple(folded.split())
    kept = tuple(short.get(word, word) for word in everything if word not in particles)
    if not kept:  # a surname that looks like a particle
        return Words(everything, everything)
    return Words(kept, everything, any(word in short for word in everything))


def are_written_alike(one: str, other: str) -> bool:
    """Whether the words are usual spellings of one name: Vázquez and Básquez, Martha and Marta, Müller and Mueller."""
    most = MOST_LETTERS_APART
    return OSA.distance(one, other, score_cutoff=most) <= most and one_spelling(one) == one_spelling(other)


@lru_cache(maxsize=4096)  # words of names without their people, of which there are few
def one_spelling(word: str) -> str:
    """Return a word in the one way of writing that its usual spellings have in common."""
    for pattern, by in _WRITTEN_ALIKE:
        word = pattern.sub(by, word)
    return word


def is_initial_of(one: str, other: str, *, first: bool) -> bool:
    """Whether one word is the initial of the other. At the beginning J. is José or Juan, and no other letter is an initial."""
    letter, name = sorted((one, other), key=len)
    if len(letter) != 1 or len(name) == 1:
        return False
    return name in J_IS if letter == "j" and first else not first and name.startswith(letter)


def is_slip(one: str, other: str, *, given: bool) -> bool:
    """Whether one word is the other with a letter wrong, missing, doubled or changed places, and not another name.

    The first letter is seldom a slip (Hernández, Fernández), and in given names a final «a» is not one (Fernando, Fernanda).
    """
    longer = max(len(one), len(other))
    if longer < SHORTEST_WITH_SLIP or one[0] != other[0] or (given and (one[-1] == "a") != (other[-1] == "a")):
        return False
    allowed = 1 if longer < SHORTEST_WITH_TWO else 2
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed
