"""Take an import of a moment ago back: nobody was written to yet, so nothing of it stays on the roster."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.batches import take_back
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.services.lists import forget_how_brought, locked_list
from seminar_app.registration.errors import TooLateToTakeBack
from seminar_app.registration.services.delayed import TIME_TO_UNDO
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.unmaking import unmake
from seminar_app.seminars.models import Seminar


def batch_of(found: NominationList, at: datetime) -> uuid.UUID:
    """Return the id of the mails of an import."""
    return uuid.uuid5(found.public_id, at.astimezone(UTC).isoformat())


def held_until(session: Session, found: NominationList) -> datetime | None:
    """Return until when the mails of the list's last import are held, and it can be undone; None if it has brought nobody."""
    last = _last_import(session, found)
    return last + TIME_TO_UNDO if last is not None else None


def undo_import(session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID, clock: Callable[[], datetime]) -> int:
    """Take the last import of a list back, all of it or nothing: its mails, registrations, and people who came on file with it.

    What it added to the records of people who were on file stays. The same list can be brought again.

    Args:
        clock: read once more when the mails are deleted, because this change may have waited for its locks until then.

    Returns:
        Number of people who are off the roster again.

    Raises:
        NotFound: there is no such list.
        TooLateToTakeBack: a mail may have left, or something has happened to one of the registrations since.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats = lock_seats(session, seminar.id)
    seats.refuse_if_frozen()
    found = locked_list(session, seminar.id, public_id)
    last = _last_import(session, found)
    if last is None or not take_back(session, context, batch=batch_of(found, last)) or clock() >= last + TIME_TO_UNDO:
        raise TooLateToTakeBack
    of_it = Nomination.list_id == found.id, Nomination.nominated_at == last
    ids = session.scalars(select(Nomination.registration_id).where(*of_it).order_by(Nomination.id)).all()
    session.execute(delete(Nomination).where(*of_it).execution_options(synchronize_session=False))
    unmake(session, context, seats=seats, ids=ids)
    found.imported_at = _last_import(session, found)
    forget_how_brought(session, found, session.scalars(select(Nomination.row).where(Nomination.list_id == found.id)).all())
    found.waiting += len(ids)
    session.flush()
    record(
        session,
        context,
        action="nominations.undone",
        subject=f"nomination_list:{found.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"people": len(ids)},
    )
    return len(ids)


def _last_import(session: Session, found: NominationList) -> datetime | None:
    return session.scalar(select(func.max(Nomination.nominated_at)).where(Nomination.list_id == found.id))
