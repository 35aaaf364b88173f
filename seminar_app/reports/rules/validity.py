"""When a version of an indicator holds, and what a new version does to the one before."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct


class Validity(Struct, frozen=True):
    """Days from the first to the last, both included; without a last day until further notice."""

    first: date
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on the day. A year's figure uses the version that holds on the year's last day."""
        return self.first <= day and (self.last is None or day <= self.last)


def ended_before(validity: Validity, first: date) -> Validity | None:
    """Return a version's days when the next one begins on `first`; None if nothing would be left, so that it is replaced."""
    if first <= validity.first:
        return None
    last = first - timedelta(days=1)
    return Validity(validity.first, last if validity.last is None else min(validity.last, last))
