"""Verify the audit log: check the chain row by row, and compare it with the anchor outside the database.

What each of the two detects: docs/decisions/0016-audit-log-and-anchor.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.audit.anchor import Anchor
from seminar_app.audit.chain import GENESIS, ChainKeys, chain_keys
from seminar_app.audit.models import AuditHead, AuditRow
from seminar_app.core.reading import in_parts

MOST_NAMED = 1_000
AT_ONCE = 1_000


class Verification(Struct):
    """Result of the check.

    Attributes:
        rows: rows read.
        broken: number of places where the chain does not hold; `broken_at` has the sequence numbers of the first thousand.
        contradicted: anchored rows that are missing or have another digest now.
        anchors: lines of the anchor that were compared.
        by_newest_key: whether the end was chained with the newest key. It is False right after a change of keys. Later, False means
            that a person with an older key wrote the end.
    """

    rows: int = 0
    broken: int = 0
    broken_at: list[int] = field(default_factory=list)
    contradicted: list[int] = field(default_factory=list)
    anchors: int = 0
    by_newest_key: bool = True

    @property
    def intact(self) -> bool:
        """Whether every row is as it was written, and none is missing."""
        return not self.broken and not self.contradicted

    def note(self, sequence: int) -> None:
        """Record that the chain does not hold at this row."""
        self.broken += 1
        if len(self.broken_at) < MOST_NAMED:
            self.broken_at.append(sequence)


def verify(session: Session, anchors: Iterable[Anchor] = ()) -> Verification:
    """Check the whole chain. A changed row fails at itself, a removed or swapped one at its successor, a cut end at the head.

    Memory does not grow with the audit log, and the program may continue to write meanwhile.

    Args:
        anchors: valid lines of the anchor, in order.
    """
    found = Verification()
    anchored: dict[int, list[str]] = {}
    for anchor in anchors:
        anchored.setdefault(anchor.sequence, []).append(anchor.digest)
        found.anchors += 1
    head = session.execute(select(AuditHead.sequence, AuditHead.digest, AuditHead.seal)).one_or_none()
    end = head.sequence if head is not None else 0
    keys = chain_keys(session)
    before, expected, key = GENESIS, 1, 0
    columns = AuditRow.__table__.columns
    walk = select(*columns).where(columns.sequence <= end).order_by(columns.sequence)
    for row in in_parts(session, walk, rows=AT_ONCE):
        used = _key_of(keys, row, before, key)
        if row.sequence != expected or used is None:
            found.note(row.sequence)
        if any(row.digest.hex() != kept for kept in anchored.pop(row.sequence, ())):
            found.contradicted.append(row.sequence)
        before, expected, key = row.digest, row.sequence + 1, key if used is None else used
        found.rows += 1
    if head is None or not _ends_at(keys, head, expected - 1, before, key) or _rows_behind_the_head(session):
        found.note(expected)
    found.by_newest_key = not found.rows or key == keys.newest
    found.contradicted = sorted([*found.contradicted, *anchored])  # what is left of the anchor refers to rows that no longer exist
    return found


def _key_of(keys: ChainKeys, row: Any, before: bytes, oldest: int) -> int | None:
    """Return the number of the key that chained the row: the previous row's key or a newer one; None where none fits."""
    return next((key for key in range(oldest, keys.newest + 1) if keys.digest(row, before=before, key=key) == row.digest), None)


def _ends_at(keys: ChainKeys, head: Any, last: int, last_digest: bytes, oldest: int) -> bool:
    """Whether the head matches the last row read and has a valid seal. The head of an empty audit log has no seal."""
    if head.sequence != last or (last and head.digest != last_digest):
        return False
    if not last:
        return head.seal is None
    return any(keys.head_seal(last, last_digest, key=key) == head.seal for key in range(oldest, keys.newest + 1))


def _rows_behind_the_head(session: Session) -> bool:
    """Whether there are rows after the head. One statement reads both, so that a concurrent writer does not matter."""
    end = select(AuditHead.sequence).scalar_subquery()
    return bool(session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.sequence > end)))
