"""The eleven lists, read from their files and compared with what a right reader reports (`expected.json` beside them).

Where the README lets a reader differ, this one does: a whole name in one cell is compared joined, and «P.G.R.» is read as written.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seminar_app import demo
from seminar_app.nominations.layout import propose
from seminar_app.nominations.reading import proposed_case, proposed_states, read
from seminar_app.nominations.report import as_report
from seminar_app.nominations.shapes import Field, Layout, Reading, Tables
from seminar_app.nominations.tables import read_tables

FOUR = Path(demo.__file__).parent / "data"
SEVEN = Path(__file__).parents[2] / "data" / "lists"
EXPECTED: dict[str, Any] = {
    name: expected
    for folder in (FOUR, SEVEN)
    for name, expected in json.loads((folder / "expected.json").read_text(encoding="utf-8")).items()
    if "accepted" in expected
}
KEYS = ("row", "given_names", "surname1", "surname2", "email", "sex", "birth_date", "curp", "position", "state")
WORDS = {
    "a vacant post, no person": "vacant",
    "two addresses in one cell: the first is taken": "several addresses",
    "both columns are marked": "both sexes",
}


@cache
def opened(name: str) -> tuple[Tables, Layout, Reading]:
    folder = FOUR if (FOUR / name).exists() else SEVEN
    tables = read_tables((folder / name).read_bytes(), name=name)
    layout = propose(tables)
    return tables, layout, read(tables, layout)


def report(name: str) -> dict[str, list[dict[str, Any]]]:
    tables, _layout, reading = opened(name)
    return as_report(reading, tables)


def comparable(person: dict[str, Any]) -> dict[str, Any]:
    keys = (*KEYS, *(key for key in ("phone", "sheet") if key in person))
    return {key: person.get(key) or None for key in keys}


def beyond_the_file(name: str) -> list[dict[str, Any]]:
    """The people of an earlier list: they are found by who imports, not by who reads one list."""
    return [entry for entry in EXPECTED[name]["duplicates"] if isinstance(entry["of"], str)]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_person_is_read_as_the_list_writes_them(name: str) -> None:
    expected = EXPECTED[name]["accepted"]
    elsewhere = {entry["row"] for entry in beyond_the_file(name)}
    accepted = [person for person in report(name)["accepted"] if person["row"] not in elsewhere]
    assert len(accepted) == len(expected)
    for found, person in zip(accepted, expected, strict=True):
        keys = comparable(person)
        assert {key: found.get(key) or None for key in keys} == keys
        assert {key for key in found if key == "sheet"} == {key for key in person if key == "sheet"}


@pytest.mark.parametrize("name", EXPECTED)
def test_duplicates_errors_and_warnings_are_the_expected_ones(name: str) -> None:
    found, expected = report(name), EXPECTED[name]
    duplicates = [entry for entry in expected["duplicates"] if isinstance(entry["of"], int)]
    places = ("row", "of", "sheet", "of_sheet")
    assert [[entry.get(key) for key in places] for entry in found["duplicates"]] == [
        [entry.get(key) for key in places] for entry in duplicates
    ]
    for kind in ("errors", "warnings"):
        assert [(e["row"], e["field"], e["message"]) for e in found[kind]] == [(e["row"], e["field"], e["why"]) for e in expected[kind]]


@pytest.mark.parametrize("name", EXPECTED)
def test_rows_that_are_no_people_appear_nowhere(name: str) -> None:
    tables, _layout, reading = opened(name)
    rows = {(tables.tables[row.table].name, row.number) for row in reading.rows}
    only = tables.tables[0].name
    for entry in EXPECTED[name].get("not_people", ()):
        place = (entry["sheet"], entry["row"]) if isinstance(entry, dict) else (only, entry)
        assert place not in rows


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if "layout" in expected])
def test_headers_are_found_where_they_are(name: str) -> None:
    tables, layout, _reading = opened(name)
    expected = EXPECTED[name]["layout"]
    headers = expected.get("sheets") or {"": expected["header"]}
    assert {tables.tables[each.table].name: list(each.header) for each in layout.tables if each.taken} == headers


@pytest.mark.parametrize("name", EXPECTED)
def test_every_column_is_placed_or_left_out(name: str) -> None:
    assert opened(name)[1].unplaced == []


@pytest.mark.parametrize(
    "name", [name for name, expected in EXPECTED.items() if any("raw_name" in person for person in expected["accepted"])]
)
def test_no_word_of_a_whole_name_is_lost(name: str) -> None:
    _tables, _layout, reading = opened(name)
    by_row = {row.number: row.nominee for row in reading.rows}
    for person in EXPECTED[name]["accepted"]:
        nominee = by_row[person["row"]]
        words = " ".join(filter(None, (nominee.title, nominee.given_names, nominee.surname1, nominee.surname2))).split()
        if nominee.agency and f"({nominee.agency})" in person["raw_name"]:
            words.append(f"({nominee.agency})")
        assert sorted(words) == sorted(person["raw_name"].replace(",", "").split())
        assert nominee.title == person.get("title")


def test_rows_below_the_heading_of_an_agency_are_of_that_agency() -> None:
    agencies = {row.number: row.nominee.agency for row in opened("06-secciones.ods")[2].rows}
    assert agencies == {person["row"]: person["agency"] for person in EXPECTED["06-secciones.ods"]["accepted"]}


def test_an_agency_in_a_column_or_behind_a_name_is_kept_as_written() -> None:
    agencies = {row.number: row.nominee.agency for row in opened("01-registro-asistencia.xlsx")[2].rows}
    assert agencies == {person["row"]: person["agency"] for person in EXPECTED["01-registro-asistencia.xlsx"]["accepted"]}
    assert {row.nominee.agency for row in opened("04-reporte-videoconferencia.csv")[2].rows} == {None, "INM"}


def test_whole_names_of_shortened_states_are_offered() -> None:
    _tables, _layout, reading = opened("07-personal-mac.csv")
    offered = proposed_states(reading)
    for person in EXPECTED["07-personal-mac.csv"]["accepted"]:
        key = f"0.{person['row']}"
        assert offered.get(key, {}).get(Field.STATE, person["state"]) == person["true_state"]


def test_normal_case_is_offered_for_names_in_capitals_and_for_no_others() -> None:
    assert proposed_case(opened("CNS.csv")[2]) == {}
    assert proposed_case(opened("03-respuestas-formulario.csv")[2]) == {
        "0.18": {Field.GIVEN_NAMES: "Rubén", Field.SURNAMES: "Hernández Ortiz"}
    }
    offered = proposed_case(opened("PGR.xlsx")[2])
    assert offered["0.5"] == {Field.GIVEN_NAMES: "Sofía", Field.SURNAME1: "Güemes", Field.SURNAME2: "Ibáñez"}


def test_there_are_ninety_four_people_in_the_four_lists() -> None:
    four = ("PGR.xlsx", "PGJ.csv", "CNS.csv", "INM.xlsx")
    assert sum(len(report(name)["accepted"]) - len(beyond_the_file(name)) for name in four) == 94
