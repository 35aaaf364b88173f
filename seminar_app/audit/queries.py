"""Queries of the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow

PAGE_SIZE = 50


class AuditFilter(Struct, frozen=True):
    """Filter for audit rows; None means all.

    Attributes:
        actor: `account:<public id>`, `public`, `command`, `rule`, or `registration` for all officials by link.
        since: from this instant on.
        until: before this instant.
    """

    actor: str | None = None
    action: str | None = None
    seminar: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def audit_log(session: Session, wanted: AuditFilter, *, before: int | None = None) -> tuple[Sequence[AuditRow], bool]:
    """Return 50 rows, newest first, and whether there are older ones.

    Args:
        before: return only rows older than this sequence number.
    """
    found = select(AuditRow).order_by(AuditRow.sequence.desc()).limit(PAGE_SIZE + 1)
    if wanted.actor == "registration":
        found = found.where(AuditRow.actor.startswith("registration:"))
    elif wanted.actor is not None:
        found = found.where(AuditRow.actor == wanted.actor)
    for column, value in ((AuditRow.action, wanted.action), (AuditRow.seminar, wanted.seminar)):
        if value is not None:
            found = found.where(column == value)
    if wanted.since is not None:
        found = found.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(AuditRow.at < wanted.until)
    if before is not None:
        found = found.where(AuditRow.sequence < before)
    rows = session.scalars(found).all()
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
