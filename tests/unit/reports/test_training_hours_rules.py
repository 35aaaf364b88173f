"""Rules of hours per official: classes of minutes, and which rule a year has."""

from __future__ import annotations

from datetime import date

import pytest

from seminar_app.reports.rules import HoursAsked, HoursClass, HoursYear, rule_for, rules_in, span_of, year_days

CALENDAR, FISCAL = HoursYear.CALENDAR, HoursYear.FISCAL
ALL_OFFICES = HoursAsked(None, 2_400, CALENDAR, date(2010, 1, 1), None)
OLD = HoursAsked("HSI", 1_200, FISCAL, date(2012, 10, 1), date(2014, 9, 30))
NEW = HoursAsked("HSI", 1_800, CALENDAR, date(2014, 10, 1), None)


@pytest.mark.parametrize("needed", [1, 7, 60, 2_400])
def test_every_number_of_minutes_is_in_one_class(needed: int) -> None:
    for minutes in range(needed + 2):
        spans = [span_of(each, needed) for each in HoursClass]
        assert sum((s.above is None or s.above < minutes) and (s.most is None or minutes <= s.most) for s in spans) == 1, minutes


def test_the_end_of_a_class_belongs_to_it() -> None:
    assert [span_of(each, 2_400).most for each in HoursClass] == [0, 600, 1_200, 1_800, 2_399, None]


def test_a_year_has_the_rules_that_are_valid_on_its_last_day() -> None:
    rules = [NEW, OLD, ALL_OFFICES]
    assert rules_in(rules, 2009) == []
    assert rules_in(rules, 2013) == [ALL_OFFICES, OLD]
    assert rules_in(rules, 2014) == [ALL_OFFICES, NEW, OLD], "the fiscal year ends when the old rule does"
    assert year_days(FISCAL, 2014).first == date(2013, 10, 1)


def test_the_rule_of_ones_own_office_comes_before_that_of_all() -> None:
    holding = rules_in([NEW, ALL_OFFICES], 2020)
    assert rule_for(holding, office=None, own=["HSI"]) == NEW
    assert rule_for(holding, office=None, own=["OPDAT"]) == ALL_OFFICES
    assert rule_for(holding, office="", own=["HSI"]) == ALL_OFFICES
    assert rule_for(holding, office="nothing", own=[]) == ALL_OFFICES
    assert rule_for([], office=None) is None


def test_rules_overlap_when_a_day_is_in_both() -> None:
    assert OLD.overlaps(date(2014, 9, 30), None)
    assert not OLD.overlaps(date(2014, 10, 1), None)
    assert not OLD.overlaps(date(2010, 1, 1), date(2012, 9, 30))
