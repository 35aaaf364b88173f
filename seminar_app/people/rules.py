"""Rules of names and people. No database."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Protocol

from seminar_app.core.addresses import normal_address
from seminar_app.core.folding import IGNORED, fold, spanish_order

LONGEST_KEY = 320
LONGEST_SORT_KEY = 640
_BETWEEN_NAMES = "\x1f"
"""Sorts before the space, so that «De» stands before «De la»."""
_NOT_IN_NAMES = frozenset("/\\:@<>{}[]|#%=_~^$*+;!?")


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
    return _BETWEEN_NAMES.join(spanish_order(name) for name in (*surnames, given_names))[:LONGEST_SORT_KEY]


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


def readable_email(typed: str) -> str | None:
    """Return the address in normal form, or None if no mail could reach it: an official's mail server may know ASCII only."""
    address = normal_address(typed)
    return address if address is not None and address.isascii() else None


class Named(Protocol):
    """A record with a name to show: a person, or a row of a list."""

    public_id: uuid.UUID
    given_names: str
    surname1: str
    surname2: str | None
    certificate_name: str
    reserved: bool

    @property
    def sort_key(self) -> str:
        """Place in a list."""
        ...


def reserved_code(public_id: uuid.UUID) -> str:
    """Return the code by which a reserved identity is shown on every sheet, screen and export: «R-3F9A»."""
    return f"R-{public_id.hex[:4].upper()}"


def shown_name(person: Named) -> str:
    """Return the name for a screen or sheet: the name on the certificate, or the code of a reserved identity."""
    return reserved_code(person.public_id) if person.reserved else person.certificate_name


def listed_name(person: Named) -> str:
    """Return the name for a list, surnames first: «López Ibáñez, Luz María», or a single name; or the code of a reserved identity."""
    if person.reserved:
        return reserved_code(person.public_id)
    surnames = " ".join(filter(None, (person.surname1, person.surname2)))
    return f"{surnames}, {person.given_names}" if surnames else person.given_names


def list_order(person: Named) -> tuple[str, ...]:
    """Return the sort key of a list of people, in the order of the Spanish alphabet.

    A reserved identity is sorted to the end by its id, so that its place gives nothing away.
    """
    return ("\uffff" if person.reserved else person.sort_key, person.public_id.hex)
