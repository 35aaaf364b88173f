"""What a past seminar, a headcount and a report of training elsewhere may say."""

from __future__ import annotations

from datetime import date

import pytest

from seminar_app.history.rules import Numbers, NumbersFault, TrainingFault, counted_twice, minutes_by_day, training_fault

FIRST, LAST = date(2012, 5, 7), date(2012, 5, 9)


def test_hours_are_divided_over_the_days_without_a_rest() -> None:
    shares = minutes_by_day(FIRST, LAST, 1_000)
    assert shares is not None
    assert list(shares.values()) == [334, 333, 333]
    assert minutes_by_day(FIRST, LAST, 2) is None
    assert minutes_by_day(FIRST, FIRST, 14 * 60 + 1) is None


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (Numbers(12, 10, 10), None),
        (Numbers(12, 13, 10), NumbersFault.MORE_ATTENDED),
        (Numbers(12, 10, 11), NumbersFault.MORE_COMPLETED),
        (Numbers(0, 0, 1), NumbersFault.MORE_COMPLETED),
        (Numbers(-1, -1, -1), NumbersFault.OUT_OF_REACH),
    ],
)
def test_who_completed_attended_and_who_attended_was_registered(said: Numbers, fault: NumbersFault | None) -> None:
    assert said.fault is fault


def test_a_headcount_counts_again_who_is_named_of_its_agency_and_of_what_is_above_and_below_it() -> None:
    group, office, other = 1, 2, 3
    parents: dict[int, int | None] = {group: None, office: group, other: None}
    assert counted_twice(group, {office, other}, parents) == {office}
    assert counted_twice(office, {group, other}, parents) == {group}
    assert counted_twice(other, {group, office, None}, parents) == set()
    assert counted_twice(None, {office}, parents) == {office}


def test_only_training_that_is_over_and_fits_its_days_is_reported() -> None:
    assert training_fault(FIRST, LAST, 24 * 60, today=LAST) is None
    assert training_fault(LAST, FIRST, 60, today=LAST) is TrainingFault.REVERSED
    assert training_fault(FIRST, LAST, 60, today=FIRST) is TrainingFault.NOT_OVER
    assert training_fault(FIRST, LAST, 43 * 60, today=LAST) is TrainingFault.TOO_LONG
