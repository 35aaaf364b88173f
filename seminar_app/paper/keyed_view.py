"""What the pages of a keyed sheet say in words, and what the script is told of the rows that it sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.attendance.rules import HAS_MINUTES, MarkStatus
from seminar_app.paper.keyed_forms import DIGITS, as_sent, typed_in
from seminar_app.paper.keyed_queries import KeyedSheet, SheetLine, Side
from seminar_app.paper.keyed_services import RowEntry, RowOutcome
from seminar_app.paper.rules import Keyed
from seminar_app.web.labels import label


def mark_words(status: MarkStatus | None, minutes: int | None) -> str:
    """Return a mark in words: «Late, 120 minutes», «Not marked»."""
    if status is None:
        return str(_("Not marked"))
    if minutes is None or status not in HAS_MINUTES:
        return label(status)
    return f"{label(status)}, {ngettext('%(num)d minute', '%(num)d minutes', minutes)}"


def paper_words(keyed: Keyed | None) -> str:
    """Return what the paper says, in words."""
    return mark_words(keyed.status if keyed else None, keyed.minutes if keyed else None)


def screen_words(line: SheetLine) -> str:
    """Return what the screen says, in words."""
    return mark_words(line.mark.status if line.mark else None, line.worth)


def note_of(line: SheetLine) -> str:
    """Return what stands beside a row: that the screen says something else, or which side was preferred; empty for nothing."""
    if line.differs:
        return str(_("The screen says: %(mark)s", mark=screen_words(line)))
    if line.settled and line.decided is Side.SCREEN:
        return str(_("Settled: the screen is right (%(mark)s)", mark=screen_words(line)))
    if line.settled:
        return str(_("Settled: the paper is right"))
    return ""


def overtaken_note(line: SheetLine, mine: Keyed | None, who: str) -> str:
    """Return what a person is told who keyed a row that another one had keyed meanwhile."""
    return str(
        _(
            "Meanwhile %(name)s keyed this row: %(theirs)s. Yours was not saved: %(mine)s. If the paper says yours, key it again.",
            name=who,
            theirs=paper_words(line.keyed),
            mine=paper_words(mine),
        )
    )


def answer_of(sheet: KeyedSheet, outcomes: Sequence[RowOutcome], entries: Iterable[RowEntry], who: Mapping[str, str]) -> dict[str, Any]:
    """Return what the script is told: each row as it now is, and the counts of the sheet. No name of a person is in it.

    Args:
        who: names of accounts, by their name in the audit log.
    """
    mine = {entry.registration: entry.keyed for entry in entries}
    rows = [
        _row(line, mine[one.registration], who.get(one.keyed_by, "") if one.keyed_by is not None else None)
        for one in outcomes
        if (line := sheet.find(one.registration)) is not None
    ]
    return {"rows": rows, "differences": len(sheet.differences)}


def _row(line: SheetLine, mine: Keyed | None, keyed_by: str | None) -> dict[str, Any]:
    fields = typed_in(None, line)
    return {
        "key": line.key,
        "number": line.number,
        "digit": fields.digit,
        "minutes": fields.minutes,
        "was": as_sent(line.keyed),
        "differs": line.differs,
        "taken": keyed_by is None,
        "note": note_of(line) if keyed_by is None else overtaken_note(line, mine, keyed_by or str(_("somebody else"))),
    }


def overtaken_rows(sheet: KeyedSheet, registrations: Iterable[uuid.UUID]) -> str:
    """Return the numbers of rows, «3, 17», in the order of the sheet."""
    wanted = set(registrations)
    return ", ".join(str(line.number) for line in sheet.lines if line.registration in wanted)


def digits() -> list[tuple[str, MarkStatus, str]]:
    """Return (digit, mark, word) of the number pad, in the order of the legend."""
    return [(digit, status, label(status)) for status, digit in DIGITS.items()]
