"""The program as lines: usual hours, and what is read of lines copied from a spreadsheet."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.seminars.rules import MOST_PASTED, USUAL_HOURS, Hours, PastedLine, days_between, parse_program, usual_hours

DAYS = days_between(date(2014, 6, 3), date(2014, 6, 5))
MORNING, AFTERNOON = (time(9), time(13)), (time(14, 30), time(17, 30))


def day_with(day: int, *hours: Hours) -> list[tuple[datetime, datetime]]:
    return [(datetime.combine(date(2015, 3, day), starts), datetime.combine(date(2015, 3, day), ends)) for starts, ends in hours]


def test_usual_are_the_hours_of_most_days_and_of_equals_those_of_the_earlier() -> None:
    short = (time(9), time(12))
    assert usual_hours([]) == USUAL_HOURS
    assert usual_hours([*day_with(3, short), *day_with(2, AFTERNOON, MORNING), *day_with(1, MORNING, AFTERNOON)]) == (MORNING, AFTERNOON)
    assert usual_hours([*day_with(2, short), *day_with(1, MORNING)]) == (MORNING,)


def test_titles_alone_are_lines_without_day_or_times() -> None:
    assert parse_program("Indicios\n\nEntrevistas, sin daño \r\n", DAYS) == [
        PastedLine(texts=("Indicios",)),
        PastedLine(texts=("Entrevistas, sin daño",)),
    ]


def test_a_whole_program_is_read_with_its_headings_and_days_above_their_lines() -> None:
    text = (
        "Día\tInicio\tFin\tTítulo\tPonentes\nMartes 3 de junio\t9:00\t13:00\tIndicios\tAna, HSI\n\t14:30\t17:30\tVíctimas\n"
        "4/6/2014\n\t9:00 – 1:00 p.m.\t210\tTaller"
    )
    assert parse_program(text, DAYS) == [
        PastedLine(day=DAYS[0], starts=time(9), ends=time(13), texts=("Indicios", "Ana, HSI")),
        PastedLine(day=DAYS[0], starts=time(14, 30), ends=time(17, 30), texts=("Víctimas",)),
        PastedLine(day=DAYS[1], starts=time(9), ends=time(13), minutes=210, texts=("Taller",)),
    ]


@pytest.mark.parametrize(
    "cell",
    ["2014-06-04", "4/6/2014", "04.06.14", "6/4/2014", "4/6", "miércoles 4 de junio de 2014", "Wednesday, June 4", "Mié. 4", "4-jun",
     "Día 2", "Day 2", "miércoles", "June 4th, 2014"],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(cell: str) -> None:
    assert [line.day for line in parse_program(f"{cell}\tTaller", DAYS)] == [DAYS[1]], cell


@pytest.mark.parametrize(
    "cell", ["2014-06-10", "10/6/2014", "Día 4", "Día 0", "junio", "2014", "4", "lunes", "99/99/9999", "0/0", "Trata 4"]
)
def test_what_is_no_day_of_the_seminar_stays_a_text(cell: str) -> None:
    assert parse_program(f"{cell}\tTaller", DAYS) == [PastedLine(texts=(cell, "Taller"))]


@pytest.mark.parametrize(
    ("cell", "times"),
    [
        ("9:00", [time(9)]), ("9.30", [time(9, 30)]), ("14h30", [time(14, 30)]), ("09:00:00", [time(9)]), ("2:30 p. m.", [time(14, 30)]),
        ("9 am", [time(9)]), ("12:15 AM", [time(0, 15)]), ("12 pm", [time(12)]), ("16:00 hrs", [time(16)]),
        ("9:00-13:00", [time(9), time(13)]),
        ("9:00 a 13:00", [time(9), time(13)]), ("9 to 11:30", [time(9), time(11, 30)]), ("9:00 – 13:00 h", [time(9), time(13)]),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(cell: str, times: list[time]) -> None:
    (line,) = parse_program(f"{cell}\tTaller", DAYS)
    assert [each for each in (line.starts, line.ends) if each] == times
    assert line.texts == ("Taller",)


@pytest.mark.parametrize("cell", ["25:00", "9:60", "9:00-10:00-11:00", "a las 9:00", "-", "9:00 -"])
def test_what_is_no_time_stays_a_text(cell: str) -> None:
    (line,) = parse_program(f"{cell}\tTaller", DAYS)
    assert (line.starts, line.texts) == (None, (cell, "Taller"))


def test_a_cell_of_several_lines_is_one_cell_and_a_quotation_mark_alone_harms_nothing() -> None:
    assert parse_program('Taller\t"Ana, HSI\nLuis"', DAYS) == [PastedLine(texts=("Taller", "Ana, HSI\nLuis"))]
    assert parse_program('El "caso\nOtro', DAYS) == [PastedLine(texts=('El "caso',)), PastedLine(texts=("Otro",))]


def test_a_whole_book_is_cut() -> None:
    assert len(parse_program("Taller\n" * 5_000, DAYS)) == MOST_PASTED


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read(text: str) -> None:
    parse_program(text, DAYS)
