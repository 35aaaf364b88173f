"""What headings in two languages say, and what stands below them says more clearly."""

from __future__ import annotations

import pytest

from seminar_app.nominations.headings import field_of, is_day_first, m_by_heading
from seminar_app.nominations.shapes import Cell, Field
from tests.support.read_lists import NOMBRES, fields_of, layout_of

WHO = ("Ana", "Ruiz", "Peña")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NOMBRE(S)", Field.GIVEN_NAMES),
        ("1. Escriba su(s) nombre(s), tal como debe aparecer en la constancia", Field.GIVEN_NAMES),
        ("Nombre(s) de la persona servidora pública", Field.GIVEN_NAMES),
        ("First name", Field.GIVEN_NAMES),
        ("Ap. Paterno", Field.SURNAME1),
        ("Last name 1", Field.SURNAME1),
        ("2do. apellido", Field.SURNAME2),
        ("Second surname", Field.SURNAME2),
        ("2. Escriba sus apellidos (paterno y materno)", Field.SURNAMES),
        ("Last name", Field.SURNAMES),
        ("Apellidos y nombre", Field.FULL_NAME),
        ("Nombre y apellidos", Field.FULL_NAME),
        ("NOMBRE (APELLIDO PATERNO, MATERNO, NOMBRES)", Field.FULL_NAME),
        ("NOMBRE COMPLETO\n(grado académico y nombre)", Field.FULL_NAME),
        ("Servidor público", Field.FULL_NAME),
        ("Grado académico", Field.TITLE),
        ("Dirección de correo electrónico", Field.EMAIL),
        ("E-MAIL", Field.EMAIL),
        ('7. Teléfono "de oficina" o celular', Field.PHONE),
        ("TEL. OFICINA/CEL.", Field.PHONE),
        ("Sexo (catálogo)", Field.SEX),
        ("Gender", Field.SEX),
        ("SEXO H", Field.SEX_MALE),
        ("Mujer", Field.SEX_FEMALE),
        ("6. Fecha de nacimiento\n(día/mes/año)", Field.BIRTH_DATE),
        ("F. NAC.", Field.BIRTH_DATE),
        ("DOB", Field.BIRTH_DATE),
        ("C.U.R.P.", Field.CURP),
        ("National ID (CURP)", Field.CURP),
        ("3. ¿Cuál es su cargo, puesto o grado?", Field.POSITION),
        ("Denominación del cargo", Field.POSITION),
        ("Job Title", Field.POSITION),
        ("GRADO", Field.RANK),
        ("Rank", Field.RANK),
        ("Área de adscripción", Field.UNIT),
        ("4. ¿En qué entidad federativa labora?", Field.STATE),
        ("Entidad", Field.STATE),
        ("DEPENDENCIA", Field.AGENCY),
        ("Nombre de la dependencia", Field.AGENCY),
    ],
)
def test_a_heading_is_known_in_both_languages_and_inside_a_question(heading: str, field: Field) -> None:
    assert field_of(heading) is field


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "No.",
            "#",
            "NP",
            "Núm.",
            "FIRMA 3-jun",
            "Marca temporal",
            "Acepto el aviso de privacidad",
            "OBSERVACIONES",
            "CUIP",
            "R.F.C.",
            "Edad",
        ),
        *("Fecha de alta en el cargo", "Fecha de ingreso", "Fecha", "Clave o nivel del puesto", "Área responsable de la información"),
        *("8. ¿Requiere algún apoyo? (dieta, accesibilidad, otro)", "First Join", "In-Meeting Duration", "Participant ID (UPN)"),
        *("Edad", "Lugar de nacimiento", "Estado civil", "Nombre del jefe inmediato", "Teléfono de emergencia", "Último grado de estudios"),
        *("Qué está mal", "What is wrong", "Nombre del curso", "No. de empleado"),
    ],
)
def test_what_is_no_datum_of_a_person_is_left_out(heading: str) -> None:
    assert field_of(heading) is Field.LEFT_OUT


@pytest.mark.parametrize("heading", ["", "Dato", "40000", "x" * 500, "Perfil"])
def test_what_a_heading_does_not_say_is_not_guessed(heading: str) -> None:
    assert field_of(heading) is None


@pytest.mark.parametrize(
    ("heading", "means"), [("Sexo", "F"), ("Género", "F"), ("Gender", "M"), ("Sex", "M"), ("SEXO (H/M)", "F"), ("Sexo (M/F)", "M")]
)
def test_m_is_a_woman_in_a_spanish_list_and_a_man_in_an_english_one(heading: str, means: str) -> None:
    assert m_by_heading(heading) == means


