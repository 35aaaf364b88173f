"""Names and people, decided without a database."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Protocol

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from seminar_app.core.folding import canonical_email, fold

LONGEST_KEY = 320
HOME_REGION = "MX"
_NOT_IN_NAMES = frozenset("/\\:@<>{}[]|#%=_~^$*+;!?")


class Sex(StrEnum):
    """As the person says it; asked because those who pay must count women, and never required."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "X"


def certificate_name(given_names: str, surname1: str, surname2: str | None) -> str:
    """The name as the certificate would carry it: the parts in order, with the particles and capitals the person typed."""
    return " ".join(" ".join((given_names, surname1, surname2 or "")).split())


def is_name(text: str) -> bool:
    """Whether this can be somebody's name: it has a letter, and no digits or signs that names do not have.

    A name is written into mail that we send, so a web address in it would be sent on by us.
    """
    return any(c.isalpha() for c in text) and not any(c.isdigit() or c in _NOT_IN_NAMES for c in text) and "www." not in text.casefold()


def name_key(*names: str | None) -> str:
    """Names made comparable: without accents, capitals or punctuation. «MARÍA DE LA CRUZ  Ñáñez» and «Maria de la Cruz Nanez» are one.

    A word that has no Latin letter stays as it is, so that two names in another alphabet do not become one.
    """
    words = " ".join(name for name in names if name).split()
    return " ".join(fold(word) or word.casefold() for word in words)[:LONGEST_KEY]


def readable_phone(typed: str, *, region: str = HOME_REGION) -> str:
    """E.164 («+529981234567») where it can be read as a number, else as it was typed: an extension or a radio code may be meant."""
    typed = " ".join(typed.split())
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return typed
    if not phonenumbers.is_valid_number(number) or number.extension:
        return typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(stored: str, *, region: str = HOME_REGION) -> str:
    """A stored number as people write it: «998 123 4567» at home, «+1 202 555 0142» from abroad."""
    if not stored.startswith("+"):
        return stored
    try:
        number = phonenumbers.parse(stored, None)
    except phonenumbers.NumberParseException:
        return stored
    at_home = phonenumbers.region_code_for_number(number) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def readable_email(typed: str) -> str | None:
    """The address in canonical form, or None when no mail could reach it. Asks no name server."""
    try:
        address = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, UnicodeError):
        return None
    return canonical_email(address.ascii_email or address.normalized)


class Named(Protocol):
    """Whoever has a name to be shown: a person, or a row of a list."""

    public_id: uuid.UUID
    given_names: str
    surname1: str
    surname2: str | None
    certificate_name: str
    reserved: bool


def reserved_code(public_id: uuid.UUID) -> str:
    """How a reserved identity is called on every sheet, screen and export: «R-3F9A»."""
    return f"R-{public_id.hex[:4].upper()}"


def shown_name(person: Named) -> str:
    """The name as a screen or sheet may show it: as on the certificate, or the code of a reserved identity."""
    return reserved_code(person.public_id) if person.reserved else person.certificate_name


def listed_name(person: Named) -> str:
    """The name as a list shows it, surnames first: «López Ibáñez, Luz María»; or the code of a reserved identity."""
    if person.reserved:
        return reserved_code(person.public_id)
    return f"{' '.join(filter(None, (person.surname1, person.surname2)))}, {person.given_names}"


def list_order(person: Named) -> tuple[str, ...]:
    """What a list of people is sorted by. A reserved identity stands at the end by its code, so that its place gives nothing away."""
    if person.reserved:
        return ("\uffff", person.public_id.hex)
    return (name_key(person.surname1), name_key(person.surname2), name_key(person.given_names), person.public_id.hex)
