"""Parse the marking sheet, three fields for each person, and one person's page, three fields for each session.

`mark-<id>`: a status, or empty for «not marked». `minutes-<id>`: empty for the stated default. `was-<id>`: what the page
showed, `late:165` or empty. The browser sends the whole page or a few lines of it. Only lines that the coordinator changed
become entries. So a page that was open for a while does not undo changes that others made meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from seminar_app.attendance.queries import SheetMark
from seminar_app.attendance.rules import HAS_MINUTES, MarkStatus
from seminar_app.attendance.services import Entry, Seen
from seminar_app.core.errors import N_, Refusal

LONGEST = 6
"""Greatest number of characters of minutes that are parsed."""


class UnreadableMinutes(Refusal):
    """The minutes are not a whole number."""

    sentence = N_("Minutes are a whole number, for example 90; you typed «%(typed)s».")


class UnreadableSheet(Refusal):
    """The form does not have the shape that our page sends."""

    sentence = N_("The marks could not be read. Please open the page again and mark them there.")


def entries_of(form: Mapping[str, str]) -> list[Entry]:
    """Return the lines that the coordinator changed, in the order of the sheet; each line is a registration.

    Raises:
        UnreadableMinutes, UnreadableSheet: see `changed_lines`.
    """
    return [Entry(key, status, minutes, seen) for key, status, minutes, seen in changed_lines(form)]


def entries_of_person(form: Mapping[str, str], registration: uuid.UUID) -> list[tuple[uuid.UUID, Entry]]:
    """Return (session, entry) of the lines that were changed on one person's page; each line is a session.

    Raises:
        UnreadableMinutes, UnreadableSheet: see `changed_lines`.
    """
    return [(key, Entry(registration, status, minutes, seen)) for key, status, minutes, seen in changed_lines(form)]


def changed_lines(form: Mapping[str, str]) -> list[tuple[uuid.UUID, MarkStatus | None, int | None, Seen]]:
    """Return id, mark, minutes and the former mark of each line that was changed.

    Raises:
        UnreadableMinutes: minutes that are not a whole number.
        UnreadableSheet: an id or a status, new or former, that our pages do not send.
    """
    lines = []
    for name, was in form.items():
        if not name.startswith("was-"):
            continue
        key = name.removeprefix("was-")
        seen, status = _seen(was), _status(form.get(f"mark-{key}", ""))
        minutes = _minutes(form.get(f"minutes-{key}", "")) if status in HAS_MINUTES else None
        if status is not seen.status or (minutes is not None and minutes != seen.minutes):
            lines.append((id_of(key), status, minutes, seen))
    return lines


@dataclass(frozen=True, slots=True)
class Typed:
    """What the two fields of a line show: a status, empty for «not marked», and the minutes as text."""

    status: str
    minutes: str


def typed_in(form: Mapping[str, str] | None, key: str, mark: SheetMark | None) -> Typed:
    """Return what a line shows: as it was typed in a form that was refused, else the mark as it is."""
    if form is not None and f"was-{key}" in form:
        return Typed(form.get(f"mark-{key}", ""), form.get(f"minutes-{key}", ""))
    if mark is None:
        return Typed("", "")
    return Typed(mark.status.value, str(mark.minutes) if mark.status in HAS_MINUTES else "")


def as_sent(mark: SheetMark | None) -> str:
    """Return the value of `was-<id>` for a mark."""
    return f"{mark.status.value}:{mark.minutes}" if mark else ""


def id_of(text: str) -> uuid.UUID:
    """Return the id in the name of a field.

    Raises:
        UnreadableSheet: it is no id.
    """
    try:
        return uuid.UUID(hex=text)
    except ValueError as error:
        raise UnreadableSheet from error


def _status(text: str) -> MarkStatus | None:
    try:
        return MarkStatus(text) if text else None
    except ValueError as error:
        raise UnreadableSheet from error


def _minutes(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= LONGEST):
        raise UnreadableMinutes(typed=text.encode("utf-8", "replace").decode()[:20])
    return int(text)


def _seen(was: str) -> Seen:
    status, _colon, minutes = was.partition(":")
    return Seen(_status(status), int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) <= LONGEST else None)
