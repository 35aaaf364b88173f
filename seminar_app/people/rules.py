"""Rules of names and people. No database."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from seminar_app.core.folding import IGNORED, fold, spanish_order

LONGEST_KEY = 320
LONGEST_SORT_KEY = 640
BETWEEN_NAMES = "\x1f"
"""Stands between the names of a sort key. Sorts before the space, so that «De» stands before «De la»."""
_NOT_IN_NAMES = frozenset("/\\:@<>{}[]|#%=_~^$*+;!?")

RESERVED_PREFIX = "R-"
RESERVED_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that a code is no word; no digits, and no Y, which is read as V."""
RESERVED_LENGTH = 5


class Sex(StrEnum):
    """As the person states it. It is asked because the funding sources must count women, and it is never required."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "X"


class ReservedReason(StrEnum):
    """Why an identity is reserved; the last one only ends it."""

    OWN_REQUEST = "own_request"
    AGENCY_REQUEST = "agency_request"
    AUTHORITY_ORDER = "authority_order"
    MISTAKE = "mistake"


MAY_RESERVE = (ReservedReason.OWN_REQUEST, ReservedReason.AGENCY_REQUEST, ReservedReason.AUTHORITY_ORDER)
"""Reasons for reserving an identity; each of them, and a mistake, may also end it."""


class CountedAs(StrEnum):
    """How a person counts in a breakdown by sex."""

    FEMALE = Sex.FEMALE.value
    MALE = Sex.MALE.value
    OTHER = Sex.OTHER.value
    NOT_SAID = "not_said"
    RESERVED = "reserved"


def counted_as(sex: Sex | None, *, reserved: bool, reason: ReservedReason | None, erased: bool) -> CountedAs:
    """Return how a person counts in a breakdown by sex: a reserved identity as reserved, never as a gap.

    An erased person counts as before the erasure (docs/decisions/0019-erasure.md); the reason tells whether the identity was reserved.
    """
    if reason is not None or (reserved and not erased):
        return CountedAs.RESERVED
    return CountedAs(sex.value) if sex is not None else CountedAs.NOT_SAID


def certificate_name(given_names: str, surname1: str, surname2: str | None) -> str:
    """Return the name as printed on the certificate: the parts in order, with the particles and capitals as typed."""
    return " ".join(" ".join((given_names, surname1, surname2 or "")).split())


def is_name(text: str) -> bool:
    """Whether this can be a person's name: it has a letter, and no digits or signs that names do not have.

    A name is written into mail, so a web address in it would be sent to other people.
    """
    return (
        any(c.isalpha() and not IGNORED.match(c) for c in text)
        and not any(c.isdigit() or c in _NOT_IN_NAMES for c in text)
        and "www." not in text.casefold()
    )


def name_key(*names: str | None) -> str:
    """Return names in comparable form: without accents, capitals, punctuation or extra spaces.

    «MARÍA DE LA CRUZ  Ñáñez» and «Maria de la Cruz Nanez» become equal; «Đan» and «An» do not.
    """
    return fold(" ".join(name for name in names if name))[:LONGEST_KEY]


def sort_key(*, given_names: str, surname1: str, surname2: str | None) -> str:
    """Return the key by which lists of people are sorted: first surname, second surname, given names, in Spanish order.

    A single name stands where its surname would.
    """
    surnames = (surname1, surname2 or "") if surname1 else ()
    return BETWEEN_NAMES.join(spanish_order(name) for name in (*surnames, given_names))[:LONGEST_SORT_KEY]


class NameParts(Protocol):
    """The parts of a name, and the name on the certificate."""

    @property
    def given_names(self) -> str: ...  # noqa: D102
    @property
    def surname1(self) -> str: ...  # noqa: D102
    @property
    def surname2(self) -> str | None: ...  # noqa: D102
    @property
    def certificate_name(self) -> str: ...  # noqa: D102


def is_small_change(before: NameParts, after: NameParts) -> bool:
    """Whether a name was changed in accents, capitals, signs and the order of its words only.

    The name on the certificate may also be set to the words of the name itself.
    """
    words = _sorted_words(before.given_names, before.surname1, before.surname2)
    certificate = _sorted_words(after.certificate_name)
    return _sorted_words(after.given_names, after.surname1, after.surname2) == words and certificate in (
        words,
        _sorted_words(before.certificate_name),
    )


def _sorted_words(*names: str | None) -> list[str]:
    return sorted(name_key(*names).split())


def listed_name(*, given_names: str, surname1: str, surname2: str | None) -> str:
    """Return the name for a list, surnames first: «López Ibáñez, Luz María», or a single name."""
    surnames = " ".join(filter(None, (surname1, surname2)))
    return f"{surnames}, {given_names}" if surnames else given_names


def reserved_name(code: str | None) -> str:
    """Return the text that stands for a reserved identity everywhere: «R-BCDFG»; «R-?????» for a registration without a code."""
    return f"{RESERVED_PREFIX}{code or '?' * RESERVED_LENGTH}"


def reserved_code(typed: str) -> str | None:
    """Return the five letters of a code as people type it, with its prefix: «r-bcdfg»; None if the text is no code."""
    code = typed.strip().upper()
    letters = code.removeprefix(RESERVED_PREFIX)
    is_code = code.startswith(RESERVED_PREFIX) and len(letters) == RESERVED_LENGTH and set(letters) <= set(RESERVED_LETTERS)
    return letters if is_code else None
