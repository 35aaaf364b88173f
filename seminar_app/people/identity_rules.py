"""CURP, birth data and passports, decided without a database: how they are compared, what looks wrong, how they are shown."""

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
    """What may be on file of a person apart from their record; the value is the column's name."""

    CURP = "curp"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    PASSPORT = "passport"


class CurpDoubt(StrEnum):
    """What looks wrong with a CURP. Only ever a warning: the registry itself has issued some with faults."""

    FORMAT = "format"
    CHECK_DIGIT = "check digit"


def canonical_number(typed: str) -> str:
    """A CURP or passport number as it is kept and compared: capitals and digits, without spaces and hyphens."""
    return "".join(c for c in typed.upper() if c.isalnum())


CANONICAL: dict[IdentityPart, Callable[[str], str]] = {IdentityPart.CURP: canonical_number, IdentityPart.PASSPORT: canonical_number}
"""What is looked up by a blind index, and its canonical form."""


def doubt_about_curp(curp: str) -> CurpDoubt | None:
    """What looks wrong with a CURP, or None."""
    try:
        curp_number.validate(curp)
    except InvalidChecksum:
        return CurpDoubt.CHECK_DIGIT
    except ValidationError:
        return CurpDoubt.FORMAT
    return None


def is_birth_date(day: date, *, today: date) -> bool:
    """Whether somebody alive today can be born on it."""
    return EARLIEST_BIRTH <= day <= today


def masked(value: str) -> str:
    """Enough for its owner to know which one it is: «•••••••••••••••R02». A short value is not shown at all."""
    shown = SHOWN_AT_THE_END if len(value) >= SHORTEST_TO_SHOW else 0
    return "•" * (len(value) - shown) + value[len(value) - shown :]
