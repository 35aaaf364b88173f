"""Rules of coverage: the tile grid, classes of states, the parts of a trend, agencies together, no-shows."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import pytest

from seminar_app.reports.rules import (
    STATES,
    Dimension,
    Reached,
    brought_together,
    mix_of,
    no_shows,
    parts_of,
    reached,
    state_named,
    trend_by,
)
from seminar_app.reports.rules.states import COLUMNS, ROWS


def test_each_of_the_32_states_has_a_place_of_its_own() -> None:
    assert len(STATES) == len({state.code for state in STATES}) == len({(state.row, state.column) for state in STATES}) == 32
    assert all(1 <= state.row <= ROWS and 1 <= state.column <= COLUMNS for state in STATES)


def test_every_state_that_the_directory_names_has_a_tile() -> None:
    directory = json.loads((files("seminar_app.agencies") / "directory.json").read_text())
    names = {agency["state"] for agency in directory["agencies"] if agency.get("state")}
    assert {state.code for name in names if (state := state_named(name))} == {state.code for state in STATES}
    assert [name for name in names if state_named(name) is None] == []


@pytest.mark.parametrize(
    ("name", "code"), [("Distrito Federal", "CMX"), ("mexico", "MEX"), ("Mexico City", "CMX"), ("Texas", None), ("", None)]
)
def test_a_state_is_found_by_its_names(name: str, code: str | None) -> None:
    found = state_named(name)
    assert (found and found.code) == code


def test_a_state_was_reached_in_the_period_or_before_or_never() -> None:
    day = date(2014, 6, 5)
    assert [reached(1, day), reached(0, day), reached(0, None)] == list(Reached)


def test_the_trend_goes_by_months_quarters_or_fiscal_years() -> None:
    first = date(2013, 10, 1)
    ends = {date(2014, 9, 30): Dimension.MONTH, date(2016, 9, 30): Dimension.QUARTER, date(2018, 9, 30): Dimension.FISCAL_YEAR}
    assert {last: trend_by(first, last) for last in ends} == ends
    assert parts_of(Dimension.QUARTER, date(2013, 12, 31), date(2014, 4, 1)) == ["2013-Q4", "2014-Q1", "2014-Q2"]
    assert parts_of(Dimension.FISCAL_YEAR, date(2014, 9, 30), date(2014, 10, 1)) == ["FY2014", "FY2015"]


def test_a_mix_names_three_groups_and_puts_the_rest_together() -> None:
    mix = mix_of({"PGJ": 31, "PGR": 28, "CNS": 17, "INM": 14, "": 2, "GN": 0})
    assert (mix.groups, mix.together, mix.largest_percent) == (4, True, 34)
    assert (mix.parts, mix.rest) == ([("PGJ", 31), ("PGR", 28), ("CNS", 17)], 16)
    assert not mix_of({"PGR": 3, "PGJ": 1}).together


def test_no_shows_stand_by_share_and_small_groups_last() -> None:
    found = no_shows([("PGR", 30, 3), ("INM", 4, 4), ("PGJ", 10, 5), ("PGJ", 15, 0), ("", 40, 20), ("GN", 0, 0)])
    assert [(each.group, each.percent, each.small) for each in found] == [
        ("PGJ", 20, False),
        ("PGR", 10, False),
        ("", 50, False),
        ("INM", 100, True),
    ]


def test_a_seminar_brought_agencies_together_if_people_of_three_groups_were_there() -> None:
    assert brought_together([{1, 2, 3}, {2, 3}, {3, 4}, {3}]) == 1
    assert brought_together([{1, 2}, {1, 2}]) == 0
    assert brought_together([]) == 0
