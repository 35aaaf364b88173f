"""What makes a password too weak. No database, no Flask."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from seminar_app.core.folding import fold

SHORTEST = 12
LONGEST = 128
FEWEST_DIFFERENT = 5
COMMON = (
    "password", "passw0rd", "contrasena", "contraseña", "qwerty", "qwertz", "asdfgh", "zxcvbn", "iloveyou", "teamo", "tequiero",
    "welcome", "bienvenido", "letmein", "abc123", "123456", "654321", "111111", "000000", "admin", "mexico", "america", "constancia",
    "seminario", "seminar", "dragon", "monkey", "football", "futbol", "princess", "princesa", "sunshine", "superman", "master",
)  # fmt: skip
"""Words that lists of stolen passwords begin with, and the names of this program."""


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"


def password_weakness(password: str, *, own_words: Iterable[str] = ()) -> Weakness | None:
    """Why this password is too weak, or None.

    Length does the work: 12 to 128 characters of any kind, with no rule about digits or signs. What is left after a
    common word, or a word of the owner's own name and address, has been taken out must still be long enough to guess
    at (6 letters or digits), and there must be 5 different characters.

    Source: OWASP ASVS 5.0, 6.2; NIST SP 800-63B-4, 3.1.1.
    """
    if len(password) < SHORTEST:
        return Weakness.SHORT
    if len(password) > LONGEST:
        return Weakness.LONG
    folded = fold(password).replace(" ", "")
    if len(set(password)) < FEWEST_DIFFERENT or _little_is_left(folded, COMMON):
        return Weakness.COMMON
    words = [part for word in own_words for part in fold(word).split() if len(part) >= 4]
    if _little_is_left(folded, words):
        return Weakness.PERSONAL
    return None


def _little_is_left(folded: str, words: Iterable[str]) -> bool:
    rest = folded
    for word in sorted({fold(word).replace(" ", "") for word in words}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != folded and len(rest) < 6
