"""Reading the trail, and checking that nobody has touched it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditHead, AuditRow
from seminar_app.audit.services import GENESIS, digest


@dataclass(frozen=True, slots=True)
class Verification:
    """Rows read, and the sequence numbers at which the chain does not hold."""

    rows: int
    broken_at: tuple[int, ...]

    @property
    def intact(self) -> bool:
        """Whether every row is as it was written, and none is missing."""
        return not self.broken_at


def verify(session: Session) -> Verification:
    """Walk the whole chain: a changed row fails itself, a removed or swapped one its successor."""
    before, expected, count = GENESIS, 1, 0
    broken: list[int] = []
    for row in session.scalars(select(AuditRow).order_by(AuditRow.sequence).execution_options(yield_per=1000)):
        if row.sequence != expected or row.digest != digest(row, before=before):
            broken.append(row.sequence)
        before, expected, count = row.digest, row.sequence + 1, count + 1
    head = session.get(AuditHead, 1)
    if head is None or head.sequence != expected - 1 or (count and head.digest != before):
        broken.append(expected)
    return Verification(rows=count, broken_at=tuple(broken))
