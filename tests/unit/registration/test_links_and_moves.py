"""How long a personal link lives, and where a seat goes whose agency is corrected."""

from __future__ import annotations

from datetime import date

import pytest

from seminar_app.core.dates import add_months
from seminar_app.registration.rules import PoolState, Reach, decide_move, link_ends, link_has_ended

PGR, INM, CNS = 1, 2, 3


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2014, 6, 5), 18, date(2015, 12, 5)),
        (date(2014, 8, 31), 18, date(2016, 2, 29)),
        (date(2014, 12, 31), 2, date(2015, 2, 28)),
        (date(2014, 12, 1), 12, date(2015, 12, 1)),
        (date(2014, 1, 31), -2, date(2013, 11, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_a_link_works_through_its_last_day() -> None:
    last = link_ends(date(2014, 6, 5))
    assert last == date(2015, 12, 5)
    assert not link_has_ended(date(2014, 6, 5), today=last)
    assert link_has_ended(date(2014, 6, 5), today=date(2015, 12, 6))


def pools(*, inm_taken: int = 0, open_taken: int = 0) -> list[PoolState]:
    return [PoolState(10, PGR, 5, 5), PoolState(20, INM, 1, inm_taken), PoolState(30, None, 1, open_taken)]


@pytest.mark.parametrize(
    ("agency", "held", "state", "goes"),
    [
        (PGR, 10, pools(), 10),
        (INM, 10, pools(), 20),
        (INM, 10, pools(inm_taken=1), 30),
        (CNS, 10, pools(), 30),
        (INM, 30, pools(), 30),
        (CNS, 10, pools(open_taken=1), 10),
    ],
    ids=["its own pool", "the new agency's", "the open one", "no quota", "the open one is everybody's", "nowhere: the seat stays"],
)
def test_nobody_loses_a_seat_to_a_correction_of_the_agency(agency: int, held: int, state: list[PoolState], goes: int) -> None:
    assert decide_move(state, Reach([agency]), held=held) == goes
