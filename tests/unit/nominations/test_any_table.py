"""For any table of any cells a layout is proposed and the rows are read; nothing is raised, and what was read can be kept as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seminar_app.nominations import dates
from seminar_app.nominations.choices import faults_of, from_json, to_json, with_choices
from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import proposed_case, proposed_states, read
from seminar_app.nominations.report import as_report
from seminar_app.nominations.shapes import Edits, Field
from tests.support.read_lists import tables_of

ODD = (
    "",
    "\0",
    "\ud800",
    "\u202e",
    "🎓",
    "x" * 3_000,
    "1" + "0" * 20,
    "²",
    "٣",
    "-",
    "*",
    "(",
    "#REF!",
    "=1+1",
    "a@b.example",
    "@",
    "a@b@c",
)
TEXT = st.text(st.characters(codec=None, categories=None), max_size=40) | st.sampled_from(ODD)
HEADINGS = st.sampled_from(
    ("No.", "Nombre", "Apellidos", "Apellido paterno", "Correo", "Sexo", "H", "M", "CURP", "Fecha de nacimiento", "Estado", "Cargo", "Tel.")
)
WORDS = st.sampled_from(
    (
        "Ana",
        "de la O",
        "Ruiz, Ana",
        "H",
        "M",
        "X",
        "31/02/1980",
        "1/2/03",
        "45000",
        "Oax.",
        "VACANTE",
        "TOTAL",
        "Nota: no",
        "FGR",
        "Elaboró",
    )
)
CELLS = TEXT | HEADINGS | WORDS | st.floats() | st.integers(-(10**9), 10**12) | st.dates() | st.datetimes() | st.booleans()
ROWS = st.lists(st.lists(CELLS, max_size=7), max_size=8) | st.tuples(
    st.lists(HEADINGS, min_size=2, max_size=8), st.lists(st.lists(CELLS, max_size=8), max_size=6)
).map(lambda made: [made[0], *made[1]])
INPUTS = [pytest.param(120, id="short"), pytest.param(4_000, id="full", marks=pytest.mark.full)]


@pytest.mark.parametrize("inputs", INPUTS)
def test_any_table_is_read(inputs: int) -> None:
    @settings(max_examples=inputs, deadline=None, database=None)
    @given(ROWS, st.sets(st.integers(1, 8)), st.sampled_from(list(Field)), TEXT)
    @example([["Nombre", "Fecha de nacimiento"], ["Ana Ruiz", "31/02/1980"]], set(), Field.TITLE, "")
    def check(rows: list[list[object]], hidden: set[int], field: Field, edit: str) -> None:
        tables = tables_of(rows, hidden=sorted(hidden))  # type: ignore[arg-type]
        layout = propose(tables)
        assert from_json(json.loads(json.dumps(to_json(layout)))).tables[0].header == layout.tables[0].header
        for each in layout.tables:
            chosen, _faults = with_choices(layout, {each.key: {"taken": True, "fields": {"0": field.value}}}, tables=tables)
            edits = Edits(cells={f"0.{number}": {field: edit} for number in range(1, 9)}, people=frozenset({"0.2", "0.3"}))
            for reading in (read(tables, layout), read(tables, chosen, edits)):
                as_report(reading, tables)
                proposed_case(reading)
                proposed_states(reading)
                numbers = [row.key for row in reading.rows]
                assert len(set(numbers)) == len(numbers)
                assert not hidden & {row.number for row in reading.rows}
                assert all(row.faulty or row.same_as or row.nominee.given_names for row in reading.rows)
                assert all(isinstance(text, str) and "\0" not in text for row in reading.rows for text in row.cells.values())
        faults_of(layout)

    check()


def test_a_reader_that_trips_over_a_cell_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: a day that no month has raises something else."""

    def no_check(year: int, month: int, day: int) -> object:
        raise OverflowError(year, month, day)

    monkeypatch.setattr(dates, "_day", no_check)
    with pytest.raises(OverflowError):
        test_any_table_is_read(120)
