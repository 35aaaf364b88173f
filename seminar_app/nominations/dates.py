"""Birth dates as lists write them, the order of day and month decided by the whole column. No database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from seminar_app.nominations.cells import folded
from seminar_app.nominations.shapes import Cell, DateOrder

SPREADSHEET_DAY_0 = date(1899, 12, 30)
SERIALS = range(3_654, 73_051)
"""Day numbers of 1910 to 2099. A smaller number below a birth date is a year or an age."""
YOUNGEST_OF_THIS_CENTURY = 12
"""Two digits up to this are 20xx, others 19xx: officials are grown up."""
LONGEST_DATE = 60
EARLIEST_LIKELY = date(1920, 1, 1)
LATEST_LIKELY = date(2000 + YOUNGEST_OF_THIS_CENTURY, 12, 31)

_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\.?")
_YEAR_LAST = re.compile(r"(\d{1,2}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{4}|\d{2})(?: 0?0:00(?::00)?)?\.?")
_COMPACT = re.compile(r"(19\d\d|20\d\d)(\d\d)(\d\d)")
_DAY_MONTH = re.compile(r"(?:\w+ )?(\d{1,2})(?:o|ro|st|nd|rd|th)? (?:de )?([a-z]+)(?: del?)? (\d{4}|\d{2})")
_MONTH_DAY = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4}|\d{2})")
_WORDS = (
    "ene enero jan january|feb febrero february|mar marzo march|abr abril apr april|may mayo|jun junio june|jul julio july"
    "|ago agosto aug august|sep sept set septiembre setiembre september|oct octubre october|nov noviembre november"
    "|dic diciembre dec december"
)
MONTHS = {word: number for number, words in enumerate(_WORDS.split("|"), 1) for word in words.split()}


class NoSuchDate(ValueError):
    """The text is no date, or a day that no month has. `meant` is the date if day and month were exchanged."""

    def __init__(self, meant: date | None = None) -> None:
        super().__init__("no such date")
        self.meant = meant


def read_date(cell: Cell, order: DateOrder | None) -> date | None:
    """Return the date in a cell; None for an empty one.

    Raises:
        NoSuchDate: it is no date.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        return _of_serial(cell)
    text = cell[: LONGEST_DATE * 2].strip()
    if not text:
        return None
    if len(text) > LONGEST_DATE:
        raise NoSuchDate
    if text.isascii() and text.isdigit():
        if match := _COMPACT.fullmatch(text):
            return _day(int(match[1]), int(match[2]), int(match[3]))
        return _of_serial(int(text[:9]))
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        return _ordered(int(match[1]), int(match[2]), _year(match[3]), order)
    return _in_words(text)


def _in_words(text: str) -> date:
    """Read «3 de junio de 1980», «3-jun-80», «June 3, 1980»."""
    words = folded(text)
    if match := _DAY_MONTH.fullmatch(words):
        day, month, year = match[1], match[2], match[3]
    elif match := _MONTH_DAY.fullmatch(words):
        month, day, year = match[1], match[2], match[3]
    else:
        raise NoSuchDate
    if month not in MONTHS:
        raise NoSuchDate
    return _day(_year(year), MONTHS[month], int(day))


def _of_serial(number: float) -> date:
    """Read a spreadsheet's day number."""
    if number != number or not SERIALS.start <= number < SERIALS.stop:  # noqa: PLR0124  not a number is no number
        raise NoSuchDate
    return SPREADSHEET_DAY_0 + timedelta(days=int(number))


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year <= YOUNGEST_OF_THIS_CENTURY else 1900)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoSuchDate from error


def _ordered(one: int, two: int, year: int, order: DateOrder | None) -> date:
    """Read day and month in the column's order; what is a date in the other order only is proposed."""
    month, day = (one, two) if order is DateOrder.MONTH_FIRST else (two, one)
    try:
        return _day(year, month, day)
    except NoSuchDate:
        try:
            meant = _day(year, day, month)
        except NoSuchDate:
            meant = None
        raise NoSuchDate(meant) from None


def day_and_month(cell: Cell) -> tuple[int, int] | None:
    """Return the first two numbers of a text date that ends in its year: what tells the order. None for all other cells."""
    match = _YEAR_LAST.fullmatch(cell.strip()) if isinstance(cell, str) and len(cell) < 40 else None
    return (int(match[1]), int(match[2])) if match else None


def order_of(cells: Iterable[tuple[Cell, str | None]], *, day_first: bool) -> DateOrder | None:
    """Return the order of day and month in a column; None if no text date has one.

    Args:
        cells: each with a CURP of its row, whose date (yymmdd) tells where the column itself does not.
        day_first: what counts where nothing tells.
    """
    days, months, found = 0, 0, False
    for cell, curp in cells:
        numbers = day_and_month(cell)
        if numbers is None:
            continue
        found = True
        one, two = numbers
        if one == two:
            continue
        if one > 12 or two > 12:
            days, months = days + (one > 12), months + (two > 12)
        elif curp and len(curp) > 9 and curp[6:10].isdigit():
            days += (f"{two:02}{one:02}" == curp[6:10]) * 1
            months += (f"{one:02}{two:02}" == curp[6:10]) * 1
    if not found:
        return None
    if days == months:
        return DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST
    return DateOrder.DAY_FIRST if days > months else DateOrder.MONTH_FIRST
