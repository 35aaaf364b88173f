"""Parse the page on which a sheet is keyed, and the page of its differences.

`key-<id>`: the digit of a row, empty for «not keyed». `minutes-<id>`: empty for the stated default. `was-<id>`: what the page
showed, `2:90`, empty for «not keyed». `<id>` is the registration. Only rows that were changed become entries.

The script sends a few rows. `page` is an id of the page; with the row and `n-<id>`, the number of the change in that row, it makes
the id of the observation, so a row that is sent again is recorded once. `sent-<id>` has what was sent before for the row and
never answered: the row may say that already.

On the page of differences `was-<id>` is both sides, `1:|<observation>`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from msgspec import Struct

from seminar_app.attendance.forms import UnreadableSheet, id_of, minutes_of
from seminar_app.attendance.rules import HAS_MINUTES, MarkStatus
from seminar_app.paper.keyed_errors import UnreadableKey
from seminar_app.paper.keyed_queries import SheetLine, Side
from seminar_app.paper.keyed_services import RowEntry
from seminar_app.paper.rules import KEYS, Keyed
from seminar_app.paper.settling import Decision

DIGITS: Mapping[MarkStatus, str] = {status: digit for digit, status in KEYS.items()}
MOST_UNANSWERED = 100
"""Greatest number of values of one row without an answer that are looked for."""
LONGEST = 6
"""Greatest number of characters of a number that is parsed."""


def entries_of(form: Mapping[str, str]) -> list[RowEntry]:
    """Return the rows that were changed, in the order of the form.

    Raises:
        UnreadableKey: what was typed in a row is no key.
        UnreadableMinutes: minutes that are not a whole number.
        UnreadableSheet: an id or a former value that our page does not send.
    """
    page = id_of(form["page"]) if form.get("page") else uuid.uuid4()
    entries = []
    for name, was in form.items():
        key = name.removeprefix("was-")
        if key == name or f"key-{key}" not in form:
            continue
        shown, keyed = _value(was), _typed(form[f"key-{key}"], form.get(f"minutes-{key}", ""))
        sent = [_value(text) for text in form.get(f"sent-{key}", "").split()[:MOST_UNANSWERED]]
        if sent or keyed != shown:
            registration = id_of(key)
            observation = uuid.uuid5(page, f"{registration.hex} {_number(form.get(f'n-{key}', '')) or 0}")
            entries.append(RowEntry(registration, keyed, [shown, *sent], observation))
    return entries


def decisions_of(form: Mapping[str, str]) -> list[Decision]:
    """Return what was decided: of the row whose button was pressed (`paper` or `screen`), or of all that the page showed (`all`).

    Raises:
        UnreadableSheet: a row, a side or a former value that our page does not send.
    """
    if "all" in form:
        keys = [name.removeprefix("was-") for name in form if name.startswith("was-")]
        return [_decision(form, key, form["all"]) for key in keys]
    return [_decision(form, form[side], side) for side in Side if side in form]


def _decision(form: Mapping[str, str], key: str, side: str) -> Decision:
    if side not in set(Side):
        raise UnreadableSheet
    keyed, _bar, last = form.get(f"was-{key}", "").partition("|")
    return Decision(id_of(key), Side(side), _value(keyed), id_of(last) if last else None)


def as_sent(keyed: Keyed | None) -> str:
    """Return the value of `was-<id>`."""
    if keyed is None:
        return ""
    return f"{DIGITS[keyed.status]}:{'' if keyed.minutes is None else keyed.minutes}"


def both_as_sent(line: SheetLine) -> str:
    """Return the value of `was-<id>` on the page of differences."""
    return f"{as_sent(line.keyed)}|{line.last.hex if line.last else ''}"


class Typed(Struct, frozen=True):
    """What the two fields of a row show, and whether the first is no key."""

    digit: str
    minutes: str
    wrong: bool = False


def typed_in(form: Mapping[str, str] | None, line: SheetLine) -> Typed:
    """Return what a row shows: as it was typed in a form that was refused, else as it was keyed."""
    if form is not None and f"key-{line.key}" in form:
        digit = form[f"key-{line.key}"].strip()
        return Typed(digit, form.get(f"minutes-{line.key}", ""), wrong=bool(digit) and digit not in KEYS)
    if line.keyed is None:
        return Typed("", "")
    return Typed(DIGITS[line.keyed.status], "" if line.keyed.minutes is None else str(line.keyed.minutes))


def _typed(digit: str, minutes: str) -> Keyed | None:
    digit = digit.strip()
    if not digit:
        return None
    status = KEYS.get(digit)
    if status is None:
        raise UnreadableKey(typed=digit.encode("utf-8", "replace").decode()[:20])
    return Keyed(status, minutes_of(minutes) if status in HAS_MINUTES else None)


def _value(text: str) -> Keyed | None:
    digit, _colon, minutes = text.partition(":")
    if not digit:
        return None
    if digit not in KEYS:
        raise UnreadableSheet
    return Keyed(KEYS[digit], _number(minutes))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
