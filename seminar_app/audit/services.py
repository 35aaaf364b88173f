"""Writing the trail: rows gather during a unit of work and are chained last, so the chain is locked only while it commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit import looks
from seminar_app.audit.chain import digest, head_seal, newest_key
from seminar_app.audit.models import AuditHead, AuditRow
from seminar_app.core.unit_of_work import before_commit

_GATHERED = "audit_rows"


def record(
    session: Session,
    *,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    seminar: str | None = None,
    details: dict[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Leave a row in the trail, in the transaction of what it tells of.

    Args:
        actor: `account:<public id>`, `registration:<public id>`, `public`, `command` or `rule`.
        action: noun and past verb, `registration.withdrawn`.
        subject: `<table>:<public id>`.
        seminar: slug, where it happened in one.
        details: numbers, states and ids; never a name, address or anything else about a person.
    """
    row = AuditRow(at=now, actor=actor, action=action, subject=subject, seminar=seminar, details=details or {}, request_id=request_id)
    session.info.setdefault(_GATHERED, []).append(row)


@before_commit
def _chain(session: Session) -> None:
    """Give the gathered rows their numbers and digests. The head's lock makes this the one place where writers queue."""
    if not session.info.get(_GATHERED):
        return
    looks.count(session, tuple(session.info[_GATHERED]))  # may leave rows of its own
    rows: list[AuditRow] = session.info.pop(_GATHERED)
    head = session.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update()).scalar_one()
    key = newest_key()
    for row in rows:
        row.sequence = head.sequence + 1
        row.digest = digest(row, before=head.digest, key=key)
        head.sequence, head.digest = row.sequence, row.digest
        session.add(row)
    head.seal = head_seal(head.sequence, head.digest, key=key)
    session.flush()
