"""Which exports the worker writes."""

from __future__ import annotations

import pytest

from seminar_app.attendance.rules.exports import takes_long


@pytest.mark.parametrize(
    ("people", "sessions", "workbook", "long"),
    [(2_000, 6, True, False), (2_000, 12, True, True), (5_000, 12, False, False), (10_000, 12, False, True), (0, 0, True, False)],
)
def test_what_takes_long_is_counted_in_cells(people: int, sessions: int, *, workbook: bool, long: bool) -> None:
    assert takes_long(people, sessions, workbook=workbook) is long
