"""Emptying SQLite's write-ahead log after answers, also where readers hold it for a while.

The log keeps the pages of each transaction in order, so a copy of it ties an answer to the receipt written beside it. It
can be emptied only while no connection reads an older state. So each answer leaves a row that says that the log is due,
in its own transaction. The answer's request, a job each minute, and the start and stop of the worker and the server try,
until one succeeds; `/readyz` warns when it has been due for ten minutes.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from seminar_app.core.sqlite import empty_write_ahead_log
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback.models import LogToEmpty

log = logging.getLogger(__name__)

WAIT_MS = 2_000
"""How long to wait for readers, and for the write lock, each time."""
WARN_AFTER = timedelta(minutes=10)


def note_due(session: Session, *, now: datetime) -> None:
    """Record in the answer's transaction that the log is to be emptied. Other databases have no such file."""
    if session.get_bind().dialect.name != "sqlite":
        return
    due = insert(LogToEmpty).values(id=1, since=now.replace(second=0, microsecond=0), answers=1)
    session.execute(due.on_conflict_do_update(index_elements=["id"], set_={"answers": LogToEmpty.answers + 1}))


def empty_if_due(session: Session) -> bool:
    """Empty the log if an answer made it due; True where nothing is due any more. A failure is logged and tried again later.

    The row goes only if no answer has come since the log was emptied.
    """
    try:
        answers = session.scalar(select(LogToEmpty.answers))
        session.close()  # an open transaction of our own would hold the log
        if answers is None:
            return True
        if not empty_write_ahead_log(session.get_bind(), wait_ms=WAIT_MS):  # type: ignore[arg-type]
            return False
        with unit_of_work(session, wait_ms=WAIT_MS) as work:
            work.execute(delete(LogToEmpty).where(LogToEmpty.answers == answers))
    except DBAPIError as error:
        log.warning("The write-ahead log was not emptied: %s.", type(error).__name__)
        return False
    return True


def overdue(session: Session, *, now: datetime) -> bool:
    """Whether the log has been due for ten minutes."""
    since = session.scalar(select(LogToEmpty.since))
    return since is not None and now - since >= WARN_AFTER
