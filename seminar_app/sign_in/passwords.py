"""Rules for password strength. No database, no Flask."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from seminar_app.core.folding import fold

SHORTEST = 12
LONGEST = 128
FEWEST_DIFFERENT = 5
COMMON = (
    "password", "passw0rd", "contrasena", "contraseña", "qwerty", "qwertz", "asdfgh", "zxcvbn", "iloveyou", "teamo", "tequiero",
    "welcome", "bienvenido", "letmein", "abc123", "123456", "654321", "111111", "000000", "admin", "mexico", "america", "constancia",
    "seminario", "seminar", "dragon", "monkey", "football", "futbol", "princess", "princesa", "sunshine", "superman", "master",
)  # fmt: skip
"""Common beginnings of leaked passwords, and the names of this program."""

STOLEN = Path(__file__).with_name("common_passwords.txt")
"""28,000 common passwords, folded, one a line. The file is read at each choice of a password and not kept in memory."""
LEAST_LEFT = 6
"""Minimum of letters or digits that must remain when a common word or password is taken out."""


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"


def normalize_password(password: str) -> str:
    """Return the password in Unicode's normal form NFKC, so that it does not depend on the keyboard. Source: NIST SP 800-63B-4, 3.1.1.2."""
    return unicodedata.normalize("NFKC", password)


def password_weakness(password: str, *, own_words: Iterable[str] = ()) -> Weakness | None:
    """Return why the password is too weak, or None.

    Length is the main rule: 12 to 128 characters of any kind, with no rule about digits or signs. A common word, a password
    from leaked lists and words of the owner's name and address are taken out; at least 6 letters or digits must remain.
    There must be 5 different characters.

    Source: OWASP ASVS 5.0, 6.2; NIST SP 800-63B-4, 3.1.1.
    """
    if len(password) < SHORTEST:
        return Weakness.SHORT
    if len(password) > LONGEST:
        return Weakness.LONG
    folded = fold(password).replace(" ", "")
    if len(set(password)) < FEWEST_DIFFERENT or _little_is_left(folded, COMMON) or _is_stolen(folded):
        return Weakness.COMMON
    words = [part for word in own_words for part in fold(word).split() if len(part) >= 4]
    if _little_is_left(folded, words):
        return Weakness.PERSONAL
    return None


def _little_is_left(folded: str, words: Iterable[str]) -> bool:
    rest = folded
    for word in sorted({fold(word).replace(" ", "") for word in words}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != folded and len(rest) < LEAST_LEFT


def _is_stolen(folded: str) -> bool:
    """Whether a leaked password, once or repeated, makes up all of it except a few letters."""
    shortest = max(len(folded) - LEAST_LEFT + 1, 1)
    parts = {folded[begin : begin + size] for size in range(shortest, len(folded) + 1) for begin in range(len(folded) - size + 1)}
    parts |= {
        folded[:size] for size in range(1, len(folded)) if len(folded) % size == 0 and folded[:size] * (len(folded) // size) == folded
    }
    with STOLEN.open(encoding="utf-8") as lines:
        return any(line.rstrip("\n") in parts for line in lines)
