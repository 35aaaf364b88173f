"""Sexes, addresses, CURPs, phones and states in cells."""

from __future__ import annotations

import pytest

from seminar_app.nominations.shapes import Cell
from seminar_app.nominations.states import STATES, state_meant, state_named
from seminar_app.nominations.values import meaning_of_m
from tests.support.read_lists import NOMBRES, layout_of, one_of, problems_of, rows_of


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("Mujer", "F"),
        ("FEM.", "F"),
        ("f", "F"),
        ("Hombre", "M"),
        ("Masc.", "M"),
        ("h", "M"),
        ("Male", "M"),
        ("X", "X"),
        ("No binario", "X"),
    ],
)
def test_a_sex_is_read_in_both_languages(cell: str, sex: str) -> None:
    row = one_of("Sexo", cell)
    assert (row.nominee.sex, row.problems) == (sex, ())


@pytest.mark.parametrize("cell", ["", "Prefiero no decirlo", "N/A", "-", "prefer not to say"])
def test_a_sex_that_nobody_says_is_no_fault(cell: str) -> None:
    row = one_of("Sexo", cell)
    assert (row.nominee.sex, row.problems) == (None, ())


def test_an_unknown_word_for_a_sex_is_a_warning() -> None:
    row = one_of("Sexo", "sí")
    assert row.nominee.sex is None
    assert problems_of(row) == [("sex", "no_such_sex", "warning")]


@pytest.mark.parametrize(
    ("words", "curp", "heading", "means"),
    [
        (["M", "H"], None, "M", "F"),
        (["M", "F"], None, "F", "M"),
        (["M"], None, "F", "F"),
        (["M"], None, "M", "M"),
        (["M"], "GUIS760414MTSMBF07", "M", "F"),
        (["M"], "OOMT850409HBCRXM04", "F", "M"),
        (["Mujer"], None, "F", None),
    ],
)
def test_m_is_what_the_rest_of_the_column_the_curps_or_the_heading_say(
    words: list[str], curp: str | None, heading: str, means: str | None
) -> None:
    assert meaning_of_m([(word, curp) for word in words], by_heading=heading) == means


def test_a_row_marked_as_both_sexes_is_a_warning_and_neither_is_none() -> None:
    rows = rows_of(
        (*NOMBRES, "H", "M"),
        ("Ana", "Ruiz", "", "", "✓"),
        ("Noé", "Ku", "", "x", ""),
        ("Luz", "Gil", "", "X", "X"),
        ("Eva", "Sol", "", "", ""),
    )
    assert [row.nominee.sex for row in rows] == ["F", "M", None, None]
    assert [problems_of(row) for row in rows] == [[], [], [("sex_female", "both_sexes", "warning")], []]


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("ANA@B.example", "ana@b.example"),
        ("ana @ b.example", "ana@b.example"),
        ("mailto:ana@b.example", "ana@b.example"),
        ("Ana Ruiz <ana@b.example>", "ana@b.example"),
        ("ana@b.example;", "ana@b.example"),
        ("ana@b.example, ANA@B.EXAMPLE", "ana@b.example"),
    ],
)
def test_an_address_is_taken_out_of_what_surrounds_it(cell: str, address: str) -> None:
    row = one_of("Correo", cell)
    assert (row.nominee.email, row.problems) == (address, ())


@pytest.mark.parametrize("between", [" / ", "; ", " y ", " ", ","])
def test_of_several_addresses_the_first_is_taken_with_a_warning(between: str) -> None:
    row = one_of("Correo", f"a@b.example{between}c@d.example")
    assert row.nominee.email == "a@b.example"
    assert problems_of(row) == [("email", "several_addresses", "warning")]


@pytest.mark.parametrize(
    "cell",
    ["noe3@b.example (trabajo)", "Noé Ku noe3@b.example", "Trabajo: noe3@b.example", "noe3@b.example oficina", "NOE3@b.example - casa"],
)
def test_words_beside_an_address_are_left_with_a_warning_and_a_way_to_confirm(cell: str) -> None:
    row = one_of("Correo", cell)
    assert row.nominee.email == "noe3@b.example"
    assert problems_of(row) == [("email", "more_than_address", "warning")]
    assert row.problems[0].proposal == "noe3@b.example"


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("noe.ku @b.example", "noe.ku@b.example"),
        ("noe ku@b.example", "noeku@b.example"),
        ("noe@b.gob .example", "noe@b.gob.example"),
        ("noe. ku@b.example", "noe.ku@b.example"),
    ],
)
def test_blanks_inside_an_address_are_no_words_beside_it(cell: str, address: str) -> None:
    row = one_of("Correo", cell)
    assert (row.nominee.email, row.problems) == (address, ())


@pytest.mark.parametrize(
    ("cell", "proposal"),
    [
        ("ana@gmail,com", "ana@gmail.com"),
        ("ana@gmail.con", "ana@gmail.com"),
        ("ana@@b.example", "ana@b.example"),
        ("ana(arroba)b.example", "ana@b.example"),
        ("ana.ruiz.gmail.com", "ana.ruiz@gmail.com"),
        ("ana", None),
        ("ana@", None),
        ("ver oficio", None),
    ],
)
def test_what_is_no_address_is_an_error_with_the_obvious_one_proposed(cell: str, proposal: str | None) -> None:
    row = one_of("Correo", cell)
    assert row.nominee.email is None
    assert problems_of(row) == [("email", "no_address", "error")]
    assert row.problems[0].proposal == proposal
    assert row.problems[0].value == cell


