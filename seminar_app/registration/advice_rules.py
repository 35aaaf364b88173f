"""What earlier seminars say about how many seats an agency uses. No database.

Source: docs/decisions/0050-advice-on-quotas.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

SEMINARS_COUNTED = 3
"""The last ones only: agencies change, and what was long ago says little."""


class HeldBefore(Struct, frozen=True):
    """People of an agency in one completed seminar: how many held a seat to the end (`named`), and how many of these came."""

    seminar_id: int
    ended_on: date
    named: int
    came: int


class Turnout(Struct, frozen=True):
    """How many people an agency named in its last seminars, and how many of them came."""

    seminars: int
    named: int
    came: int

    def expected(self, seats: int) -> int:
        """Return how many of so many seats would be used: seats × came ÷ named, rounded half up."""
        return (2 * seats * self.came + self.named) // (2 * self.named)


def turnout_of(before: Iterable[HeldBefore]) -> Turnout | None:
    """Add up the last seminars in which somebody of the agency held a seat; None if there was none."""
    last = sorted((each for each in before if each.named), key=lambda each: (each.ended_on, each.seminar_id), reverse=True)
    counted = last[:SEMINARS_COUNTED]
    if not counted:
        return None
    return Turnout(len(counted), sum(each.named for each in counted), sum(each.came for each in counted))
