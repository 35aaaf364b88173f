"""What earlier seminars say about a quota."""

from __future__ import annotations

from datetime import date

from seminar_app.registration.advice_rules import HeldBefore, Turnout, turnout_of


def held(number: int, named: int, came: int) -> HeldBefore:
    return HeldBefore(number, date(2025, number, 1), named, came)


def test_the_last_three_seminars_are_added_up() -> None:
    before = [held(1, 40, 1), held(2, 7, 5), held(3, 6, 4), held(4, 7, 6)]
    assert turnout_of(before) == Turnout(seminars=3, named=20, came=15)


def test_a_seminar_without_anybody_of_the_agency_is_not_one_of_them() -> None:
    assert turnout_of([held(1, 4, 2), held(2, 0, 0)]) == Turnout(seminars=1, named=4, came=2)
    assert turnout_of([held(2, 0, 0)]) is None
    assert turnout_of([]) is None


def test_what_is_expected_is_rounded_half_up() -> None:
    told = Turnout(seminars=3, named=20, came=15)
    assert [told.expected(seats) for seats in (0, 1, 2, 12, 18)] == [0, 1, 2, 9, 14]
    assert Turnout(1, 3, 0).expected(9) == 0
    assert Turnout(1, 3, 3).expected(9) == 9
