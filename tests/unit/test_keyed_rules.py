"""Row codes notice each slip of a finger, and what a keyed row means beside the mark on the screen."""

from __future__ import annotations

from itertools import pairwise

import pytest

from seminar_app.attendance.rules import MarkStatus, StoredMark
from seminar_app.paper.rules import Keyed, Verdict, read_row_code, row_code, verdict

P, L, E, X, A = MarkStatus
LARGEST = 25
"""Sheets and rows that are tried; with the numbers of three and four digits below, all lengths occur."""
NUMBERS = [*range(1, LARGEST), 96, 117, 1205]


def test_a_row_is_found_by_its_number_or_its_code() -> None:
    code = row_code(4, 17)
    check = code[-1]
    assert code == f"4-17-{check}"
    for typed in ("17", f"17-{check}", code, f" {code} "):
        assert read_row_code(typed, sheet=4) == 17
    assert row_code(4, 17) != row_code(17, 4)


@pytest.mark.parametrize("typed", ["", "x", "4-", "-17", "4-17-", "4--3", "1-2-3-4", "٣", "123456", "17-33"])
def test_what_is_no_code_finds_nothing(typed: str) -> None:
    assert read_row_code(typed, sheet=4) is None


def test_the_code_of_another_sheet_finds_nothing() -> None:
    assert read_row_code(row_code(5, 17), sheet=4) is None
    assert read_row_code(f"17-{row_code(5, 17)[-1]}", sheet=4) is None


@pytest.mark.parametrize("sheet", NUMBERS)
def test_every_single_wrong_digit_is_noticed(sheet: int) -> None:
    for row in NUMBERS:
        code = row_code(sheet, row)
        for place, digit in enumerate(code):
            if digit == "-":
                continue
            for other in "0123456789":
                wrong = code[:place] + other + code[place + 1 :]
                if other != digit:
                    assert read_row_code(wrong, sheet=sheet) is None, f"{wrong} was read as a row of sheet {sheet}"


@pytest.mark.parametrize("sheet", NUMBERS)
def test_every_exchange_of_two_neighbours_is_noticed(sheet: int) -> None:
    for row in NUMBERS:
        code = row_code(sheet, row)
        digits = [place for place, digit in enumerate(code) if digit != "-"]
        for one, other in pairwise(digits):
            swapped = list(code)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            wrong = "".join(swapped)
            if wrong != code:
                assert read_row_code(wrong, sheet=sheet) is None, f"{wrong} was read as a row of sheet {sheet}"


@pytest.mark.parametrize(
    ("keyed", "mark", "worth", "expected"),
    [
        (None, None, 0, Verdict.UNKEYED),
        (None, StoredMark(P, None), 180, Verdict.UNKEYED),
        (Keyed(P), None, 0, Verdict.RECORD),
        (Keyed(A), None, 0, Verdict.RECORD),
        (Keyed(P), StoredMark(P, None), 180, Verdict.SAME),
        (Keyed(A), StoredMark(P, None), 180, Verdict.DIFFERENT),
        (Keyed(P), StoredMark(L, 100), 100, Verdict.DIFFERENT),
        (Keyed(L), StoredMark(E, None), 165, Verdict.DIFFERENT),
        (Keyed(L), StoredMark(L, 100), 100, Verdict.SAME),
        (Keyed(L, 100), StoredMark(L, 100), 100, Verdict.SAME),
        (Keyed(L, 90), StoredMark(L, 100), 100, Verdict.DIFFERENT),
        (Keyed(L, 165), StoredMark(L, None), 165, Verdict.SAME),
        (Keyed(X, 7), StoredMark(X, None), 0, Verdict.SAME),
    ],
)
def test_paper_and_screen_are_compared(keyed: Keyed | None, mark: StoredMark | None, worth: int, expected: Verdict) -> None:
    assert verdict(keyed, mark, worth=worth) is expected


def test_a_row_corrects_its_own_mark_and_no_other() -> None:
    screen = StoredMark(A, None)
    assert verdict(Keyed(P), screen, own=True) is Verdict.RECORD
    assert verdict(Keyed(P), screen) is Verdict.DIFFERENT


def test_minutes_that_are_taken_away_correct_the_rows_own_mark() -> None:
    assert verdict(Keyed(L), StoredMark(L, 90), worth=90, own=True) is Verdict.RECORD
    assert verdict(Keyed(L), StoredMark(L, 90), worth=90) is Verdict.SAME
    assert verdict(Keyed(L, 90), StoredMark(L, 90), worth=80, own=True) is Verdict.SAME, "the session was shortened since"


def test_a_decision_for_the_screen_holds_where_the_two_differ() -> None:
    assert verdict(Keyed(P), StoredMark(A, None), keeps_screen=True) is Verdict.SCREEN
    assert verdict(Keyed(P), None, keeps_screen=True) is Verdict.SCREEN
    assert verdict(Keyed(P), StoredMark(P, None), worth=180, keeps_screen=True) is Verdict.SAME
    assert verdict(None, StoredMark(P, None), keeps_screen=True) is Verdict.UNKEYED
