"""Rules of CURP, birth data and passport: how they are compared, what looks wrong, how they are shown. No database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.mx import curp as curp_number

EARLIEST_BIRTH = date(1900, 1, 1)
SHOWN_AT_THE_END = 3
SHORTEST_TO_SHOW = 8


class IdentityPart(StrEnum):
    """A kind of identity data that is stored apart from the person's record; the value is the column's name."""

    CURP = "curp"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    PASSPORT = "passport"


class CurpDoubt(StrEnum):
    """What looks wrong with a CURP. It is only a warning, because the registry itself has issued some with faults."""

    FORMAT = "format"
    CHECK_DIGIT = "check digit"


def canonical_number(typed: str) -> str:
    """Return a CURP or passport number as it is compared: capitals and digits, without spaces and hyphens."""
    return "".join(c for c in typed.upper() if c.isalnum())


CANONICAL: dict[IdentityPart, Callable[[str], str]] = {IdentityPart.CURP: canonical_number, IdentityPart.PASSPORT: canonical_number}
"""The parts that are found by a blind index, with the function that makes their canonical form."""


def doubt_about_curp(curp: str) -> CurpDoubt | None:
    """Return what looks wrong with a CURP, or None."""
    try:
        curp_number.validate(curp)
    except InvalidChecksum:
        return CurpDoubt.CHECK_DIGIT
    except ValidationError:
        return CurpDoubt.FORMAT
    return None


def is_birth_date(day: date, *, today: date) -> bool:
    """Whether the date can be the birth date of a person alive today: from 1900 to today."""
    return EARLIEST_BIRTH <= day <= today


def masked(value: str) -> str:
    """Return the last three characters, so that the owner recognizes it: «•••••••••••••••R02». A value under 8 characters is hidden."""
    shown = SHOWN_AT_THE_END if len(value) >= SHORTEST_TO_SHOW else 0
    return "•" * (len(value) - shown) + value[len(value) - shown :]
