"""Thirty kinds of fault, one in each row: all are found at once, and each can be mended in its cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Edits, Field
from seminar_app.nominations.tables import read_tables

FOLDER = Path(__file__).parents[2] / "data" / "faults"
FAULTS: list[dict[str, Any]] = json.loads((FOLDER / "thirty_faults.json").read_text(encoding="utf-8"))
TABLES = read_tables((FOLDER / "thirty_faults.csv").read_bytes(), name="thirty_faults.csv")
LAYOUT = propose(TABLES)


def test_there_are_thirty_kinds() -> None:
    assert len({fault["fault"] for fault in FAULTS}) == len(FAULTS) == 30
    assert LAYOUT.unplaced == []


def test_every_fault_is_found_in_its_row_and_no_other() -> None:
    found = [
        (row.number, problem.field.value, problem.value, problem.code.value, problem.severity.value, problem.proposal)
        for row in read(TABLES, LAYOUT).rows
        for problem in row.problems
    ]
    assert found == [tuple(fault[key] for key in ("row", "field", "value", "code", "severity", "proposal")) for fault in FAULTS]


def test_what_is_right_in_the_faulty_cell_mends_the_row() -> None:
    edits = Edits(
        cells={f"0.{fault['row']}": {Field(fault["field"]): fault["right"]} for fault in FAULTS if fault["right"] is not None},
        left_out=frozenset(f"0.{fault['row']}" for fault in FAULTS if fault["right"] is None),
    )
    rows = read(TABLES, LAYOUT, edits).rows
    assert len(rows) == 29
    assert [(row.key, row.problems) for row in rows if row.problems or row.same_as] == []


def test_what_is_proposed_is_what_is_right() -> None:
    for fault in FAULTS:
        if fault["proposal"] and fault["field"] != "birth_date":
            assert fault["proposal"] == fault["right"]
