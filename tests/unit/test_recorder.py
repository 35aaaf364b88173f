"""The checker of the fault tests detects each kind of fault."""

from __future__ import annotations

import pytest

from tests.support.recorder import Recorder, check


@pytest.mark.parametrize(
    ("statuses", "in_the_database", "right"),
    [
        ([303], 1, True),
        ([303], 0, False),
        ([303], 2, False),
        ([422], 0, True),
        ([422], 1, False),
        ([0], 0, True),
        ([0], 1, True),
        ([503], 1, True),
        ([0], 2, False),
        ([0, 303], 1, True),
        ([0, 303], 2, False),
        ([0, 422], 1, True),
    ],
)
def test_what_was_told_and_what_is_there(statuses: list[int], in_the_database: int, right: bool) -> None:
    recorder = Recorder()
    for status in statuses:
        recorder.note("ana@pgr.example", status)
    assert (check(recorder, ["ana@pgr.example"] * in_the_database) == []) is right


def test_what_nobody_sent_is_noticed() -> None:
    assert check(Recorder(), ["ana@pgr.example"])
