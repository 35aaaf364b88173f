"""Rounding of figures for display: half up, with two exceptions. Decisions use the exact figures, never the rounded ones.

A reader takes «100 %» as all and the threshold as reached. So less than all never shows as 100, and less than a
threshold never shows as the threshold: 79.96 with a threshold of 80 shows as 79.9.

Source: docs/decisions/0006-attendance.md.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def tenths_of_percent(part: int, whole: int, *, threshold_percent: int | None = None) -> int:
    """Return percent × 10; 0 where `whole` is 0.

    Args:
        threshold_percent: whole percent that the figure is compared with, if any.
    """
    if whole == 0:
        return 0
    rounded = (2000 * part + whole) // (2 * whole)
    for mark in (100, threshold_percent):
        if mark is not None and 100 * part < mark * whole:
            rounded = min(rounded, 10 * mark - 1)
    return rounded


def percent(part: int, whole: int, *, threshold_percent: int | None = None) -> float:
    """Return percent to one decimal, 0 to 100."""
    return tenths_of_percent(part, whole, threshold_percent=threshold_percent) / 10


def whole_percent(part: int, whole: int) -> int:
    """Return whole percent, 0 to 100; 0 where `whole` is 0."""
    if whole == 0:
        return 0
    rounded = (200 * part + whole) // (2 * whole)
    return min(rounded, 99) if part < whole else rounded


def one_decimal(value: Decimal) -> Decimal:
    """Return the value to one decimal; a zero has no sign."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0
