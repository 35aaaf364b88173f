"""Lists of a few people: without headings, with one column, or with headings only."""

from __future__ import annotations

import pytest

from seminar_app.nominations.choices import LayoutFaultCode, with_choices
from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Field
from seminar_app.nominations.values import cut_address
from tests.support.read_lists import fields_of, layout_of, rows_of, tables_of

RARE = ("Brayan Tun Ek", "Kimberly Cen Ake", "Wei Chen", "Citlalmina Tun Ek")


def names_of(*rows: tuple[str, ...]) -> list[tuple[str, str, str | None]]:
    return [(row.nominee.given_names, row.nominee.surname1, row.nominee.email) for row in rows_of(*rows)]


@pytest.mark.parametrize("names", [RARE, *((name,) for name in RARE)])
def test_rare_names_beside_addresses_are_people_without_headings(names: tuple[str, ...]) -> None:
    rows = [(name, f"p{place}@b.example") for place, name in enumerate(names)]
    assert fields_of(*rows) == [Field.FULL_NAME, Field.EMAIL]
    assert layout_of(*rows).taken
    assert len(rows_of(*rows)) == len(names)


def test_what_repeats_beside_addresses_is_no_name() -> None:
    rows = [("Fiscal Federal", f"p{place}@b.example") for place in range(4)]
    assert fields_of(*rows) == [None, Field.EMAIL]


def test_a_name_that_a_person_places_takes_the_only_table() -> None:
    tables = tables_of([("Sukarno", "s@b.example")])
    proposed = propose(tables)
    assert not proposed.tables[0].taken
    assert [column.index for _table, column in proposed.unplaced] == [0]
    assert [fault.code for fault in with_choices(proposed, {}, tables=tables)[1]] == [LayoutFaultCode.UNPLACED, LayoutFaultCode.NO_NAME]
    layout, faults = with_choices(proposed, {"0": {"fields": {"0": "full_name"}}}, tables=tables)
    assert faults == ()
    assert len(read(tables, layout).rows) == 1


def test_a_sheet_that_a_person_does_not_take_stays_out_although_its_names_are_placed() -> None:
    people = [("Nombre completo", "Correo"), ("Ana Ruiz", "a@b.example")]
    tables = tables_of(people, [("Sukarno", "s@b.example")])
    said = {"1": {"taken": False, "fields": {"0": "full_name"}}}
    assert [each.taken for each in with_choices(propose(tables), said, tables=tables)[0].tables] == [True, False]
    del said["1"]["taken"]
    assert [each.taken for each in with_choices(propose(tables), said, tables=tables)[0].tables] == [True, True]


def test_headings_without_people_are_refused_as_such() -> None:
    tables = tables_of([("Nombre", "Apellido paterno", "Correo")])
    layout = propose(tables)
    assert (layout.tables[0].taken, layout.tables[0].header) == (False, (1,))
    said = {str(column.index): column.field or "" for column in layout.tables[0].columns}
    assert with_choices(layout, {"0": {"fields": said}}, tables=tables)[1][0].code is LayoutFaultCode.NOBODY


@pytest.mark.parametrize("heading", [None, "Nombre y correo", "Participantes", "Nombre"])
def test_a_name_and_an_address_in_one_cell_are_both_taken(heading: str | None) -> None:
    cells = [("Ana Soto <ana@b.example>",), ("Wei Chen wei@b.example",)]
    rows = [(heading,), *cells] if heading else cells
    assert names_of(*rows) == [("Ana", "Soto", "ana@b.example"), ("Wei", "Chen", "wei@b.example")]


def test_the_column_of_addresses_counts_before_an_address_beside_a_name() -> None:
    rows = [("Nombre", "Correo"), ("Ana Soto (ana@c.example)", "ana@b.example"), ("Noé Ku <noe@b.example>", "")]
    assert names_of(*rows) == [("Ana", "Soto", "ana@b.example"), ("Noé", "Ku", "noe@b.example")]


def test_one_column_of_rare_names_below_their_heading_is_a_list() -> None:
    rows = [("Nombre",), *((name,) for name in RARE)]
    assert layout_of(*rows).header == (1,)
    assert [row.number for row in rows_of(*rows)] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ana Soto <ana@b.example>", ("Ana Soto", "ana@b.example")),
        ("Ana Soto: mailto:ANA@b.example", ("Ana Soto", "ana@b.example")),
        ("ana@b.example - Ana Soto", ("Ana Soto", "ana@b.example")),
        ("Ana Soto", ("Ana Soto", "")),
        ("a@b.example / c@d.example", ("a@b.example / c@d.example", "")),
        ("Ana @home", ("Ana @home", "")),
    ],
)
def test_an_address_is_cut_out_of_a_cell(text: str, parts: tuple[str, str]) -> None:
    assert cut_address(text) == parts