def test_a_domain_that_looks_mistyped_is_asked_about_and_accepted() -> None:
    row = one_of("Correo", "ana@gmial.com")
    assert row.nominee.email == "ana@gmial.com"
    assert problems_of(row) == [("email", "no_address", "warning")]
    assert row.problems[0].proposal == "ana@gmail.com"


@pytest.mark.parametrize("cell", ["", "N/A", "PENDIENTE", "no tiene", "S/D", "-", ".", "sin correo"])
def test_a_missing_address_is_an_error_where_the_list_has_a_column_for_them(cell: str) -> None:
    assert problems_of(one_of("Correo", cell)) == [("email", "missing", "error")]
    assert one_of("Cargo", cell).problems == ()


@pytest.mark.parametrize(
    ("cell", "curp", "code", "proposal"),
    [
        ("guis760414mtsmbf07", "GUIS760414MTSMBF07", None, None),
        ("GUIS-760414-MTSMBF 07", "GUIS760414MTSMBF07", None, None),
        ("GUIS760414MTSMBF08", "GUIS760414MTSMBF08", "check_digit", None),
        ("GUIS76O414MTSMBF07", None, "no_curp", "GUIS760414MTSMBF07"),
        ("GUIS760414", None, "no_curp", None),
        ("en trámite", None, "no_curp", None),
    ],
)
def test_a_curp_is_doubted_but_never_keeps_a_row_out(cell: str, curp: str | None, code: str | None, proposal: str | None) -> None:
    row = one_of("CURP", cell)
    assert row.nominee.curp == curp
    assert not row.faulty
    assert [(problem.code.value, problem.proposal) for problem in row.problems] == ([(code, proposal)] if code else [])


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (9981234567.0, "9981234567"),
        ("61 4809 5296 / 55 4592 4592", "61 4809 5296 / 55 4592 4592"),
        ("73 6133 8933 ext. 2409", "73 6133 8933 ext. 2409"),
        ("N/A", None),
    ],
)
def test_a_phone_stays_as_written(cell: Cell, phone: str | None) -> None:
    assert one_of("Teléfono", cell).nominee.phone == phone


def test_of_phones_too_long_for_the_record_the_first_is_kept_with_a_warning() -> None:
    row = one_of("Teléfono", "61 4809 5296 ext. 123 / 55 4592 4592 ext. 456")
    assert row.nominee.phone == "61 4809 5296 ext. 123"
    assert problems_of(row) == [("phone", "too_long", "warning")]


def test_a_position_too_long_for_the_record_is_cut_at_a_word_with_a_warning() -> None:
    row = one_of("Cargo", "Agente " * 40)
    assert row.nominee.position is not None
    assert len(row.nominee.position) <= 200
    assert row.nominee.position.endswith("Agente")
    assert problems_of(row) == [("position", "too_long", "warning")]


@pytest.mark.parametrize(
    ("cell", "state"), [("QUINTANA ROO", "Quintana Roo"), ("queretaro", "Querétaro"), ("Oax.", "Oax."), ("Yukatan", "Yukatan")]
)
def test_a_state_is_spelled_as_it_is_and_never_guessed(cell: str, state: str) -> None:
    assert one_of("Estado", cell).nominee.state == state


SHORT = {
    "Oax.": "Oaxaca",
    "N.L.": "Nuevo León",
    "Edo. Méx.": "Estado de México",
    "CDMX": "Ciudad de México",
    "D.F.": "Distrito Federal",
    "Q. Roo": "Quintana Roo",
    "B.C.S.": "Baja California Sur",
    "Mich": "Michoacán",
    "Oaxaca": None,
    "Atlántida": None,
}


@pytest.mark.parametrize(("short", "state"), SHORT.items())
def test_a_shortened_state_is_known(short: str, state: str | None) -> None:
    assert state_meant(short) == state


def test_there_are_thirty_two_states_and_the_capital_s_former_name() -> None:
    assert len(set(STATES.values()) - {"Distrito Federal", "México"}) == 32
    assert all(state_named(name.upper()) == name for name in STATES.values())


@pytest.mark.parametrize(
    ("cell", "code", "severity"),
    [
        ("31/02/1980", "no_such_date", "error"),
        ("1980", "no_such_date", "error"),
        ("01/01/1919", "unlikely_date", "warning"),
    ],
)
def test_a_wrong_birth_date_keeps_a_row_out_and_an_unlikely_one_does_not(cell: str, code: str, severity: str) -> None:
    assert problems_of(one_of("Fecha de nacimiento", cell)) == [("birth_date", code, severity)]


def test_an_english_list_is_read_by_its_own_orders() -> None:
    layout = layout_of(("First name", "Last name", "Gender", "DOB"), ("John", "Smith", "M", "04/05/1980"))
    assert (layout.date_order, layout.m_means) == ("month_first", "M")
