"""Figures are rounded half up, and less than all, or less than the threshold, never reads as reached."""

from __future__ import annotations

from decimal import Decimal

import pytest

from seminar_app.core.rounding import one_decimal, percent, whole_percent


@pytest.mark.parametrize(("part", "whole", "shown"), [(1, 16, 6.3), (1, 3, 33.3), (2, 3, 66.7), (0, 7, 0.0), (0, 0, 0.0), (7, 7, 100.0)])
def test_tenths_of_a_percent_are_rounded_half_up(part: int, whole: int, shown: float) -> None:
    assert percent(part, whole) == shown


@pytest.mark.parametrize(("part", "whole", "shown"), [(9996, 10000, 99.9), (1999, 2000, 99.9), (2000, 2000, 100.0)])
def test_less_than_all_never_reads_as_all(part: int, whole: int, shown: float) -> None:
    assert percent(part, whole) == shown
    assert whole_percent(part, whole) == int(shown)


@pytest.mark.parametrize(("part", "shown"), [(7996, 79.9), (8000, 80.0), (8004, 80.0), (8005, 80.1)])
def test_less_than_the_threshold_never_reads_as_the_threshold(part: int, shown: float) -> None:
    assert percent(part, 10_000, threshold_percent=80) == shown


@pytest.mark.parametrize(("part", "whole", "shown"), [(1, 200, 1), (1, 8, 13), (3, 8, 38), (0, 0, 0)])
def test_whole_percent_are_rounded_half_up(part: int, whole: int, shown: int) -> None:
    assert whole_percent(part, whole) == shown


@pytest.mark.parametrize(("value", "shown"), [("3.25", "3.3"), ("-0.25", "-0.3"), ("-0.04", "0.0")])
def test_means_have_one_decimal_and_a_zero_has_no_sign(value: str, shown: str) -> None:
    assert str(one_decimal(Decimal(value))) == shown