@pytest.mark.parametrize(
    ("heading", "day"), [("Fecha de nacimiento", True), ("DOB", False), ("Birth (dd/mm/yyyy)", True), ("Nacimiento (mm/dd/aaaa)", False)]
)
def test_the_day_comes_first_in_a_spanish_list(heading: str, day: bool) -> None:
    assert is_day_first(heading) is day


def below(heading: str, *cells: Cell) -> Field | None:
    return fields_of((*NOMBRES, heading), *((*WHO, cell) for cell in cells))[-1]


@pytest.mark.parametrize(
    ("heading", "cells", "field"),
    [
        ("Adscripción", ("Tamps.", "Yuc.", "Sinaloa"), Field.STATE),
        ("Adscripción", ("Dirección General", "Subprocuraduría", "Yucatán"), Field.UNIT),
        ("Dato", ("ana@b.example", "noe@b.example"), Field.EMAIL),
        ("Dato", ("GUIS760414MTSMBF07", "OOMT850409HBCRXM04"), Field.CURP),
        ("Dato", ("Mujer", "Hombre"), Field.SEX),
        ("Dato", ("55 1234 5678", "998 123 4567 ext. 12"), Field.PHONE),
        ("Dato", ("azul", "rojo"), None),
        ("Dato", ("04/04/1981", "05/05/1982"), None),
        ("Dato", ("", ""), Field.LEFT_OUT),
        ("Última salida", ("5/12/14 11:30", "5/12/14, 9:58:12 AM"), Field.LEFT_OUT),
        ("Correo", ("Sí", "No", "Sí"), None),
        ("Role", ("Attendee", "Organizer", "Attendee"), Field.LEFT_OUT),
        ("Role", ("Agent", "Prosecutor", "Agent"), Field.POSITION),
        ("Title", ("Chief of Unit", "Agent", "Analyst"), Field.POSITION),
        ("Title", ("Dr.", "Ms.", "Mr."), Field.TITLE),
    ],
)
def test_what_stands_below_completes_or_corrects_the_heading(heading: str, cells: tuple[str, ...], field: Field | None) -> None:
    assert below(heading, *cells) is field


def test_of_two_addresses_the_office_s_is_taken_and_the_other_left_out() -> None:
    headings = ("Nombre completo", "Correo personal", "Correo institucional")
    assert fields_of(headings, ("Ana Ruiz", "a@gmail.example", "a@fgr.example")) == [Field.FULL_NAME, Field.LEFT_OUT, Field.EMAIL]


def test_of_two_columns_for_one_field_the_second_must_be_decided() -> None:
    headings = ("Nombre completo", "Cargo", "Puesto")
    assert fields_of(headings, ("Ana Ruiz", "Fiscal", "CF10")) == [Field.FULL_NAME, Field.POSITION, None]


def test_one_name_is_whole_and_beside_surnames_it_is_the_given_one() -> None:
    assert fields_of(("Nombre", "Correo"), ("Ana Ruiz", "a@b.example"))[0] is Field.FULL_NAME
    assert fields_of(("Nombre", "Apellidos", "Correo"), ("Ana", "Ruiz Paz", "a@b.example"))[:2] == [Field.GIVEN_NAMES, Field.SURNAMES]
    assert fields_of(("Nombre", "Apellido", "Segundo apellido"), ("Ana", "Ruiz", "Paz")) == [
        Field.GIVEN_NAMES,
        Field.SURNAME1,
        Field.SURNAME2,
    ]
    twice = ("Nombre completo", "Nombre", "Apellidos")
    assert fields_of(twice, ("Ana Ruiz", "Ana", "Ruiz")) == [Field.LEFT_OUT, Field.GIVEN_NAMES, Field.SURNAMES]


@pytest.mark.parametrize(("pair", "fields"), [(("H", "M"), ["sex_male", "sex_female"]), (("F", "M"), ["sex_female", "sex_male"])])
def test_a_column_m_marks_the_sex_that_the_other_does_not(pair: tuple[str, str], fields: list[str]) -> None:
    assert fields_of((*NOMBRES, *pair), (*WHO, "X", ""), ("Noé", "Ku", "Dzul", "", "X"))[-2:] == fields


def test_a_column_that_only_a_late_row_fills_is_listed() -> None:
    rows: list[tuple[Cell, ...]] = [("Nombre completo", "Correo"), *((f"Ana Ruiz {n}", f"a{n}@b.example") for n in range(1_500))]
    rows[1_204] = (*rows[1_204], "", "una nota")
    assert [column.index for column in layout_of(*rows).columns] == [0, 1, 3]
    assert layout_of(*rows).columns[2].field is None
