"""The program of a seminar as lines: which hours are usual, and what lines copied from a spreadsheet say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import groupby

from msgspec import Struct

from seminar_app.core.folding import fold

Hours = tuple[time, time]
"""Begin and end of a session, local time."""
USUAL_HOURS: tuple[Hours, ...] = ((time(9), time(13)), (time(14, 30), time(18)))
MOST_PASTED = 200
"""Lines of a program that are read at once."""
_MOST_LETTERS = 50_000

_MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "january february march april may june july august september october november december",
)
_WEEKDAYS = ("lunes martes miercoles jueves viernes sabado domingo", "monday tuesday wednesday thursday friday saturday sunday")
_SMALL_WORDS = frozenset(("de", "del", "of", "the", "el", "st", "nd", "rd", "th"))
_HEADINGS = (
    "dia fecha hora horario inicio comienza fin termina termino minutos titulo sesion tema actividad ponente ponentes expositor",
    "day date time begins begin start starts ends end minutes title session topic speaker speakers",
)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*(?:h|hs|hrs|horas?)?\.?\s*([ap]\.?\s?m\.?)?")
_RANGE = re.compile(r"\s*[-\u2013\u2014]\s*|\s+(?:a|to)\s+(?=\d)")
_MINUTES = re.compile(r"(\d{1,4})\s*(?:min|mins|minutos|minutes|')?\.?")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_NUMERIC_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})(?:[-/.](\d{1,4}))?")


def usual_hours(spans: Iterable[tuple[datetime, datetime]]) -> tuple[Hours, ...]:
    """Return the hours that most days of a program have, of equals those of the earlier day; without any, `USUAL_HOURS`.

    Args:
        spans: local start and end of each session.
    """
    days = groupby(sorted(spans), key=lambda span: span[0].date())
    found = Counter(tuple((begins.time(), until.time()) for begins, until in group) for _day, group in days)
    return found.most_common(1)[0][0] if found else USUAL_HOURS


class PastedLine(Struct, frozen=True, kw_only=True):
    """A line of a program as it was copied. `texts` are the cells that are neither day, times nor minutes, in order."""

    day: date | None = None
    starts: time | None = None
    ends: time | None = None
    minutes: int | None = None
    texts: tuple[str, ...] = ()


def parse_program(text: str, days: Sequence[date]) -> list[PastedLine]:
    """Return the lines of a program copied from a spreadsheet: cells separated by tabs, in any order of day and times.

    A day is read as ISO, day/month or month/day (whichever lies within `days`), «3 de junio», «Tuesday 3» or «Día 1»; times as 9:00,
    9.00, 14h30, 2:30 p.m. or as a range in one cell. A line without a day is of the day above it. The line of headings, empty lines
    and lines that have a day and nothing else are left out, and so is what comes after `MOST_PASTED` lines.

    Args:
        days: of the seminar.
    """
    found: list[PastedLine] = []
    day: date | None = None
    for number, cells in enumerate(_table(text)):
        if not cells or (number == 0 and all(any(fold(cell) in line.split() for line in _HEADINGS) for cell in cells)):
            continue
        line = _line(cells, days)
        day = line.day or day
        if line.texts and len(found) < MOST_PASTED:
            found.append(PastedLine(day=day, starts=line.starts, ends=line.ends, minutes=line.minutes, texts=line.texts))
    return found


def _table(text: str) -> list[list[str]]:
    """Return the cells that are not empty. Spreadsheets put a cell of several lines between quotes."""
    lines = text[:_MOST_LETTERS].replace("\r\n", "\n").replace("\r", "\n")
    quoted = lines.count('"') % 2 == 0
    cells = lines.splitlines(keepends=True)
    rows = csv.reader(cells, delimiter="\t") if quoted else csv.reader(cells, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [[stripped for cell in row if (stripped := cell.strip())] for row in rows]


def _line(cells: Sequence[str], days: Sequence[date]) -> PastedLine:
    day: date | None = None
    times: list[time] = []
    minutes: int | None = None
    texts: list[str] = []
    for cell in cells:
        if day is None and not texts and (read := _day(cell, days)):
            day = read
        elif len(times) < 2 and not texts and (read_times := _times(cell)):
            times += read_times
        elif len(times) == 2 and minutes is None and (match := _MINUTES.fullmatch(cell.casefold())) and 1 <= int(match[1]) <= 1440:
            minutes = int(match[1])
        else:
            texts.append(cell)
    starts, ends = (*times, None, None)[:2]
    return PastedLine(day=day, starts=starts, ends=ends, minutes=minutes, texts=tuple(texts))


def _times(cell: str) -> list[time]:
    """Return the one or two times of a cell, none if it says anything else. A number alone is no time."""
    if cell.isdigit():
        return []
    found = [_time(part) for part in _RANGE.split(cell.casefold())]
    return [each for each in found if each is not None] if len(found) < 3 and None not in found else []


def _time(text: str) -> time | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "")[:1]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(cell: str, days: Sequence[date]) -> date | None:
    """Return the one day of the seminar that a cell names, if it names a day and nothing else."""
    words = _WORD.findall(fold(cell))
    if len(words) == 2 and words[0] in ("dia", "day") and words[1].isdecimal() and len(words[1]) < 4:
        return days[int(words[1]) - 1] if 1 <= int(words[1]) <= len(days) else None
    match = _NUMERIC_DAY.fullmatch(cell)
    found = _numeric(match, days) if match else _in_words(words, days)
    return found[0] if len(found) == 1 else None


def _numeric(match: re.Match[str], days: Sequence[date]) -> list[date]:
    first, second, third = int(match[1]), int(match[2]), int(match[3] or 0)
    if len(match[1]) == 4:
        return [day for day in days if (day.year, day.month, day.day) == (first, second, third)]
    of_year = [day for day in days if match[3] is None or third in (day.year, day.year % 100)]
    return [day for day in of_year if (day.day, day.month) == (first, second)] or [
        day for day in of_year if (day.month, day.day) == (first, second)
    ]


def _in_words(words: Sequence[str], days: Sequence[date]) -> list[date]:
    """Return the days that fit all words: numbers of the day or the year, and names of months and weekdays, also their beginnings."""
    found, names_a_day = list(days), False
    for word in words:
        if word.isdecimal() and len(word) <= 4:
            names_a_day |= len(word) < 3
            found = [day for day in found if int(word) in (day.day, day.year)]
        elif word not in _SMALL_WORDS:
            months, weekdays = _numbers_of(word, _MONTHS), _numbers_of(word, _WEEKDAYS)
            names_a_day |= bool(weekdays)
            found = [day for day in found if day.month - 1 in months or day.weekday() in weekdays]
    return found if names_a_day and not all(word.isdecimal() for word in words) else []


def _numbers_of(word: str, names: Sequence[str]) -> set[int]:
    return {n for line in names for n, name in enumerate(line.split()) if len(word) >= 3 and name.startswith(word)}
