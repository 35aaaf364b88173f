"""Apply the editor's buttons (move, remove, add) to the rows on the page. Nothing is stored until the form is saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from seminar_app.feedback.forms import row_of
from seminar_app.feedback.rules import MOST_QUESTIONS, Asked, Option, QuestionKind
from seminar_app.feedback.standard import SpeakerAsked, about_speaker

Row = dict[str, Any]


def changed(rows: Sequence[Row], action: str, *, speakers: Iterable[SpeakerAsked] = ()) -> tuple[list[Row], int | None]:
    """Return the rows after a button was pressed, and the index of the row to focus.

    Args:
        rows: as the page sent them.
        action: `up:3`, `down:3`, `remove:3` (indexes from 0), `add:<kind>`, or `speakers`; anything else changes nothing.
        speakers: speakers of the programme that the rows on the page do not ask about.
    """
    verb, _colon, what = action.partition(":")
    result = list(rows)
    if verb == "add" and what in set(QuestionKind) and len(result) < MOST_QUESTIONS:
        return [*result, row_of(_empty(QuestionKind(what)))], len(result)
    if verb == "speakers":
        new = [row_of(about_speaker(speaker)) for speaker in speakers][: max(0, MOST_QUESTIONS - len(result))]
        return [*result, *new], len(result) if new else None
    place = int(what) if what.isascii() and what.isdigit() and len(what) < 4 else -1
    if not 0 <= place < len(result):
        return result, None
    if verb == "remove":
        del result[place]
        return result, min(place, len(result) - 1) if result else None
    other = {"up": place - 1, "down": place + 1}.get(verb, -1)
    if 0 <= other < len(result):
        result[place], result[other] = result[other], result[place]
        return result, other
    return result, place


def _empty(kind: QuestionKind) -> Asked:
    ends = (Option("1", "Nada", "Not at all"), Option("5", "Por completo", "Completely")) if kind is QuestionKind.SCALE else ()
    return Asked("", kind, "", "", options=ends)
