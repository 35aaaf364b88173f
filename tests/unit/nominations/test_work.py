"""What people have said about a list, kept as JSON, and without the rows that are to be forgotten."""

from __future__ import annotations

import json
from typing import Any

from seminar_app.nominations.shapes import Edits, Field, Layout
from seminar_app.nominations.work import Work

GONE, LEFT = "0.7", "0.8"
CELLS = {GONE: {Field.EMAIL: "gone@x.example"}, LEFT: {Field.EMAIL: "left@x.example"}}
BY_ROW: dict[str, Any] = {
    "choices": {GONE: "new", LEFT: "new"},
    "in_case": {GONE: True, LEFT: True},
    "as_brought": CELLS,
    "to_organizer": {GONE: "gone|gone@x.example", LEFT: "left|left@x.example"},
    "addresses": {GONE: "gone@x.example", LEFT: "left@x.example"},
}
"""Every part of the work that is kept by row: one that is added belongs here, or it outlives its row."""
OF_THE_LIST = {"layout", "edits", "normal_case", "without_address"}


def full() -> Work:
    rows = frozenset({GONE, LEFT})
    return Work(layout=Layout(()), edits=Edits(cells=CELLS, left_out=rows, people=rows), **BY_ROW)


def test_every_part_that_is_kept_by_row_is_known_here() -> None:
    assert set(Work.__struct_fields__) == OF_THE_LIST | set(BY_ROW)
    assert set(Edits.__struct_fields__) == {"cells", "values", "left_out", "people"}


def test_nothing_that_was_said_about_a_row_is_left_without_it() -> None:
    left = full().without({GONE})
    said = left.packed().decode()
    assert GONE not in said
    assert "gone@" not in said
    assert json.loads(said)["as_brought"] == {LEFT: {"email": "left@x.example"}}


def test_what_was_kept_is_read_again() -> None:
    assert Work.unpacked(full().packed()) == full()
