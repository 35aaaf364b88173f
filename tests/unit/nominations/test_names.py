"""Two surnames in one cell, and capitals in normal case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seminar_app.demo.people import listed_people
from seminar_app.nominations.names import normal_case, spellings, split_surnames
from tests.unit.nominations.test_eleven_lists import FOUR

EXPECTED: dict[str, Any] = json.loads((FOUR / "expected.json").read_text(encoding="utf-8"))


def test_the_demonstration_s_people_are_named_as_they_write_themselves() -> None:
    people = listed_people()
    expected = [person for name in ("PGR.xlsx", "PGJ.csv", "CNS.csv", "INM.xlsx") for person in EXPECTED[name]["accepted"]]
    names = [[name.replace("'", "’") for name in (p.data.given_names, p.data.surname1, p.data.surname2 or "")] for p in people]
    assert names == [each["true_name"] for each in expected]
    assert [p.data.email for p in people] == [each["email"] for each in expected]


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
