"""Read the history of marks: each former value, who wrote it and who replaced it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.attendance.models import Mark, MarkHistory
from seminar_app.attendance.rules import MarkMethod, MarkStatus


@dataclass(frozen=True, slots=True)
class PastMark:
    """A mark, current or former, and its author."""

    session_id: int
    status: MarkStatus
    minutes: int
    method: MarkMethod
    recorded_at: datetime
    recorded_by: str
    """Actor as in the audit log."""
    replaced_at: datetime | None
    replaced_by: str | None


def history_of(session: Session, registration_id: int) -> list[PastMark]:
    """Return a person's marks in all sessions and every former value of them, newest first."""
    now = session.scalars(select(Mark).where(Mark.registration_id == registration_id)).all()
    before = session.scalars(select(MarkHistory).where(MarkHistory.registration_id == registration_id)).all()
    past = [_past_mark(row) for row in now] + [_past_mark(row, row) for row in before]
    return sorted(past, key=lambda mark: (mark.replaced_at is None, mark.replaced_at or mark.recorded_at), reverse=True)


def _past_mark(row: Mark | MarkHistory, replaced: MarkHistory | None = None) -> PastMark:
    return PastMark(
        session_id=row.session_id,
        status=row.status,
        minutes=row.minutes_credited,
        method=row.method,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        replaced_at=replaced.replaced_at if replaced else None,
        replaced_by=replaced.replaced_by if replaced else None,
    )


def account_names(session: Session, audit_names: Iterable[str | None]) -> dict[str, str]:
    """Return the names of accounts, by their name in the audit log. Actors that are no accounts are left out."""
    prefix = "account:"
    ids = {uuid.UUID(hex=name.removeprefix(prefix)): name for name in audit_names if name and name.startswith(prefix)}
    if not ids:
        return {}
    rows = session.execute(select(UserAccount.public_id, UserAccount.name).where(UserAccount.public_id.in_(ids)))
    return {ids[row.public_id]: row.name for row in rows}
