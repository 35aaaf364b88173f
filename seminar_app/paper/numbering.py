"""Give sign-in sheets their numbers. The same rows printed again bear the same number, so that a second copy is no second sheet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.queries import SheetSession
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.rules import BLANK_ROWS
from seminar_app.seminars.models import Seminar


class NumberedSheet(Struct, frozen=True):
    """A sign-in sheet that is about to be printed.

    Attributes:
        registrations: internal ids, in the order of the rows.
        printed_before: the sheet is kept already.
    """

    session: SheetSession
    number: int
    registrations: Sequence[int]
    blank_rows: int
    printed_before: bool


class NumbersTaken(Exception):
    """Somebody else printed meanwhile, so these numbers are theirs: number the sheets anew."""


def number_sheets(
    session: Session, seminar_id: int, sessions: Sequence[SheetSession], registrations: Sequence[int], *, blank_rows: int
) -> list[NumberedSheet]:
    """Number the sheets of these sessions, each with the same people, in two statements."""
    kept = _newest_rows(session, seminar_id)
    following = session.scalar(select(func.coalesce(func.max(PrintedSheet.number), 0)).where(PrintedSheet.seminar_id == seminar_id)) or 0
    sheets = []
    for one in sessions:
        number, rows, blank = kept.get(one.id, (0, [], 0))
        same = bool(number) and rows == list(registrations) and blank == blank_rows
        following += not same
        sheets.append(NumberedSheet(one, number if same else following, registrations, blank_rows, same))
    return sheets


def _newest_rows(session: Session, seminar_id: int) -> dict[int, tuple[int, list[int], int]]:
    """Return number, registrations and blank rows of the newest sheet of each session, by the session's id."""
    newest = select(func.max(PrintedSheet.number)).where(PrintedSheet.seminar_id == seminar_id).group_by(PrintedSheet.session_id)
    rows = session.execute(
        select(PrintedSheet.session_id, PrintedSheet.number, PrintedSheet.blank_rows, SheetRow.registration_id)
        .outerjoin(SheetRow, (SheetRow.sheet_id == PrintedSheet.id) & (SheetRow.number <= PrintedSheet.people))
        .where(PrintedSheet.seminar_id == seminar_id, PrintedSheet.number.in_(newest))
        .order_by(PrintedSheet.session_id, SheetRow.number)
    )
    found: dict[int, tuple[int, list[int], int]] = {}
    for session_id, number, blank_rows, registration_id in rows:
        rows_of = found.setdefault(session_id, (number, [], blank_rows))[1]
        if registration_id is not None:
            rows_of.append(registration_id)
    return found


def keep_sheets(session: Session, context: ChangeContext, *, seminar_id: int, sheets: Sequence[NumberedSheet]) -> None:
    """Keep which row is whose, of the sheets that were not printed before.

    Raises:
        NumbersTaken: number them anew.
    """
    new = [sheet for sheet in sheets if not sheet.printed_before]
    if not new:
        return
    session.execute(select(Seminar.id).where(Seminar.id == seminar_id).with_for_update())
    taken = select(PrintedSheet.id).where(PrintedSheet.seminar_id == seminar_id, PrintedSheet.number >= min(each.number for each in new))
    if session.scalar(taken.limit(1)) is not None:
        raise NumbersTaken
    for sheet in new:
        row = PrintedSheet(
            public_id=uuid.uuid4(),
            seminar_id=seminar_id,
            session_id=sheet.session.id,
            number=sheet.number,
            people=len(sheet.registrations),
            blank_rows=sheet.blank_rows,
            printed_at=context.now,
            printed_by=context.actor,
        )
        session.add(row)
        session.flush()
        numbered = enumerate(sheet.registrations, start=1)
        rows = [{"sheet_id": row.id, "number": number, "registration_id": each} for number, each in numbered]
        if rows:
            insert_rows(session, SheetRow, rows)


def usual_blank_rows(session: Session, seminar_id: int) -> int:
    """Return the blank rows of the sheet that was printed last, so that the same rows get the same number; else the usual ones."""
    last = select(PrintedSheet.blank_rows).where(PrintedSheet.seminar_id == seminar_id).order_by(PrintedSheet.number.desc()).limit(1)
    found = session.scalar(last)
    return BLANK_ROWS if found is None else found
