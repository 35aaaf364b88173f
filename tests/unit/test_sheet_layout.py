"""How a spreadsheet page is laid out: heights of rows, the key, and pages side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.core.sheet_layout import (
    LINE_POINTS,
    MOST_KEY_ROWS,
    MOST_LINES,
    Above,
    first_page,
    heading_points,
    key_rows,
    lines_of,
    pages_across,
    width_of,
)

WIDTHS = [12, 12, 12, 13, 17, 12, 5, 12, *(9,) * 6, 11, 9, 10, 10]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        ("Oficial", 17, 1),
        ("Agente del Ministerio Público de la Federación", 17, 3),
        ("two\nlines", 17, 2),
        ("one\n\n\nfour", 17, 4),
        ("ADMINISTRACIÓN", 13, 2),
        ("illicit illicit", 13, 1),
        ("W" * 40, 10, 7),
        ("研修" * 10, 10, 4),
        ("x" * 100_000, 10, MOST_LINES),
    ],
)
def test_a_text_takes_as_many_lines_as_its_letters_need(text: str, width: int, lines: int) -> None:
    assert lines_of(text, width) == lines


@given(st.text(max_size=200), st.integers(1, 60))
def test_any_text_has_a_height_that_a_spreadsheet_opens(text: str, width: int) -> None:
    assert 1 <= lines_of(text, width) <= MOST_LINES
    assert heading_points([text], [width]) <= 409


def test_the_heading_row_is_as_high_as_its_longest_heading() -> None:
    assert heading_points(["S1", "Minutos de contacto"], [9, 9]) > 3 * LINE_POINTS
    assert heading_points(["S1", "S2"], [9, 9]) < 2 * LINE_POINTS
    assert heading_points([], []) > 0


def test_the_key_stands_side_by_side_only_as_far_as_nothing_is_cut() -> None:
    short = [f"S{number} = 3 jun" for number in range(1, 7)]
    assert key_rows(short, WIDTHS) == [
        [(0, short[0]), (5, short[2]), (11, short[4])],
        [(0, short[1]), (5, short[3]), (11, short[5])],
    ]
    longer = [f"{entry} · {'x' * 70}" for entry in short]
    assert [[entry for _place, entry in row] for row in key_rows(longer, WIDTHS)] == [longer[i::3] for i in range(3)]
    assert key_rows([], WIDTHS) == []


def test_a_long_key_is_cut_rather_than_to_push_the_table_off_the_screen() -> None:
    entries = [f"S{number} = 3 jun, 9:00 · 3 h · {'Una sesión de título muy largo ' * 6}" for number in range(1, 13)]
    rows = key_rows(entries, WIDTHS)
    assert len(rows) == MOST_KEY_ROWS
    assert sorted(entry[:4] for row in rows for _place, entry in row) == sorted(entry[:4] for entry in entries)
    assert all(entry.endswith("…") and width_of(entry) < sum(WIDTHS) / 3 + 10 for row in rows for _place, entry in row)


def test_lines_above_are_broken_where_the_table_ends() -> None:
    above = Above("Título " * 40, None, ["a" * 10 + " " + "word " * 100, "short"])
    assert len(above.title_lines([20, 40])) == 4
    assert above.title_lines([20, 40])[-1].endswith("…")
    assert above.subtitle_lines([20, 40]) == []
    assert above.plain_lines([20, 40])[-1] == "short"
    assert max(width_of(line) for line in above.plain_lines([20, 40])) <= 62


def test_lines_above_end_on_the_first_of_the_pages_side_by_side() -> None:
    wide = [*WIDTHS, *(9,) * 6]
    assert first_page(WIDTHS) == WIDTHS
    assert first_page(wide) == wide[: len(first_page(wide))]
    assert sum(wide) / 2 - max(wide) < sum(first_page(wide)) <= sum(wide) / 2
    assert first_page([400]) == [400]
    assert len(key_rows([f"S{number} = {'long title ' * 9}" for number in range(12)], first_page(wide))) == 6, "each is left 50 letters"


def test_six_sessions_fit_on_one_page_and_twelve_on_two() -> None:
    assert pages_across(WIDTHS) == 1
    assert pages_across([*WIDTHS, *(9,) * 6]) == 2
    assert pages_across([]) == 1
