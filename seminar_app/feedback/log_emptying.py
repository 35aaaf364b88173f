"""Emptying SQLite's write-ahead log after answers, also where readers hold it for a while.

The log keeps the pages of each transaction in order, so a copy of it ties an answer to the receipt written beside it. It
can be emptied only while no connection reads an older state. So each answer leaves a row that says that the log is due,
in its own transaction. The answer's request, a job each minute, the start and stop of the worker and the stop of the server
try, until one succeeds; `/readyz` warns when it has been due for ten minutes.
"""

from __future__ import annotations

import logging
import secrets
import time
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from seminar_app.core.sqlite import empty_write_ahead_log, sqlite_module
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback.models import LogToEmpty

log = logging.getLogger(__name__)

WAIT_MS = 2_000
"""How long to wait for readers, and for the write lock, each time."""
TRY_MS = 50
WARN_AFTER = timedelta(minutes=10)


def note_due(session: Session, *, now: datetime) -> None:
    """Record in the answer's transaction that the log is to be emptied. Other databases have no such file."""
    if session.get_bind().dialect.name != "sqlite":
        return
    token = secrets.randbelow(2**31)
    due = insert(LogToEmpty).values(id=1, since=now.replace(second=0, microsecond=0), token=token)
    session.execute(due.on_conflict_do_update(index_elements=["id"], set_={"token": token}))


def empty_if_due(session: Session) -> bool:
    """Empty the log if an answer made it due; True where nothing is due any more. A failure is logged and tried again later.

    The row goes only if no answer has come since the log was emptied.
    """
    try:
        token = session.scalar(select(LogToEmpty.token))
        session.close()  # an open transaction of our own would hold the log
        if token is None:
            return True
        if not _emptied(session):
            return False
        with unit_of_work(session, wait_ms=WAIT_MS) as work:
            work.execute(delete(LogToEmpty).where(LogToEmpty.token == token))
    except (SQLAlchemyError, sqlite_module().Error) as error:  # the second: of a raw connection
        log.warning("The write-ahead log was not emptied: %s.", type(error).__name__)
        return False
    return True


def _emptied(session: Session) -> bool:
    """Try until it succeeds or `WAIT_MS` are over. Each try holds the write lock while it waits, so tries are short, with pauses."""
    engine, until = session.get_bind(), time.monotonic() + WAIT_MS / 1000
    while not empty_write_ahead_log(engine, wait_ms=min(TRY_MS, WAIT_MS)):  # type: ignore[arg-type]
        if time.monotonic() >= until:
            return False
        time.sleep(TRY_MS / 1000)
    return True


def overdue(session: Session, *, now: datetime) -> bool:
    """Whether the log has been due for ten minutes."""
    since = session.scalar(select(LogToEmpty.since))
    return since is not None and now - since >= WARN_AFTER
