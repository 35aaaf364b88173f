"""Who earns a certificate, its number, and what a stranger who holds its code is told. No database.

Source: docs/decisions/0053-certificates.md.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from seminar_app.registration.first_opening_rules import is_surname_of


class CertificateRule(StrEnum):
    """What a seminar asks for its certificate."""

    NONE = "none"
    """The seminar gives no certificates."""
    COMPLETION = "completion"
    """The threshold of contact minutes was reached."""
    EVALUATION = "evaluation"
    """The same, and the evaluation was answered."""


class Issuing(StrEnum):
    """When certificates are issued."""

    BY_HAND = "by_hand"
    ON_COMPLETION = "on_completion"
    """By itself, as soon as the seminar is completed, to everybody who earns one then."""


class CertificateLanguage(StrEnum):
    """In which language a certificate is set."""

    PERSON = "person"
    """The one the person registered in."""
    BOTH = "both"
    """Spanish and English on one page."""


class Standing(StrEnum):
    """How a person stands toward the certificate, before one is issued and after."""

    EARNS = "earns"
    HAS_ONE = "has_one"
    """A valid certificate is out."""
    REVOKED = "revoked"
    """Theirs was revoked; only a person issues another."""
    NOT_SUPPORTED = "not_supported"
    """A valid one is out, and the seminar as it was completed last no longer supports it."""
    NOT_COMPLETED = "not_completed"
    """Too few minutes were credited."""
    NO_ANSWER = "no_answer"
    """The evaluation was not answered."""
    ERASED = "erased"
    """Nothing names the person any more."""


class Facts(Struct, frozen=True):
    """What decides about one registration with a seat, from its frozen participation.

    Attributes:
        valid: a certificate is out that was neither replaced nor revoked.
        revoked: the last one was revoked.
    """

    completed: bool
    answered: bool
    erased: bool = False
    valid: bool = False
    revoked: bool = False


def standing_of(facts: Facts, rule: CertificateRule) -> Standing:
    """Return how a person stands toward the certificate of a completed seminar."""
    if facts.erased:
        return Standing.ERASED
    lacks = _lacks(facts, rule)
    if facts.valid:
        return Standing.NOT_SUPPORTED if lacks is Standing.NOT_COMPLETED else Standing.HAS_ONE
    if lacks is not None:
        return lacks
    return Standing.REVOKED if facts.revoked else Standing.EARNS


def _lacks(facts: Facts, rule: CertificateRule) -> Standing | None:
    if not facts.completed:
        return Standing.NOT_COMPLETED
    if rule is CertificateRule.EVALUATION and not facts.answered:
        return Standing.NO_ANSWER
    return None


LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes up; no digits, and no Y, which is read as V."""
LETTERS_OF_CODE = 8
_CODE = re.compile(rf"0*([1-9][0-9]{{0,8}})([{LETTERS}]{{{LETTERS_OF_CODE}}})")
_ADDRESS = re.compile(r"/verify/", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")
"""Whatever stands between digits and letters: spaces, dashes of any kind, signs that nobody sees."""
_MEANT = str.maketrans("OI", "01")
"""No code has these letters, so they are digits that somebody misread."""
_LONGEST_SHOWN = 40


class CertificateCode(Struct, frozen=True):
    """Number and letters of a certificate: «000123-BCDF-GHJK». The letters (20^8) keep anybody from counting or guessing."""

    number: int
    letters: str

    def __str__(self) -> str:
        """Return the code as it is printed."""
        return f"{self.number:06}-{self.letters[:4]}-{self.letters[4:]}"


def new_letters(choose: Callable[[str], str]) -> str:
    """Return the letters of a new certificate; `choose` draws one of a text at random, such as `secrets.choice`."""
    return "".join(choose(LETTERS) for _ in range(LETTERS_OF_CODE))


def read_code(typed: str) -> CertificateCode | None:
    """Return the code as somebody typed it, with or without hyphens, zeros and capitals; None if the text is no code.

    The address of the QR code is taken too.
    """
    found = _CODE.fullmatch(_BETWEEN.sub("", _plain(typed)).upper().translate(_MEANT))
    return CertificateCode(int(found[1]), found[2]) if found else None


def address_of_code(typed: str) -> str | None:
    """Return what was typed as the last part of an address: the code as it is printed, else letters, digits and hyphens.

    None if it has no digit: it is no number, and may be a name, which belongs into no address.
    """
    code = read_code(typed)
    if code is not None:
        return str(code)
    plain = re.sub("[^0-9A-Z]+", "-", _plain(typed).upper()).strip("-")[:_LONGEST_SHOWN]
    return plain if any(each.isdigit() for each in plain) else None


def _plain(typed: str) -> str:
    """Return the text without the address before it, with wide letters and digits as usual ones."""
    return unicodedata.normalize("NFKC", _ADDRESS.split(typed)[-1])


class Validity(StrEnum):
    """What a certificate is worth now."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"
    ERASED = "erased"
    """Valid, and nothing names its person any more."""


SURNAME_TRIES = 5
"""So many surnames an hour can be typed for one certificate."""
TRIES_WITHIN = timedelta(hours=1)
"""Counted from the first of them. Those that are refused are not counted, so they keep nobody out for longer."""


def seconds_to_wait(*, tries: int, since: datetime | None, now: datetime) -> int:
    """Return the seconds until another surname is compared; 0 if one is compared now.

    Args:
        tries: how many were typed since `since`, None if none was typed yet.
    """
    if since is None or tries < SURNAME_TRIES:
        return 0
    return max(0, math.ceil((since + TRIES_WITHIN - now).total_seconds()))


def name_to_show(typed: str, *, name: str, given_names: str, surname1: str, surname2: str | None, reserved: bool) -> str | None:
    """Return the name as printed if the typed surname is the person's; None otherwise, and always for a reserved identity.

    The surname is compared with the printed parts of the name, not with those on file now.
    """
    fits = is_surname_of(typed, given_names=given_names, surname1=surname1, surname2=surname2)
    return name if fits and not reserved else None
