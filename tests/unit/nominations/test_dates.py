"""Dates whichever way a list writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seminar_app.nominations.dates import NoSuchDate, order_of, read_date
from seminar_app.nominations.shapes import Cell, DateOrder

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        (29092.0, None, "1979-08-25"),
        ("29092", None, "1979-08-25"),
        ("02-01-1959", DAY, "1959-01-02"),
        ("04/25/1980", MONTH, "1980-04-25"),
        ("4.5.80", DAY, "1980-05-04"),
        ("4/5/05", DAY, "2005-05-04"),
        ("1984-11-01", None, "1984-11-01"),
        ("1984-11-01 00:00:00", None, "1984-11-01"),
        ("1984/1/5", MONTH, "1984-01-05"),
        ("19841101", None, "1984-11-01"),
        ("01/02/1990 00:00", DAY, "1990-02-01"),
        ("3 de junio de 1980", DAY, "1980-06-03"),
        ("martes 3 de Junio del 1980", DAY, "1980-06-03"),
        ("1o. de marzo de 1975", DAY, "1975-03-01"),
        ("3-jun-80", DAY, "1980-06-03"),
        ("03/SEP/1980", MONTH, "1980-09-03"),
        ("June 3, 1980", DAY, "1980-06-03"),
        ("Jun 3rd 1980", DAY, "1980-06-03"),
        (date(1976, 4, 14), DAY, "1976-04-14"),
        (datetime(1976, 4, 14, 12, 0), DAY, "1976-04-14"),  # noqa: DTZ001  a birthday has no time zone
    ],
)
def test_dates_are_read_whichever_way_a_list_writes_them(cell: Cell, order: DateOrder | None, day: str) -> None:
    found = read_date(cell, order)
    assert found is not None
    assert found.isoformat() == day


@pytest.mark.parametrize(
    "cell", ["31/02/1980", "1980", 1980, 42.0, "ayer", "30-feb-1980", "3 de brumario de 1980", True, 1e20, float("nan"), "0/0/0"]
)
def test_a_day_that_no_month_has_is_refused(cell: Cell) -> None:
    with pytest.raises(NoSuchDate) as refused:
        read_date(cell, DAY)
    assert refused.value.meant is None


def test_a_date_in_the_other_order_is_proposed() -> None:
    with pytest.raises(NoSuchDate) as refused:
        read_date("04/25/1980", DAY)
    assert refused.value.meant == date(1980, 4, 25)


@pytest.mark.parametrize(
    ("cells", "by_heading", "order"),
    [
        (["04/25/1980", "01/02/1980"], True, MONTH),
        (["25/04/1980", "01/02/1980"], False, DAY),
        (["01/02/1980"], True, DAY),
        (["01/02/1980"], False, MONTH),
        (["1980-02-01", date(1980, 1, 2), 29092.0], True, None),
        (["25/04/1980", "26/04/1980", "04/27/1980"], True, DAY),
        ([], True, None),
    ],
)
def test_the_whole_column_decides_which_comes_first(cells: list[Cell], by_heading: bool, order: DateOrder | None) -> None:
    assert order_of([(cell, None) for cell in cells], day_first=by_heading) is order


def test_a_curp_beside_it_decides_where_the_column_does_not() -> None:
    assert order_of([("04/05/1976", "GUIS760405MTSMBF07")], day_first=True) is MONTH
    assert order_of([("04/05/1976", "GUIS760504MTSMBF07")], day_first=False) is DAY


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30) | st.floats() | st.integers() | st.dates() | st.datetimes())
@example("9" * 5_000)
def test_a_cell_is_a_date_or_nothing_or_no_date(cell: Cell) -> None:
    try:
        found = read_date(cell, DAY)
    except NoSuchDate:
        return
    assert found is None or isinstance(found, date)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1920, 1, 1), date(2012, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%Y-%m-%d", "%Y%m%d"]))
def test_every_day_comes_back_from_every_way_of_writing_it(day: date, written: str) -> None:
    if written.endswith("%y") and not 1913 <= day.year <= 2012:
        return
    assert read_date(day.strftime(written), DAY) == day
