"""Calendar years, quarters and months, and the fiscal years of the United States.

A fiscal year runs from 1 October to 30 September and bears the year in which it ends (31 U.S.C. § 1102).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum

from msgspec import Struct

from seminar_app.reports.rules.definitions import Dimension

FISCAL_YEAR_BEGINS = 10
"""Month."""
_WRITTEN = re.compile(r"(?:FY)?(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)


class HoursYear(StrEnum):
    """In which kind of year officials are to be trained so many hours."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"


class Period(Struct, frozen=True):
    """Days from the first to the last, both included."""

    first: date
    last: date


def fiscal_year_of(day: date) -> int:
    """Return the fiscal year that the day lies in."""
    return day.year + (day.month >= FISCAL_YEAR_BEGINS)


def fiscal_year(year: int) -> Period:
    """Return the days of a fiscal year."""
    return Period(date(year - 1, FISCAL_YEAR_BEGINS, 1), date(year, FISCAL_YEAR_BEGINS - 1, 30))


def calendar_year(year: int) -> Period:
    """Return the days of a calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def written(period: Dimension, day: date) -> str:
    """Return the period of a kind that the day lies in, as reports write it: `2014-06`, `2014-Q2`, `2014` or `FY2014`."""
    match period:
        case Dimension.MONTH:
            return f"{day.year}-{day.month:02}"
        case Dimension.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Dimension.YEAR:
            return str(day.year)
        case Dimension.FISCAL_YEAR:
            return f"FY{fiscal_year_of(day)}"
        case _:
            raise ValueError(f"{period} is no period")


def read_period(text: str) -> Period | None:
    """Return the days of a period as `written` writes it; None for anything else."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not date.min.year < int(found["year"]) < date.max.year:
        return None
    year, quarter, month = int(found["year"]), found["quarter"], found["month"]
    if text.startswith("FY"):
        return None if quarter or month else fiscal_year(year)
    if quarter:
        return _months(year, 3 * int(quarter) - 2, 3 * int(quarter))
    return _months(year, int(month), int(month)) if month else calendar_year(year)


def whole_year(first: date | None, last: date | None) -> str | None:
    """Return the year that these days are exactly, as `2014` or `FY2014`; None for any other days."""
    if first is None or last is None:
        return None
    years = (written(kind, last) for kind in (Dimension.FISCAL_YEAR, Dimension.YEAR))
    return next((year for year in years if read_period(year) == Period(first, last)), None)


def _months(year: int, first: int, last: int) -> Period:
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
