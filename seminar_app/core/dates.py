"""Dates and lengths of time in words, in Spanish and English, and months later."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, format_skeleton


def long_date(value: date, language: str) -> str:
    """Return «3 de junio de 2014», «June 3, 2014»."""
    return format_date(value, "long", locale=language)


@lru_cache(maxsize=500)  # every mail of a seminar states its days
def date_range(first: date, last: date, language: str) -> str:
    """Return «3 al 5 de junio de 2014», «12 y 13 de enero de 2027», «June 3–5, 2014», or the single day."""
    end = long_date(last, language)
    if first == last:
        return end
    same_year = first.year == last.year
    within_month = same_year and first.month == last.month
    begin = format_skeleton("MMMMd", noon(first), locale=language) if same_year else long_date(first, language)
    if language == "es":
        joined = "y" if last - first == timedelta(days=1) else "al"
        return f"{first.day if within_month else begin} {joined} {end}"
    return f"{begin}–{last.day}, {last.year}" if within_month else f"{begin} to {end}"


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def noon(day: date) -> datetime:
    """Return noon of a day in UTC, for formatters that need an instant."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def hours_and_minutes(minutes: int) -> str:
    """Return «3 h», «1 h 30 min», «45 min»; the same in both languages."""
    hours, rest = divmod(minutes, 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest or not hours else [])])
