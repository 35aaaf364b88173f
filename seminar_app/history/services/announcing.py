"""Record how many people a source said a seminar has trained."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.history import errors
from seminar_app.history.models import AnnouncedNumber
from seminar_app.history.rules import MOST_PEOPLE
from seminar_app.seminars.models import Seminar


def record_announced(
    session: Session, context: ChangeContext, *, seminar_id: int, number: int, more_than: bool, source: str, version: int
) -> AnnouncedNumber:
    """Record the announced number of a seminar, in place of the one before.

    Args:
        more_than: the source says «more than».
        version: of the number that the form showed; 0 if there was none.

    Raises:
        NumberOutOfReach, SourceMissing: it cannot be kept like this.
        StaleEdit: somebody has recorded another one meanwhile.
    """
    seminar = session.scalar(select(Seminar).where(Seminar.id == seminar_id).with_for_update(key_share=True))
    if seminar is None:
        raise NotFound
    if not 1 <= number <= MOST_PEOPLE:
        raise errors.NumberOutOfReach(number=str(number)[:20])
    if not source.strip():
        raise errors.SourceMissing
    row = session.get(AnnouncedNumber, seminar_id, populate_existing=True)
    if (row.version if row is not None else 0) != version:
        raise StaleEdit
    row = row or AnnouncedNumber(seminar_id=seminar_id)
    row.number, row.more_than, row.source = number, more_than, source.strip()
    row.recorded_by, row.recorded_at = context.actor, context.now
    session.add(row)
    session.flush()
    subject = f"seminar:{seminar.public_id.hex}"
    record(session, context, action="history.announced", subject=subject, seminar=seminar.slug, details={"announced": number})
    return row
