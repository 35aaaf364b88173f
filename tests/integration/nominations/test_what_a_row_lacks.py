"""A row without an address, and a row whose words name no agency of the directory: what becomes of each is said, and chosen."""

from __future__ import annotations

from seminar_app.core.values import replace
from seminar_app.nominations.rules import Outcome
from seminar_app.nominations.shapes import Field, ProblemCode, Severity
from tests.integration.nominations.conftest import Desk, person, rows

HEADINGS = ("Nombre", "Apellido paterno", "Apellido materno", "Correo", "Dependencia")


def test_people_without_an_address_come_where_somebody_says_so(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2, email=""), person(3, email="")), "INM")
    assert [each.outcome for each in desk.look(found)] == [Outcome.SEATED, Outcome.FAULTY, Outcome.FAULTY]
    desk.correct(found, lambda work: replace(work, without_address=True))
    looked = desk.look(found)
    assert [each.outcome for each in looked] == [Outcome.SEATED] * 3
    assert [(each.code, each.severity) for each in looked[1].row.problems] == [(ProblemCode.MISSING, Severity.WARNING)]
    assert desk.bring(found).came == 3


def test_a_wrong_address_is_an_error_all_the_same(desk: Desk) -> None:
    desk.pool("INM", 5)
    found = desk.keep(rows(person(1), person(2, email="none at all")), "INM")
    desk.correct(found, lambda work: replace(work, without_address=True))
    assert [each.outcome for each in desk.look(found)] == [Outcome.SEATED, Outcome.FAULTY]


def test_words_that_name_no_agency_are_told_in_a_list_of_one_agency(desk: Desk) -> None:
    desk.pool("INM", 5)
    cells = (("Ana", "Soto", "Díaz", "a@inm.example", "Secretaría de Turismo"), ("Luis", "Mora", "Cruz", "l@inm.example", "INM"))
    first, second = desk.look(desk.keep(rows(*cells, headings=HEADINGS), "INM"))
    (doubt,) = first.row.problems
    assert (doubt.field, doubt.code, doubt.severity) == (Field.AGENCY, ProblemCode.UNKNOWN_AGENCY, Severity.WARNING)
    assert doubt.value == "Secretaría de Turismo"
    assert first.outcome is Outcome.SEATED
    assert second.row.problems == ()


def test_words_that_name_no_agency_are_an_error_where_each_row_names_its_own(desk: Desk) -> None:
    desk.pool("INM", 5)
    cells = (("Ana", "Soto", "Díaz", "a@inm.example", "Secretaría de Turismo"), ("Luis", "Mora", "Cruz", "l@inm.example", "INM"))
    first, second = desk.look(desk.keep(rows(*cells, headings=HEADINGS), None))
    assert [(each.code, each.severity, each.value) for each in first.row.problems] == [
        (ProblemCode.NO_AGENCY, Severity.ERROR, "Secretaría de Turismo")
    ]
    assert second.outcome is Outcome.SEATED
