"""Writing the trail: rows gather during a unit of work and are chained last, so the chain is locked only while it commits."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditHead, AuditRow
from seminar_app.core.unit_of_work import before_commit

GENESIS = bytes(32)
_GATHERED = "audit_rows"
_keys: dict[str, bytes] = {}


def use_key(key: str) -> None:
    """The key that the chain's digests are made with; set once when the program starts."""
    _keys["chain"] = hashlib.sha256(b"audit-chain\0" + key.encode()).digest()


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
    rows: list[AuditRow] = session.info.pop(_GATHERED, [])
    if not rows:
        return
    head = session.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update()).scalar_one()
    for row in rows:
        row.sequence = head.sequence + 1
        row.digest = digest(row, before=head.digest)
        head.sequence, head.digest = row.sequence, row.digest
        session.add(row)
    session.flush()


def digest(row: AuditRow, *, before: bytes) -> bytes:
    """HMAC-SHA256 over the row's content and the digest before it, 32 bytes."""
    content = json.dumps(
        [row.sequence, row.at.astimezone(UTC).isoformat(), row.actor, row.action, row.subject, row.seminar, row.details, row.request_id],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hmac.new(_keys["chain"], before + content.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
