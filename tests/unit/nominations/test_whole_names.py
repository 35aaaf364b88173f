"""A whole name in one cell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_app.nominations.shapes import NameOrder
from seminar_app.nominations.whole_names import cut_brackets, cut_title, order_of_names, split_whole
from tests.support.read_lists import problems_of, rows_of

GIVEN, SURNAMES = NameOrder.GIVEN_FIRST, NameOrder.SURNAMES_FIRST


@pytest.mark.parametrize(
    ("text", "order", "parts"),
    [
        ("Ángel Núñez Güemes", GIVEN, ("Ángel", "Núñez", "Güemes")),
        ("Verónica Hernández", GIVEN, ("Verónica", "Hernández", "")),
        ("Luz María De la Cruz de la O", GIVEN, ("Luz María", "De la Cruz", "de la O")),
        ("Luz María González", GIVEN, ("Luz María", "González", "")),
        ("JOSE LUIS DE LA O DZUL", GIVEN, ("JOSE LUIS", "DE LA O", "DZUL")),
        ("María del Carmen de la Cruz Ortega y Gasset", GIVEN, ("María del Carmen", "de la Cruz", "Ortega y Gasset")),
        ("María de la Luz Pérez", GIVEN, ("María de la Luz", "Pérez", "")),
        ("Miguel Ángel D’Acosta De la Cruz", GIVEN, ("Miguel Ángel", "D’Acosta", "De la Cruz")),
        ("Graciela De la Cruz San Martín", GIVEN, ("Graciela", "De la Cruz", "San Martín")),
        ("GÜEMES IBÁÑEZ SOFÍA", SURNAMES, ("SOFÍA", "GÜEMES", "IBÁÑEZ")),
        ("DE LA CRUZ RAMÍREZ LUZ MARÍA", SURNAMES, ("LUZ MARÍA", "DE LA CRUZ", "RAMÍREZ")),
        ("PÉREZ JUAN CARLOS", SURNAMES, ("JUAN CARLOS", "PÉREZ", "")),
        ("GONZÁLEZ KU, Víctor Hugo", GIVEN, ("Víctor Hugo", "GONZÁLEZ", "KU")),
        ("GONZÁLEZ KU Víctor Hugo", GIVEN, ("Víctor Hugo", "GONZÁLEZ", "KU")),
        ("Víctor Hugo GONZÁLEZ KU", SURNAMES, ("Víctor Hugo", "GONZÁLEZ", "KU")),
        ("Balam de la O, Araceli", GIVEN, ("Araceli", "Balam", "de la O")),
        ("Dr. Peter van der Berg Jr.", GIVEN, ("Peter", "van der Berg Jr.", "")),
        ("Juan Pérez López III", GIVEN, ("Juan", "Pérez", "López III")),
        ("PÉREZ LÓPEZ JUAN JR", SURNAMES, ("JUAN", "PÉREZ", "LÓPEZ JR")),
        ("van der Berg, Peter, Jr.", GIVEN, ("Peter", "van der Berg Jr.", "")),
        ("Pérez Jr., Juan", GIVEN, ("Juan", "Pérez Jr.", "")),
        ("Cap. 2/o. Eva Díaz Mora", GIVEN, ("Eva", "Díaz", "Mora")),
        ("Díaz Mora, Sgto. 1/er. Eva", GIVEN, ("Eva", "Díaz", "Mora")),
        ("Sukarno -", GIVEN, ("Sukarno", "", "")),
        ("Sukarno, -", GIVEN, ("Sukarno", "", "")),
        ("Sukarno", GIVEN, ("Sukarno", "", "")),
    ],
)
def test_a_whole_name_is_taken_apart(text: str, order: NameOrder, parts: tuple[str, str, str]) -> None:
    name = split_whole(text, order)
    assert (name.given_names, name.surname1, name.surname2) == parts


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("Lic. Ángel Núñez", "Lic.", "Ángel Núñez"),
        ("LIC Ana Lucía", "LIC", "Ana Lucía"),
        ("C. Itzel Pech", "C.", "Itzel Pech"),
        ("Tte. Cor. Juan Ku", "Tte. Cor.", "Juan Ku"),
        ("M. en C. José Ku", "M. en C.", "José Ku"),
        ("Lic. en Der. Ana Ruiz", "Lic. en Der.", "Ana Ruiz"),
        ("MA. GUADALUPE GARCÍA", "", "MA. GUADALUPE GARCÍA"),
        ("M. Guadalupe García", "", "M. Guadalupe García"),
        ("Cap. 2/o. Eva Díaz", "Cap. 2/o.", "Eva Díaz"),
        ("Pol. 3ro. Eva Díaz", "Pol. 3ro.", "Eva Díaz"),
        ("2/o. Eva Díaz", "", "2/o. Eva Díaz"),
        ("Mayor López", "", "Mayor López"),
        ("Lic.", "", "Lic."),
    ],
)
def test_a_title_is_no_part_of_the_name(text: str, title: str, rest: str) -> None:
    assert cut_title(text) == (title, rest)


def test_a_title_may_stand_behind_a_comma() -> None:
    name = split_whole("García López Juan, Lic.", SURNAMES)
    assert (name.title, name.given_names, name.surname1, name.surname2) == ("Lic.", "Juan", "García", "López")


@pytest.mark.parametrize(
    ("text", "rest", "agency"), [("Óscar Canul (INM)", "Óscar Canul", "INM"), ("Ana Ruiz (Guest)", "Ana Ruiz", ""), ("(INM)", "(INM)", "")]
)
def test_an_acronym_in_brackets_is_the_agency(text: str, rest: str, agency: str) -> None:
    assert cut_brackets(text) == (rest, agency)


@pytest.mark.parametrize(
    ("texts", "known", "by_heading", "order"),
    [
        (["Ana Ruiz Peña", "Noé Ku Dzul"], (), True, GIVEN),
        (["RUIZ PEÑA ANA", "KU DZUL NOÉ"], (), False, SURNAMES),
        (["Ruiz, Ana"], (), True, SURNAMES),
        (["Xel Ku", "Xel Dzul"], ("xel",), True, GIVEN),
        (["Ku Dzul Pech"], (), False, GIVEN),
    ],
)
def test_the_order_is_told_by_where_the_given_names_stand(
    texts: list[str], known: tuple[str, ...], by_heading: bool, order: NameOrder
) -> None:
    assert order_of_names(texts, known, surnames_first=by_heading) is order


SOME = ("Ana", "LUZ", "de", "la", "O", "Ruiz", "y", "San", "D’Acosta", "María", "del", "Carmen", "-", "Lic.", "C.")
WORDS = st.lists(st.sampled_from(SOME), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.sampled_from(list(NameOrder)), st.integers(0, 8))
def test_no_word_is_lost(words: list[str], order: NameOrder, comma: int) -> None:
    text = " ".join([*words[:comma], ",", *words[comma:]] if comma < len(words) else words).replace(" ,", ",")
    name = split_whole(text, order)
    found = " ".join((name.title, name.given_names, name.surname1, name.surname2)).split()
    assert sorted(word for word in found if word != "-") == sorted(word for word in text.replace(",", " ").split() if word != "-")


@pytest.mark.parametrize(
    ("cell", "problems"),
    [
        ("Sukarno", [("full_name", "missing", "error")]),
        ("Sukarno -", []),
        ("Ana Ruiz 🎓", []),
        ("Cap. 2/o. Ana Ruiz", []),
        ("Ana Ruiz 2/o.", [("full_name", "unusable", "error")]),
        ("12345", [("full_name", "no_letters", "error")]),
        ("Ana Ruiz2", [("full_name", "unusable", "error")]),
        ("#¡REF!", [("full_name", "unusable", "error")]),
        ("Ana Ruiz / Noé Ku", [("full_name", "unusable", "error")]),
        ("Ana Ruiz http://evil.example", [("full_name", "unusable", "error")]),
        ("Ana " + "R" * 101, [("full_name", "too_long", "error")]),
        ("Ana\x00 Ruiz\u202e", []),
        ("VACANTE", [("full_name", "vacant", "error")]),
    ],
)
def test_what_is_no_name_keeps_a_row_out(cell: str, problems: list[tuple[str, str, str]]) -> None:
    rows = rows_of(("Nombre completo", "Cargo", "Correo"), (cell, "Fiscal", "ana@b.example"))
    assert problems_of(rows[0]) == problems


def test_pictures_and_what_nobody_sees_are_taken_out_of_a_name() -> None:
    nominee = rows_of(("Nombre completo", "Correo"), ("Ana\x00 Ruiz\u202e 🎓", "ana@b.example"))[0].nominee
    assert (nominee.given_names, nominee.surname1) == ("Ana", "Ruiz")


@pytest.mark.parametrize(
    ("cells", "problems", "parts"),
    [
        (("Lic. Ana", "Ruiz", ""), [], ("Ana", "Ruiz", None)),
        (("Ana", "", "Paz"), [], ("Ana", "Paz", None)),
        (("Ana", "", ""), [("surname1", "missing", "error")], ("Ana", "", None)),
        (("Sukarno", "-", ""), [], ("Sukarno", "", None)),
        (("", "Ruiz", "Paz"), [("given_names", "missing", "error")], ("", "Ruiz", "Paz")),
        (("Ana", "Ru1z", ""), [("surname1", "unusable", "error")], ("Ana", "Ru1z", None)),
        (("VACANTE", "VACANTE", ""), [("given_names", "vacant", "error")], ("", "", None)),
    ],
)
def test_a_name_in_three_columns(
    cells: tuple[str, str, str], problems: list[tuple[str, str, str]], parts: tuple[str, str, str | None]
) -> None:
    headings = ("Nombre(s)", "Apellido paterno", "Apellido materno", "Correo")
    row = rows_of(headings, (*cells, "ana@b.example"), ("Noé", "Ku", "Dzul", "noe@b.example"))[0]
    assert [problem for problem in problems_of(row) if problem[0] != "email"] == problems
    assert (row.nominee.given_names, row.nominee.surname1, row.nominee.surname2) == parts


@pytest.mark.parametrize(
    ("cell", "proposal"),
    [("Ana Ru1z", None), ("Ana Ruiz2", "Ana Ruiz"), ("*Ana S0to", "Ana Soto"), ("Ana / Noé Ku", None), ("=1+Ana Ruiz", None)],
)
def test_a_name_with_foreign_signs_is_proposed_without_them_where_that_is_clear(cell: str, proposal: str | None) -> None:
    row = rows_of(("Nombre completo", "Correo"), (cell, "ana@b.example"), ("Noé Ku", "noe@b.example"))[0]
    assert [problem.proposal for problem in row.problems] == [proposal]


def test_the_heading_tells_the_order_where_no_name_does() -> None:
    rows = rows_of(("NOMBRE (APELLIDO PATERNO, MATERNO, NOMBRES)", "Correo"), ("KU DZUL XEL", "x@b.example"))
    assert (rows[0].nominee.given_names, rows[0].nominee.surname1) == ("XEL", "KU")


@pytest.mark.parametrize(
    ("text", "order", "meant"),
    [
        ("CRUZ MARTÍNEZ", GIVEN, "MARTÍNEZ, CRUZ"),
        ("Wei Chen", GIVEN, "Chen, Wei"),
        ("Lic. Wei Chen Jr. (INM)", GIVEN, "Chen Jr., Lic. Wei (INM)"),
        ("MARTÍNEZ JUAN", GIVEN, "MARTÍNEZ, JUAN"),
        ("MARTÍNEZ LÓPEZ JUAN", GIVEN, "MARTÍNEZ LÓPEZ, JUAN"),
        ("CRUZ MARTÍNEZ", SURNAMES, "CRUZ, MARTÍNEZ"),
        ("Diego Martínez", GIVEN, ""),
        ("María del Carmen Ku", GIVEN, ""),
        ("MARTÍNEZ DIEGO", SURNAMES, ""),
        ("Chen, Wei", GIVEN, ""),
        ("CHEN Wei", GIVEN, ""),
        ("Brayan Tun Ek", GIVEN, ""),
        ("Sukarno -", GIVEN, ""),
        ("Sukarno", GIVEN, ""),
    ],
)
def test_a_split_that_no_known_given_name_tells_is_to_be_confirmed(text: str, order: NameOrder, meant: str) -> None:
    name = split_whole(text, order)
    assert name.meant == meant
    if meant:
        again = split_whole(meant, order)
        assert again.meant == ""
        assert sorted(" ".join((again.title, again.given_names, again.surname1, again.surname2)).split()) == sorted(
            " ".join((name.title, name.given_names, name.surname1, name.surname2)).split()
        )
        assert again.agency == name.agency


def test_a_doubtful_split_is_a_warning_with_the_split_to_confirm() -> None:
    row = rows_of(("Nombre completo", "Correo"), ("CRUZ MARTÍNEZ", "c@b.example"), ("Ana Ruiz", "a@b.example"))[0]
    assert problems_of(row) == [("full_name", "which_is_given", "warning")]
    assert row.problems[0].proposal == "MARTÍNEZ, CRUZ"


def test_two_surnames_in_one_cell_keep_a_suffix_with_the_last() -> None:
    rows = rows_of(("Nombre", "Apellidos", "Correo"), ("Juan", "Pérez López Jr.", "j@b.example"), ("Ana", "Ruiz II", "a@b.example"))
    assert [(row.nominee.surname1, row.nominee.surname2) for row in rows] == [("Pérez", "López Jr."), ("Ruiz II", None)]
