"""Read the sign-in sheets that were printed. Only figures: no person is named."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.queries import SheetSession, sessions_of
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState


class PrintedLine(Struct, frozen=True):
    """A printed sheet, and how much of it was keyed."""

    public_id: uuid.UUID
    number: int
    session: SheetSession
    printed_at: datetime
    rows: int
    keyed: int


def people_seated(session: Session, seminar_id: int) -> int:
    """Count the people who hold a seat."""
    seated = Registration.state == RegistrationState.REGISTERED
    return session.scalar(select(func.count()).where(Registration.seminar_id == seminar_id, seated)) or 0


def printed_sheets(session: Session, seminar_id: int) -> Sequence[PrintedLine]:
    """Return the sheets of a seminar, the newest first, in two statements."""
    sessions = {each.id: each for each in sessions_of(session, seminar_id)}
    rows = session.execute(
        select(
            PrintedSheet.public_id,
            PrintedSheet.number,
            PrintedSheet.session_id,
            PrintedSheet.printed_at,
            func.count(SheetRow.number),
            func.count(SheetRow.said),
        )
        .outerjoin(SheetRow, SheetRow.sheet_id == PrintedSheet.id)
        .where(PrintedSheet.seminar_id == seminar_id)
        .group_by(PrintedSheet.id)
        .order_by(PrintedSheet.number.desc())
    )
    return [PrintedLine(row[0], row[1], sessions[row[2]], *row[3:]) for row in rows]
