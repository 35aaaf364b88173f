"""Settle where paper and screen differ: the paper is right and is recorded, or the screen is right and stays."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import MarkMethod
from seminar_app.core.change_context import ChangeContext
from seminar_app.paper.keyed_errors import NothingToUndo
from seminar_app.paper.keyed_queries import Side, decided_in, keyed_in
from seminar_app.paper.models import SheetRow
from seminar_app.paper.open_rows import OpenRows, open_rows
from seminar_app.paper.rules import Keyed, Verdict

DIFFER = frozenset({Verdict.DIFFERENT, Verdict.RECORD})


class Decision(Struct, frozen=True):
    """Which side is right in a row, with what the page showed of both: what was keyed, and the observation that the mark ended with."""

    registration: uuid.UUID
    side: Side
    keyed: Keyed | None
    last: uuid.UUID | None


class Settled(Struct, frozen=True):
    """What came of decisions, by registration."""

    done: Sequence[uuid.UUID]
    left: Sequence[uuid.UUID]
    """Rows that were left as they are, because paper or screen had changed since the page was opened."""


def settle(session: Session, context: ChangeContext, *, seminar_id: int, sheet_id: uuid.UUID, decisions: Sequence[Decision]) -> Settled:
    """Write decisions. The same decision again changes nothing.

    Raises:
        NotFound: no such sheet in this seminar.
        MinutesOutOfRange, TooEarly, AttendanceIsShut: as for `keyed_services.key_rows`; then nothing is written.
    """
    opened = open_rows(session, seminar_id, sheet_id, [one.registration for one in decisions])
    done, left, chosen = [], [], []
    for one in decisions:
        row = opened.rows.get(one.registration)
        if row is not None and _decided(opened, one.registration, row) is one.side:
            done.append(one.registration)
        elif row is not None and _stands(opened, one, row):
            done.append(one.registration)
            chosen.append(one)
        else:
            left.append(one.registration)
    for one in chosen:
        row = opened.rows[one.registration]
        row.decided_at, row.decided_by, row.decided_on = context.now, context.actor, opened.last(one.registration)
        row.keeps_screen = one.side is Side.SCREEN
    papers = [opened.entry(one.registration, one.keyed, uuid.uuid4()) for one in chosen if one.side is Side.PAPER]
    for registration, observation in opened.record(session, context, papers, MarkMethod.PAPER).items():
        opened.rows[registration].observation = observation
    session.flush()
    if chosen:
        opened.note(session, context, "paper.settled", rows_paper=len(papers), rows_screen=len(chosen) - len(papers))
    return Settled(done, left)


def undo(session: Session, context: ChangeContext, *, seminar_id: int, sheet_id: uuid.UUID, registration: uuid.UUID) -> None:
    """Take a decision back: the two differ again, and the screen says what it said before.

    Raises:
        NotFound: no such sheet in this seminar.
        NothingToUndo: nothing was decided in this row, or the mark has changed since.
        AttendanceIsShut: the seminar is a draft, completed or archived.
    """
    opened = open_rows(session, seminar_id, sheet_id, [registration])
    row = opened.rows.get(registration)
    side = _decided(opened, registration, row) if row is not None else None
    if row is None or side is None:
        raise NothingToUndo
    if side is Side.PAPER:
        opened.record(session, context, [opened.before_paper(registration, uuid.uuid4())], MarkMethod.LIST)
    row.keeps_screen, row.decided_at, row.decided_by, row.decided_on = False, None, None, None
    session.flush()
    opened.note(session, context, "paper.unsettled", rows_undone=1)


def _decided(opened: OpenRows, registration: uuid.UUID, row: SheetRow) -> Side | None:
    return decided_in(row, opened.last(registration))


def _stands(opened: OpenRows, one: Decision, row: SheetRow) -> bool:
    """Whether both sides are as the page showed them, and differ."""
    same = keyed_in(row) == one.keyed and opened.last(one.registration) == one.last
    return same and opened.verdict(one.registration, one.keyed) in DIFFER
