"""Write the audit log: rows are collected during a unit of work and chained at its end, so the chain is locked only briefly."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from seminar_app.audit import access_log
from seminar_app.audit.chain import chain_keys
from seminar_app.audit.models import AuditHead, AuditRow
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows
from seminar_app.core.unit_of_work import before_commit

_GATHERED = "audit_rows"
_HEAD = cast(Table, AuditHead.__table__)
_LOCK_HEAD = select(_HEAD.c.sequence, _HEAD.c.digest).where(_HEAD.c.id == 1).with_for_update()
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == 1)


class _Gathered(Struct):
    """An audit row before it is chained. A plain dataclass, because every change writes one and it must be fast."""

    at: datetime
    actor: str
    action: str
    subject: str
    seminar: str | None
    details: dict[str, Any]
    request_id: str | None
    sequence: int = 0
    digest: bytes = b""


_COLUMNS = _Gathered.__struct_fields__


def record(
    session: Session,
    context: ChangeContext,
    *,
    action: str,
    subject: str,
    seminar: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add a row to the audit log, in the transaction of the change or access that it records.

    Args:
        context: time, actor and request of the row.
        action: noun and past verb, `registration.withdrawn`.
        subject: `<table>:<public id>`.
        seminar: slug of the seminar it happened in, if any.
        details: numbers, states and ids; never a name, address or any other personal data.
    """
    row = _Gathered(context.now, context.actor, action, subject, seminar, details or {}, context.request_id)
    session.info.setdefault(_GATHERED, []).append(row)


@before_commit
def _chain(session: Session) -> None:
    """Give the collected rows their numbers and digests. Writers queue only here, for the lock on the chain's head."""
    if not session.info.get(_GATHERED):
        return
    access_log.count(session, tuple(session.info[_GATHERED]))  # may add rows of its own
    rows: list[_Gathered] = session.info.pop(_GATHERED)
    keys, connection = chain_keys(session), session.connection()
    sequence, last = connection.execute(_LOCK_HEAD).one()
    for row in rows:
        row.sequence = sequence = sequence + 1
        row.digest = last = keys.digest(row, before=last, key=keys.newest)
    insert_rows(session, AuditRow, [{column: getattr(row, column) for column in _COLUMNS} for row in rows])
    connection.execute(_MOVE_HEAD, {"sequence": sequence, "digest": last, "seal": keys.head_seal(sequence, last, key=keys.newest)})
