"""The four lists of the demonstration, compared with what a correct reader must report for each."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from seminar_app import demo
from seminar_app.nominations.names import normal_case, spellings, split_surnames
from seminar_app.nominations.reading import Reading, as_date, as_sex, read_lists
from seminar_app.nominations.tables import decoded, delimiter
from seminar_app.people.identity_rules import doubt_about_curp

DATA = Path(demo.__file__).parent / "data"
FILES = ("PGR.xlsx", "PGJ.csv", "CNS.csv", "INM.xlsx")
EXPECTED: dict[str, Any] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
KEYS = ("row", "given_names", "surname1", "surname2", "email", "sex", "birth_date", "curp", "position", "state")


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    return read_lists([DATA / name for name in FILES])


@pytest.mark.parametrize("file", FILES)
def test_every_person_of_a_list_is_read_as_the_list_writes_them(readings: dict[str, Reading], file: str) -> None:
    expected = EXPECTED[file]["accepted"]
    accepted = readings[file].accepted
    assert len(accepted) == len(expected)
    for nominee, person in zip(accepted, expected, strict=True):
        found = asdict(nominee) | {"birth_date": nominee.birth_date.isoformat() if nominee.birth_date else None}
        keys = (*KEYS, "phone") if "phone" in person else KEYS
        assert {key: found[key] for key in keys} == {key: person[key] for key in keys}


@pytest.mark.parametrize("file", FILES)
def test_duplicates_errors_and_warnings_are_the_expected_ones(readings: dict[str, Reading], file: str) -> None:
    reading, expected = readings[file], EXPECTED[file]
    assert [(d.row, d.of) for d in reading.duplicates] == [(d["row"], d["of"]) for d in expected["duplicates"]]
    assert [d.email for d in reading.duplicates if isinstance(d.of, str)] == [d["email"] for d in expected["duplicates"] if "email" in d]
    assert [(e.row, e.field, e.message) for e in reading.errors] == [(e["row"], e["field"], e["why"]) for e in expected["errors"]]
    assert [(w.row, w.field, w.message) for w in reading.warnings] == [(w["row"], w["field"], w["why"]) for w in expected["warnings"]]


def test_there_are_ninety_four_people(readings: dict[str, Reading]) -> None:
    assert sum(len(reading.accepted) for reading in readings.values()) == 94


def test_names_in_capitals_are_proposed_as_their_owners_write_them(readings: dict[str, Reading]) -> None:
    people = [nominee for reading in readings.values() for nominee in reading.accepted]
    known = spellings(name for nominee in people for name in (nominee.given_names, nominee.surname1, nominee.surname2 or ""))
    for nominee, person in zip(readings["PGR.xlsx"].accepted, EXPECTED["PGR.xlsx"]["accepted"], strict=True):
        names = (nominee.given_names, nominee.surname1, nominee.surname2 or "")
        assert [normal_case(name, known) for name in names] == person["true_name"]


@pytest.mark.parametrize(
    ("both", "first", "second"),
    [
        ("López Ibáñez", "López", "Ibáñez"),
        ("de la O Martínez", "de la O", "Martínez"),
        ("Argüelles de la O", "Argüelles", "de la O"),
        ("Martínez Mac Gregor", "Martínez", "Mac Gregor"),
        ("Mac Gregor Ku", "Mac Gregor", "Ku"),
        ("DEL ÁNGEL DE LA CRUZ", "DEL ÁNGEL", "DE LA CRUZ"),
        ("San Martín", "San Martín", ""),
        ("Muñoz D'Acosta", "Muñoz", "D'Acosta"),
        ("de", "de", ""),
        ("", "", ""),
    ],
)
def test_particles_stay_with_the_surname_after_them(both: str, first: str, second: str) -> None:
    assert split_surnames(both) == (first, second)


@pytest.mark.parametrize(
    ("capitals", "proposed"),
    [
        ("D’ACOSTA", "D’Acosta"),
        ("MAC GREGOR", "Mac Gregor"),
        ("DE LA O", "de la O"),
        ("ÑANDÚ-PECH", "Ñandú-Pech"),
        ("McGregor", "McGregor"),
    ],
)
def test_capitals_become_the_case_of_handwriting(capitals: str, proposed: str) -> None:
    assert normal_case(capitals, {}) == proposed


def test_a_spelling_without_accents_does_not_take_the_accents_away() -> None:
    assert normal_case("GÜEMES", spellings(["Guemes"])) == "Güemes"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (29092.0, date(1979, 8, 25)),
        ("02-01-1959", date(1959, 1, 2)),
        ("04/04/1981", date(1981, 4, 4)),
        ("1984-11-01", date(1984, 11, 1)),
        (date(1976, 4, 14), date(1976, 4, 14)),
        ("", None),
    ],
)
def test_dates_are_read_whichever_way_a_list_writes_them(cell: object, day: date | None) -> None:
    assert as_date(cell) == day


def test_a_day_that_no_month_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no such date"):
        as_date("31/02/1980")


def test_m_is_a_woman_in_a_spanish_list_and_a_man_in_an_english_one() -> None:
    assert as_sex(" M", m_is_male=False) == "F"
    assert as_sex("M", m_is_male=True) == "M"
    assert [as_sex(word, m_is_male=False) for word in ("Mujer", "HOMBRE", "Femenino", "x", "", "?")] == ["F", "M", "F", "X", None, None]


@pytest.mark.parametrize(
    ("curp", "doubt"),
    [("GUIS760414MTSMBF07", None), ("GUIS760414MTSMBF08", "check digit"), ("GUIS761414MTSMBF07", "format"), ("X", "format")],
)
def test_a_curp_is_doubted_but_never_refused(curp: str, doubt: str | None) -> None:
    assert doubt_about_curp(curp) == doubt


def test_encoding_and_delimiter_are_found_in_the_file() -> None:
    assert decoded("\ufeffaño".encode()) == "año"
    assert decoded("año;niño".encode("cp1252")) == "año;niño"
    assert delimiter("Entidad;Nombre, completo;Puesto\na,b,c,d,e") == ";"
