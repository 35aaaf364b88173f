"""Parse the marking sheet, a few fields for each person, and one person's page, the same for each session.

`mark-<id>`: a status, or empty for «not marked». `minutes-<id>`: empty for the stated default. `was-<id>`: what the page
showed, `late:165:<observation>`, empty where nothing was ever observed. The browser sends the whole page or a few lines of it.
Only lines that the coordinator changed become entries. So a page that was open for a while does not undo changes that others
made meanwhile.

`page` is an id of the page; with the line and `n-<id>`, the number of the change on that line, it makes the id of the
observation. So a form that is sent again is stored once. `after-<id>` has the numbers of earlier changes whose answer never
came: the new one follows the last of them that arrived, and counts as changed also where it is what the page had shown first.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from msgspec import Struct

from seminar_app.attendance.queries import SheetMark
from seminar_app.attendance.rules import HAS_MINUTES, MarkStatus
from seminar_app.attendance.services import Entry, Seen
from seminar_app.core.errors import N_, Refusal

LONGEST = 6
"""Greatest number of characters of minutes that are parsed."""

MOST_UNANSWERED = 100
"""Greatest number of changes of one line without an answer that are looked for."""


class UnreadableMinutes(Refusal):
    """The minutes are not a whole number."""

    sentence = N_("Minutes are a whole number, for example 90; you typed «%(typed)s».")


class UnreadableSheet(Refusal):
    """The form does not have the shape that our page sends."""

    sentence = N_("The marks could not be read. Please open the page again and mark them there.")


def entries_of(form: Mapping[str, str], session_id: uuid.UUID) -> list[Entry]:
    """Return the lines that the coordinator changed, in the order of the sheet; each line is a registration.

    Raises:
        UnreadableMinutes, UnreadableSheet: see `changed_lines`.
    """
    return [line.entry(line.key, session_id) for line in changed_lines(form)]


def entries_of_person(form: Mapping[str, str], registration: uuid.UUID) -> list[tuple[uuid.UUID, Entry]]:
    """Return (session, entry) of the lines that were changed on one person's page; each line is a session.

    Raises:
        UnreadableMinutes, UnreadableSheet: see `changed_lines`.
    """
    return [(line.key, line.entry(registration, line.key)) for line in changed_lines(form)]


def cleared_of_person(form: Mapping[str, str], registration: uuid.UUID, key: str) -> tuple[uuid.UUID, Entry]:
    """Return the session and the entry that takes its mark away, as one person's page showed it.

    Raises:
        UnreadableSheet: it is no id, or the former mark is not as our pages send it.
    """
    return id_of(key), Entry(registration, None, seen=_seen(form.get(f"was-{key}", "")).seen)


class ChangedLine(Struct, frozen=True):
    """A line that was changed; `page` makes the ids of its observations."""

    key: uuid.UUID
    status: MarkStatus | None
    minutes: int | None
    seen: SeenLine
    page: uuid.UUID
    number: int
    after: tuple[int, ...]

    def entry(self, registration: uuid.UUID, session_id: uuid.UUID) -> Entry:
        """Return the entry for this person and session."""

        def observation(number: int) -> uuid.UUID:
            return uuid.uuid5(self.page, f"{session_id.hex} {registration.hex} {number}")

        return Entry(
            registration,
            self.status,
            self.minutes,
            self.seen.seen,
            observation(self.number),
            tuple(observation(number) for number in self.after),
        )


def changed_lines(form: Mapping[str, str]) -> list[ChangedLine]:
    """Return the lines that were changed.

    Raises:
        UnreadableMinutes: minutes that are not a whole number.
        UnreadableSheet: an id or a status, new or former, that our pages do not send.
    """
    page = id_of(form["page"]) if form.get("page") else uuid.uuid4()
    lines = []
    for name, was in form.items():
        if not name.startswith("was-"):
            continue
        key = name.removeprefix("was-")
        seen, status = _seen(was), _status(form.get(f"mark-{key}", ""))
        minutes = minutes_of(form.get(f"minutes-{key}", "")) if status in HAS_MINUTES else None
        earlier = (_number(text) for text in form.get(f"after-{key}", "").split()[:MOST_UNANSWERED])
        after = tuple(number for number in earlier if number is not None)
        if after or status is not seen.status or (minutes is not None and minutes != seen.minutes):
            lines.append(ChangedLine(id_of(key), status, minutes, seen, page, _number(form.get(f"n-{key}", "")) or 0, after))
    return lines


class Typed(Struct, frozen=True):
    """What the two fields of a line show: a status, empty for «not marked», and the minutes as text."""

    status: str
    minutes: str


def typed_in(form: Mapping[str, str] | None, key: str, mark: SheetMark | None, worth: int) -> Typed:
    """Return what a line shows: as it was typed in a form that was refused, else the mark and the minutes that it is worth."""
    if form is not None and f"was-{key}" in form:
        return Typed(form.get(f"mark-{key}", ""), form.get(f"minutes-{key}", ""))
    if mark is None:
        return Typed("", "")
    return Typed(mark.status.value, str(worth) if mark.status in HAS_MINUTES else "")


def as_sent(mark: SheetMark | None, worth: int, last: uuid.UUID | None) -> str:
    """Return the value of `was-<id>`: the mark, its minutes, and the observation that it ends with."""
    if last is None:
        return ""
    return f"{mark.status.value}:{worth}:{last.hex}" if mark else f"::{last.hex}"


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


def minutes_of(text: str) -> int | None:
    """Return the minutes that were typed; None for an empty field.

    Raises:
        UnreadableMinutes: they are not a whole number.
    """
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= LONGEST):
        raise UnreadableMinutes(typed=text.encode("utf-8", "replace").decode()[:20])
    return int(text)


class SeenLine(Struct, frozen=True):
    """What a line showed before it was changed."""

    status: MarkStatus | None
    minutes: int | None
    last: uuid.UUID | None

    @property
    def seen(self) -> Seen | None:
        """What the coordinator had in view; None where a mark was sent without its observation, as pages did before."""
        return None if self.status is not None and self.last is None else Seen(self.last)


def _seen(was: str) -> SeenLine:
    status, _colon, rest = was.partition(":")
    minutes, _colon, last = rest.partition(":")
    return SeenLine(_status(status), _number(minutes), id_of(last) if last else None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
