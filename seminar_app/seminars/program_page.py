"""The lines that the page of the program shows: what is stored, what is proposed, and what its buttons add.

The buttons «Add a day», «Repeat the day» and «Put it into the lines» work on what was sent, as it was typed, and store nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from werkzeug.datastructures import MultiDict

from seminar_app.seminars.forms import speaker_line
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.program_form import FIRST_SPEAKERS
from seminar_app.seminars.queries import SessionLine
from seminar_app.seminars.rules import Hours, PastedLine, days_between, local_of, minutes_said, parse_program

MOST_LINES = 400
MOST_PROPOSED_DAYS = 14
SPARE_LINES = 2
_NAME = re.compile(r"lines-(\d{1,4})-(.+)")

Line = dict[str, Any]
"""A line that is proposed or stored: values of `LineForm` by name."""
Typed = dict[str, str]
"""A line as it was sent: texts by the names of `LineForm`, speakers as `speakers-0` and so on."""


def days_of(seminar: Seminar) -> list[date]:
    """Return the days of a seminar."""
    return days_between(seminar.starts_on, seminar.ends_on)


def first_lines(seminar: Seminar, sessions: Sequence[SessionLine], hours: Sequence[Hours]) -> list[Line]:
    """Return the stored sessions, the usual hours of each day that has none yet, and spare lines, in order of time.

    Args:
        hours: that are usual for the office.
    """
    stored = [_stored(line, seminar.time_zone) for line in sessions]
    taken = {line["day"] for line in stored}
    free = [day for day in days_of(seminar) if day not in taken][:MOST_PROPOSED_DAYS]
    proposed = [{"day": day, "starts": starts, "ends": ends} for day in free for starts, ends in hours]
    lines = sorted([*stored, *proposed], key=lambda line: (line["day"], line["starts"]))
    return lines if proposed else [*lines, *({"day": seminar.ends_on} for _ in range(SPARE_LINES))]


def _stored(line: SessionLine, time_zone: str) -> Line:
    row = line.seminar_session
    starts, ends = local_of(row.starts_at, time_zone), local_of(row.ends_at, time_zone)
    return {
        "public_id": row.public_id.hex,
        "version": row.version,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "contact_minutes": minutes_said(row.contact_minutes, row.starts_at, row.ends_at),
        "title_es": row.title_es,
        "title_en": row.title_en,
        "speakers": [*(speaker_line(speaker) for speaker in line.speakers), ""],
        "counts_for_completion": row.counts_for_completion,
    }


def lines_sent(form: Mapping[str, str]) -> int:
    """Return how many lines a form has that was sent."""
    return len({match[1] for name in form if (match := _NAME.fullmatch(name))})


def changed(
    form: MultiDict[str, str], action: str, *, seminar: Seminar, hours: Sequence[Hours], languages: Sequence[str]
) -> MultiDict[str, str]:
    """Return the form with the lines that a button adds: `day`, `copy` or `paste`. Anything else adds none.

    Args:
        hours: that are usual for the office.
        languages: in which titles are shown; the first texts of a pasted line are titles in these.
    """
    lines, days = _typed(form), days_of(seminar)
    most = max(MOST_LINES, len(lines))
    if action == "day":
        lines += _another_day(lines, days, hours)
    elif action == "copy":
        lines = _repeated(lines, form.get("copy_from", ""), form.get("copy_to", ""), {day.isoformat() for day in days})
    elif action == "paste":
        pasted = parse_program(form.get("pasted", ""), days)
        lines = _with_pasted(lines, pasted, at=form.get("paste_at", ""), languages=languages, last=seminar.ends_on)
    result = MultiDict((name, value) for name, value in form.items(multi=True) if not _NAME.fullmatch(name))
    if action == "paste":
        result.setlist("pasted", [])
        result.setlist("paste_at", [])
    for number, line in enumerate(lines[:most]):
        for name, value in line.items():
            result.add(f"lines-{number}-{name}", value)
    return result


def _typed(form: Mapping[str, str]) -> list[Typed]:
    lines: dict[int, Typed] = {}
    for name, value in form.items():
        if match := _NAME.fullmatch(name):
            lines.setdefault(int(match[1]), {})[match[2]] = value
    return [line for _number, line in sorted(lines.items())]


def _is_blank(line: Typed) -> bool:
    return not any(
        value.strip() for name, value in line.items() if name in ("public_id", "title_es", "title_en") or name.startswith("speakers-")
    )


def _new(day: str, starts: str = "", ends: str = "", **more: str) -> Typed:
    return {"day": day, "starts": starts, "ends": ends, "counts_for_completion": "y", **more}


def _another_day(lines: Sequence[Typed], days: Sequence[date], hours: Sequence[Hours]) -> list[Typed]:
    """Return lines for the first day that has none, with the usual hours; for the last day, if all have some, without hours."""
    taken = {line.get("day") for line in lines}
    free = next((day.isoformat() for day in days if day.isoformat() not in taken), None)
    if free is None:
        return [_new(days[-1].isoformat()) for _ in range(SPARE_LINES)]
    return [_new(free, f"{starts:%H:%M}", f"{ends:%H:%M}") for starts, ends in hours]


def _repeated(lines: list[Typed], source: str, target: str, days: set[str]) -> list[Typed]:
    """Return the lines with those of one day on another one as well, in place of what was only proposed there."""
    of_source = [line for line in lines if line.get("day") == source and not _is_blank(line)]
    if target not in days or source == target or not of_source:
        return lines
    kept = [line for line in lines if line.get("day") != target or not _is_blank(line)]
    copies = [{**line, "day": target, "public_id": "", "version": ""} for line in of_source]
    for copy in copies:
        copy.pop("delete", None)
    place = next((n for n, line in enumerate(kept) if line.get("day", "") > target), len(kept))
    return [*kept[:place], *copies, *kept[place:]]


def _with_pasted(lines: list[Typed], pasted: Sequence[PastedLine], *, at: str, languages: Sequence[str], last: date) -> list[Typed]:
    """Return the lines with a program that was pasted.

    Lines with hours take the place of what was only proposed on their days. Those without hours fill blank lines in order, from
    line `at` on, of their day if they name one; then they are added without hours.
    """
    timed = {line.day.isoformat() for line in pasted if line.day is not None and line.starts is not None}
    result = [line for line in lines if not (line.get("day") in timed and _is_blank(line))]
    first = int(at) if at.isdecimal() and len(at) < 4 and not timed else 0
    for each in pasted:
        day = each.day.isoformat() if each.day is not None else None
        values = dict(_values(each, languages))
        blank = next((line for line in result[first:] if _is_blank(line) and day in (None, line.get("day"))), None)
        if blank is None or (day is not None and each.starts is not None):
            blank = _new(day or last.isoformat())
            result.append(blank)
        blank.update(values)
    return sorted(result, key=lambda line: (line.get("day", ""), line.get("starts", "") or "24")) if timed else result


def _values(line: PastedLine, languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    if line.starts is not None:
        yield "starts", f"{line.starts:%H:%M}"
    if line.ends is not None:
        yield "ends", f"{line.ends:%H:%M}"
    if line.minutes is not None:
        yield "contact_minutes", str(line.minutes)
    for language, text in zip(languages, line.texts, strict=False):
        yield f"title_{language}", " ".join(text.split())
    speakers = [name.strip() for text in line.texts[len(languages) :] for name in re.split(r"[;\n]", text) if name.strip()]
    for number, speaker in enumerate([*speakers, ""] if len(speakers) >= FIRST_SPEAKERS else speakers):
        yield f"speakers-{number}", speaker


def by_day(lines: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
    """Return the lines of the form in groups of neighbours of the same day."""
    return [(day, list(group)) for day, group in groupby(lines, key=lambda line: line.form.day.data)]
