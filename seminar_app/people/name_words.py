"""Names as words that can be compared: without particles, short forms written out, and the ways one word is written. No database.

Source: docs/decisions/0022-who-is-the-same-person.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from seminar_app.core.folding import fold

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


@dataclass(frozen=True, slots=True)
class Words:
    """One part of a name.

    Attributes:
        words: what is compared, folded, without particles.
        particles: the words left out; they never tell two people apart.
        short: whether a short form was written out.
    """

    words: tuple[str, ...]
    particles: tuple[str, ...] = ()
    short: bool = False

    @property
    def joined(self) -> str:
        """The words without spaces."""
        return "".join(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


def given_words(text: str) -> Words:
    """Return the words of given names: «Ma. del Carmen» becomes maria, carmen."""
    return _words(text, GIVEN_PARTICLES, GIVEN_SHORT)


def surname_words(text: str | None) -> Words:
    """Return the words of a surname: «De la Cruz» becomes cruz, «Hdez.» becomes hernandez."""
    return _words(text or "", SURNAME_PARTICLES, SURNAME_SHORT)


def _words(text: str, particles: frozenset[str], short: dict[str, str]) -> Words:
    everything = fold(text).split()
    kept = tuple(short.get(word, word) for word in everything if word not in particles)
    if not kept:  # a surname that looks like a particle
        return Words(tuple(everything))
    return Words(kept, tuple(word for word in everything if word in particles), any(word in short for word in everything))


def without_spaces(text: str | None) -> str:
    """Return the name as one word, particles included: «De los Santos» and «Delossantos» are equal."""
    return fold(text or "").replace(" ", "")


def written_alike(word: str) -> str:
    """Return a form that is equal for usual spellings of one name: Vázquez and Básquez, Martha and Marta, Müller and Mueller."""
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
