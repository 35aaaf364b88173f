"""Template filters: local times, dates as people say them, texts with a fallback."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from flask import Flask

from seminar_app.core import dates
from seminar_app.web.labels import label
from seminar_app.web.languages import current_language

ID = re.compile("[0-9a-f]{32}")
SHORT = 8
"""Letters of an id that tell one row from another on a page, and nothing about whose it is."""


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        label=label,
        long_date=long_date,
        day_and_date=day_and_date,
        local_time=local_time,
        local_instant=local_instant,
        date_range=date_range,
        local_date=local_date,
        short_day=short_day,
        short_date=short_date,
        month_name=month_name,
        percent=percent,
    )
    app.jinja_env.globals.update(text_of=text_of, lang_of=lang_of)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def long_date(value: date) -> str:
    """«3 de junio de 2014», «June 3, 2014», in the reader's language."""
    return dates.long_date(value, current_language())


def day_and_date(value: date) -> str:
    """Return «martes, 3 de junio de 2014», «Tuesday, June 3, 2014»."""
    return dates.day_and_date(value, current_language())


def local_time(value: datetime, time_zone: str) -> str:
    """Return «9:00», in the zone of the seminar; the same in both languages."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{local.hour}:{local.minute:02}"


def local_date(value: datetime, time_zone: str) -> date:
    """Return the day it is in the zone of the seminar."""
    return value.astimezone(ZoneInfo(time_zone)).date()


def short_day(value: date) -> str:
    """Return «mar 3», «Tue 3»: the head of a column."""
    return f"{format_skeleton('E', dates.noon(value), locale=current_language())} {value.day}"


def short_date(value: date) -> str:
    """Return «mar, 3 jun», «Tue, Jun 3»: a day in a list of a seminar's days."""
    return str(format_skeleton("MMMEd", dates.noon(value), locale=current_language()))


def month_name(value: date) -> str:
    """Return «junio», «June»: the month of a day."""
    return str(format_date(value, "LLLL", locale=current_language()))


def percent(value: float) -> str:
    """Return «83.3 %», in English «83.3%»; to one decimal."""
    return f"{value:.1f}%" if current_language() == "en" else f"{value:.1f}\u00a0%"


def local_instant(value: datetime, time_zone: str) -> str:
    """Return «3 de junio de 2014, 9:00», in the zone of the seminar."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{long_date(local.date())}, {local_time(value, time_zone)}"


def date_range(first: date, last: date) -> str:
    """«3 al 5 de junio de 2014», «June 3–5, 2014», or the one day, in the reader's language."""
    return dates.date_range(first, last, current_language())


def text_of(spanish: str | None, english: str | None) -> str:
    """Return the text in the current language, else in the other."""
    first, second = (spanish, english) if current_language() == "es" else (english, spanish)
    return first or second or ""


def lang_of(spanish: str | None, english: str | None) -> str | None:
    """Return the `lang` for the element that shows `text_of`, if it is not the reader's language; else None."""
    first, second, other = (spanish, english, "en") if current_language() == "es" else (english, spanish, "es")
    return other if second and not first else None


def short_id(value: str) -> str:
    """«3576A571» of a 128-bit id in hexadecimal digits; any other text as it is."""
    return value[:SHORT].upper() if ID.fullmatch(value) else value
