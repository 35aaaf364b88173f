"""What reports count, in which period, under which name, and what they hide."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.agencies.rules import Succession
from seminar_app.reports.rules import (
    FEWEST_SHOWN,
    TOTAL,
    ByStatus,
    Count,
    Definition,
    Dimension,
    Figures,
    Names,
    Status,
    agency_now,
    fiscal_year_of,
    hidden_cells,
    hidden_in_nested,
    hours,
    one_of,
    read_definition,
    read_period,
    sole_successors,
    values_of,
    whole_year,
    written,
)

PERIODS = (Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.FISCAL_YEAR)


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2014, 6, 5), ["2014-06", "2014-Q2", "2014", "FY2014"]),
        (date(2014, 9, 30), ["2014-09", "2014-Q3", "2014", "FY2014"]),
        (date(2014, 10, 1), ["2014-10", "2014-Q4", "2014", "FY2015"]),
        (date(2014, 12, 31), ["2014-12", "2014-Q4", "2014", "FY2015"]),
    ],
)
def test_a_fiscal_year_begins_in_october_and_bears_the_year_in_which_it_ends(day: date, periods: list[str]) -> None:
    assert [written(each, day) for each in PERIODS] == periods


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(PERIODS))
def test_a_day_lies_in_the_period_that_is_written_for_it_and_the_day_after_its_last_does_not(day: date, period: Dimension) -> None:
    name = written(period, day)
    found = read_period(name)
    assert found is not None
    assert found.first <= day <= found.last
    assert written(period, found.last + timedelta(days=1)) != name
    assert written(period, found.first - timedelta(days=1)) != name


@pytest.mark.parametrize("text", ["", "2014-13", "2014-00", "2014-Q5", "FY2014-Q1", "FY14", "0000", "9999", "٢٠١٤", "2014 "])
def test_what_is_no_period_is_none(text: str) -> None:
    assert read_period(text) is None


@given(st.lists(st.text(min_size=0, max_size=6), min_size=1, max_size=4))
def test_values_that_are_written_read_the_same_again(values: list[str]) -> None:
    assert values_of(one_of(values)) == values


def test_a_value_may_hold_what_stands_between_values() -> None:
    assert one_of(["PGR", "INM"]) == "PGR|INM"
    assert values_of(one_of(["a|b", "", "-", "c\\"])) == ["a|b", "", "-", "c\\"]


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        (date(2013, 10, 1), date(2014, 9, 30), "FY2014"),
        (date(2014, 1, 1), date(2014, 12, 31), "2014"),
        (date(2014, 1, 1), date(2014, 12, 30), None),
        (date.min, date.min, None),
        (date.max, date.max, None),
        (None, date(2014, 12, 31), None),
    ],
)
def test_days_are_a_year_if_they_are_all_of_it(first: date | None, last: date | None, year: str | None) -> None:
    assert whole_year(first, last) == year


def test_days_beyond_those_of_seminars_are_the_nearest() -> None:
    found = read_definition({"from": "0001-01-01", "to": "9999-12-31"})
    assert (found.first, found.last) == (date(2000, 1, 1), date(2099, 12, 31))


def test_hours_are_rounded_half_up_once() -> None:
    assert [hours(minutes) for minutes in (0, 3, 9, 87 * 1080)] == [0.0, 0.1, 0.2, 1566.0]


def test_a_figure_is_of_one_count_and_one_status() -> None:
    figures = Figures(ByStatus(9, 8, 7), ByStatus(12, 11, 10), ByStatus(600, 600, 540))
    assert figures.value(Count.PEOPLE, Status.COMPLETED) == 7
    assert figures.value(Count.PARTICIPATIONS, Status.REGISTERED) == 12
    assert figures.value(Count.HOURS, Status.COMPLETED) == 9.0
    assert fiscal_year_of(date(2014, 6, 5)) == 2014


def test_a_definition_that_is_written_reads_the_same_again() -> None:
    definition = Definition(
        Count.HOURS,
        Status.ATTENDED,
        (Dimension.GROUP, Dimension.SEX),
        Names.NOW,
        date(2014, 1, 1),
        None,
        {Dimension.TOPIC: "Trata de personas", Dimension.SEX: "-"},
        480,
    )
    assert read_definition(definition.written()) == definition
    assert read_definition(Definition().written()) == Definition()


@given(st.dictionaries(st.sampled_from(["count", "status", "by", "names", "from", "to", "sex", "year", "x"]), st.text(max_size=12)))
def test_what_cannot_be_read_of_an_address_is_left_out(pairs: dict[str, str]) -> None:
    once = read_definition(pairs)
    assert read_definition(once.written()) == once


def test_an_agency_is_counted_as_the_one_that_alone_succeeded_it_to_the_end_of_the_chain() -> None:
    day = date(2018, 12, 20)
    after = sole_successors([Succession(1, 2, day), Succession(2, 3, None, 2019), Succession(5, 5, day)], today=date(2020, 1, 1))
    assert [agency_now(each, after) for each in (1, 2, 3, 4, 5)] == [3, 3, 3, 4, 5]


def test_an_agency_whose_work_several_took_over_stays_itself_and_so_does_one_whose_end_is_not_known() -> None:
    day = date(2019, 1, 1)
    split = [Succession(1, 2, day), Succession(1, 3, day)]
    unknown = [Succession(4, 5, day), Succession(4, 6, None)]
    to_come = [Succession(7, 8, date(2030, 1, 1))]
    assert not sole_successors([*split, *unknown, *to_come], today=date(2020, 1, 1))


def _with_totals(cells: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """The same cells with all totals, as sums."""
    found: dict[tuple[str, ...], int] = {}
    for cell, number in cells.items():
        for total in product(*((value, TOTAL) for value in cell)):
            found[total] = found.get(total, 0) + number
    return found


def test_the_next_smallest_cell_is_hidden_with_a_small_one() -> None:
    table = _with_totals({("PGR",): 40, ("INM",): 18, ("CNS",): 3})
    assert hidden_cells(table) == {("CNS",), ("INM",)}


def test_nothing_is_hidden_where_no_cell_is_small_and_nobody_is_no_small_cell() -> None:
    assert not hidden_cells(_with_totals({("PGR",): 40, ("INM",): 18, ("CNS",): 0}))


def test_the_total_is_hidden_where_the_only_cell_is_small() -> None:
    assert hidden_cells(_with_totals({("PGR",): 3, ("INM",): 0})) == {("PGR",), (TOTAL,)}


def test_two_small_cells_that_hold_fewer_than_five_together_hide_a_third() -> None:
    table = _with_totals({("A",): 1, ("B",): 1, ("C",): 30, ("D",): 31})
    assert hidden_cells(table) == {("A",), ("B",), ("C",)}


@given(st.dictionaries(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("FMX")), st.integers(0, 20), max_size=15))
def test_no_hidden_cell_of_a_table_with_two_dimensions_can_be_subtracted(cells: dict[tuple[str, ...], int]) -> None:
    table = _with_totals(cells)
    hidden = hidden_cells(table)
    assert all(cell in hidden for cell, number in table.items() if 0 < number < FEWEST_SHOWN)
    for place in (0, 1):
        for value in {cell[1 - place] for cell in table}:
            line = {cell: number for cell, number in table.items() if cell[1 - place] == value}
            unknown = [cell for cell in line if cell in hidden]
            assert len(unknown) != 1, "what is hidden is the total less what is shown"
            total = next(cell for cell in line if cell[place] == TOTAL)
            if unknown and total not in hidden:
                assert sum(line[cell] for cell in unknown) >= FEWEST_SHOWN


def test_a_status_is_hidden_where_the_difference_to_another_is_small_and_the_more_important_one_is_shown() -> None:
    completed = _with_totals({("PGR",): 20, ("INM",): 30, ("CNS",): 10})
    attended = _with_totals({("PGR",): 22, ("INM",): 40, ("CNS",): 10})
    of_completed, of_attended = hidden_in_nested([completed, attended])
    assert not of_completed
    assert of_attended == {("PGR",), ("INM",)}, "two came to PGR's seats and did not complete; INM hides what the total would tell"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5))
def test_nobody_subtracts_one_status_from_another(cells: list[tuple[int, int, int]]) -> None:
    completed = _with_totals({(str(place),): first for place, (first, _more, _rest) in enumerate(cells)})
    attended = _with_totals({(str(place),): first + more for place, (first, more, _rest) in enumerate(cells)})
    registered = _with_totals({(str(place),): sum(each) for place, each in enumerate(cells)})
    tables = [completed, attended, registered]
    hidden = hidden_in_nested(tables)
    for (one, gone), (other, gone_too) in product(zip(tables, hidden, strict=True), repeat=2):
        shown = {cell for cell in one if cell not in gone and cell not in gone_too}
        assert not any(0 < one[cell] - other[cell] < FEWEST_SHOWN for cell in shown)
