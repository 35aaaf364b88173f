"""What is printed, the codes of rows, and what a keyed row means beside the mark on the screen. No database.

Source: docs/decisions/0052-paper.md.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct
from stdnum import damm

from seminar_app.attendance.rules import HAS_MINUTES, GivenMark, MarkStatus


class Document(StrEnum):
    """What can be printed of a seminar."""

    SIGN_IN = "sign_in"
    ROSTER = "roster"
    PROGRAMME = "programme"
    BADGES = "badges"
    ATTENDANCE = "attendance"


BLANK_ROWS = 6
"""Rows of a sign-in sheet for people who are not on the roster, if nobody asks for another number."""
MOST_BLANK_ROWS = 40
BADGES_A_PAGE = (4, 8)

_CODE = re.compile(r"(?:(?:(\d{1,5})-)?(\d{1,5})-(\d)|(\d{1,5}))", re.ASCII)


def row_code(sheet: int, row: int) -> str:
    """Return what is printed at the end of a row: sheet, row and a check digit, «4-17-3».

    The check digit is Damm's over both numbers, so a single wrong digit and two neighbours exchanged are always noticed. Source:
    H. M. Damm, Total anti-symmetrische Quasigruppen, 2004.

    Args:
        sheet: the sheet's number in the seminar, from 1.
        row: the row's number on the sheet, from 1.
    """
    return f"{sheet}-{row}-{_check_digit(sheet, row)}"


def read_row_code(typed: str, *, sheet: int) -> int | None:
    """Return the number of the row that was typed: «17», «17-3» or «4-17-3»; None where it is no row's code of this sheet."""
    found = _CODE.fullmatch(typed.strip())
    if found is None:
        return None
    on_sheet, row, check, alone = found.groups()
    if alone is not None:
        return int(alone)
    wrong = (on_sheet is not None and int(on_sheet) != sheet) or check != _check_digit(sheet, int(row))
    return None if wrong else int(row)


def _check_digit(sheet: int, row: int) -> str:
    return str(damm.calc_check_digit(f"{sheet:05}{row:05}"))


def worn_name(*, given_names: str, surname1: str, surname2: str | None) -> tuple[str, str]:
    """Return the two lines of a badge: given names, by which people are addressed, and surnames. A single name stands in the first.

    Names stay as the person writes them: what is too long for the badge is set smaller, never cut.
    """
    return given_names, " ".join(filter(None, (surname1, surname2)))


KEYS: dict[str, MarkStatus] = {
    "1": MarkStatus.PRESENT,
    "2": MarkStatus.LATE,
    "3": MarkStatus.LEFT_EARLY,
    "4": MarkStatus.EXCUSED,
    "0": MarkStatus.ABSENT,
}
"""The digit of the number pad for each mark. A signature is 1, an empty box 0."""


class Verdict(StrEnum):
    """What a keyed row means beside the mark on the screen."""

    UNKEYED = "unkeyed"
    """Nothing was keyed, so the paper says nothing."""
    SAME = "same"
    """Both say the same."""
    RECORD = "record"
    """The screen says nothing, or what this row said before: the paper's word is recorded."""
    DIFFERENT = "different"
    """The screen says something else, and somebody has to decide."""
    SCREEN = "screen"
    """It was decided that the screen is right."""


class Keyed(Struct, frozen=True):
    """What was keyed for a row. `minutes` are credited ones, of late and left early; None if the paper says none."""

    status: MarkStatus
    minutes: int | None = None


def verdict(keyed: Keyed | None, mark: GivenMark | None, *, worth: int = 0, own: bool = False, keeps_screen: bool = False) -> Verdict:
    """Compare a row of the paper with the mark on the screen.

    Args:
        keyed: as the row was keyed; None if it was not.
        mark: the present mark; None if there is none.
        worth: minutes that the mark is worth in its session.
        own: the mark is what this row said before, so keying it anew corrects it.
        keeps_screen: somebody decided that this mark is right.
    """
    if keyed is None:
        return Verdict.UNKEYED
    if mark is not None and _agree(keyed, mark, worth, own=own):
        return Verdict.SAME
    if keeps_screen:
        return Verdict.SCREEN
    return Verdict.RECORD if mark is None or own else Verdict.DIFFERENT


def _agree(keyed: Keyed, mark: GivenMark, worth: int, *, own: bool) -> bool:
    """Whether both say the same. Minutes count where the paper says any; those of the row's own mark always do."""
    if keyed.status is not mark.status:
        return False
    if keyed.status not in HAS_MINUTES:
        return True
    if own:
        return keyed.minutes == mark.minutes
    return keyed.minutes is None or keyed.minutes == worth
