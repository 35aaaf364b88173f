"""For any input, typed or in a list of nominees, the readers answer or refuse; they never fail otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seminar_app.audit.anchor import AnchorBroken, read_anchors
from seminar_app.audit.chain import ChainKeys
from seminar_app.core.addresses import counting_key, fault_of_address, normal_address, search_form
from seminar_app.core.folding import fold
from seminar_app.core.links import token_hash
from seminar_app.core.phones import readable_phone, shown_phone
from seminar_app.nominations.names import split_surnames
from seminar_app.nominations.reading import FIELD_OF, Known, Unreadable, _read_rows, as_date, as_sex, find_header, read_list
from seminar_app.nominations.tables import decoded, delimiter
from seminar_app.people.identity_rules import doubt_about_curp
from seminar_app.people.rules import is_name, name_key
from seminar_app.registration.services.forms_sent import same_code

KEYS = ChainKeys(audit_keys=(), secret_keys=("a secret key of at least thirty-two letters",))
TEXT = st.text(st.characters(codec=None, categories=None), max_size=60) | st.sampled_from(
    ("", "\0", "1" + "0" * 20, "[1]", "\ud800", "\u202e\u200b", "🎓" * 60, "x" * 5_000, "+52 998 123 4567", "a@b", "a@[1]", "@", "٣", "²")
)
CELLS = TEXT | st.floats() | st.integers() | st.dates() | st.datetimes() | st.booleans()
INPUTS = [pytest.param(40, id="short"), pytest.param(2_000, id="full", marks=pytest.mark.full)]
READERS: list[Callable[[str], Any]] = [
    fold,
    normal_address,
    counting_key,
    search_form,
    token_hash,
    is_name,
    name_key,
    fault_of_address,
    readable_phone,
    shown_phone,
    doubt_about_curp,
    split_surnames,
    lambda text: as_sex(text, m_is_male=True),
    lambda text: same_code(text, "Cancún"),
    delimiter,
]


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_reader_answers_to_any_text(inputs: int) -> None:
    @settings(max_examples=inputs, deadline=None, database=None)
    @given(TEXT)
    def read(text: str) -> None:
        for reader in READERS:
            reader(text)

    read()


@settings(max_examples=40, deadline=None)
@given(CELLS)
@example(1e20)
@example(float("nan"))
@example(float("-inf"))
@example(10**20)
def test_a_cell_is_a_date_or_nothing_or_unreadable(cell: object) -> None:
    try:
        found = as_date(cell)
    except Unreadable:
        return
    assert found is None or isinstance(found, date)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80))
@example(b"\x81\x8d\x8f\x90\x9d")
def test_any_bytes_are_some_text(content: bytes) -> None:
    assert isinstance(decoded(content), str)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(sorted(FIELD_OF)), min_size=4, max_size=12), st.lists(st.lists(CELLS, max_size=12), max_size=6))
def test_each_row_of_a_list_is_a_person_a_duplicate_or_an_error_with_its_number(headings: list[str], rows: list[list[object]]) -> None:
    table: list[list[object]] = [["correo", *headings], *rows]
    header = find_header(table)
    if header is None:
        return
    reading = _read_rows("list.csv", table, header, Known())
    numbers = [one.row for one in reading.accepted] + [one.row for one in reading.duplicates] + [one.row for one in reading.errors]
    assert set(numbers) <= set(range(2, len(table) + 1))
    assert len({one.email for one in reading.accepted}) == len(reading.accepted)


def test_a_cell_longer_than_any_text_makes_no_list(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("correo,nombre,curp,sexo\n" + "x" * 200_000, encoding="utf-8")
    with pytest.raises(ValueError, match=r"list\.csv"):
        read_list(tmp_path / "list.csv", Known())


@pytest.mark.parametrize("sequence", ["1e999", '"\\ud800"', "[" * 500])
def test_a_line_that_is_no_anchor_breaks_the_file(tmp_path: Path, sequence: str) -> None:
    line = f'{{"at": "\\ud800", "sequence": {sequence}, "digest": "", "mac": ""}}\n'
    (tmp_path / "anchors").write_text(line, encoding="ascii")
    with pytest.raises(AnchorBroken):
        list(read_anchors(tmp_path / "anchors", KEYS))
