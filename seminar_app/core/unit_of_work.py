"""One change, one transaction: everything a request does to the data is committed together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.write_mode import write_mode

log = logging.getLogger(__name__)

T = TypeVar("T")

BeforeCommit = Callable[[Session], None]
_before_commit: list[BeforeCommit] = []
_UNDO = "undo"

RETRIED = frozenset({"40001", "40P01", "23505"})
"""PostgreSQL: serialization failure, deadlock, and a row that somebody else added since we looked, which we then find."""
ATTEMPTS = 3
LOST = ("08", "40003", "57P")
"""PostgreSQL's codes, or how they begin: the connection, or the server, went in the middle."""


class SavedOrNot(OperationalError):
    """The connection was lost between asking for the commit and hearing of it: whether it was saved nobody can know here."""


def before_commit(hook: BeforeCommit) -> BeforeCommit:
    """Have `hook(session)` run last in every unit of work, inside its transaction (the trail seals its rows so)."""
    if hook not in _before_commit:
        _before_commit.append(hook)
    return hook


def if_undone(session: Session, undo: Callable[[], None]) -> None:
    """Have `undo()` run if the open unit of work fails: for what a request changed besides the database on its account."""
    session.info.setdefault(_UNDO, []).append(undo)


@contextmanager
def unit_of_work(session: Session, *, wait_ms: int | None = None) -> Iterator[Session]:
    """Begin to write, hand out the session, commit once; on any exception nothing has happened.

    What was loaded before is let go first: inside, every row is read again under the lock, so services take
    ids and not objects.

    Args:
        wait_ms: how long SQLite's one lock is worth waiting for, where that is less than for what somebody sent.

    Raises:
        WriteQueueFull: too many wait to write in this process, and none of them gets on.
    """
    if session.info.get("unit_of_work"):
        raise RuntimeError("a unit of work inside another would commit half of it")
    session.close()
    with installation_of(session).write_queue.place(), write_mode(wait_ms):
        session.info["unit_of_work"] = True
        try:
            yield session
            session.flush()
            for hook in _before_commit:
                hook(session)
            session.flush()
            _commit(session)
        except BaseException:
            for undo in reversed(session.info.get(_UNDO, [])):
                undo()
            session.rollback()
            raise
        finally:
            session.info.clear()
            session.close()


def _commit(session: Session) -> None:
    """Commit; a failure after which it may be saved all the same is told apart from one after which it is not."""
    try:
        session.commit()
    except DBAPIError as error:
        if not _answered(error):
            raise SavedOrNot(error.statement, None, error.orig or error, connection_invalidated=error.connection_invalidated) from error
        raise


def _answered(error: DBAPIError) -> bool:
    """Whether the database itself said that a commit failed. SQLite does, but for a disk that does not answer."""
    if error.connection_invalidated or "disk I/O error" in str(error.orig):
        return False
    state = getattr(error.orig, "sqlstate", "" if isinstance(error.orig, sqlite_module().Error) else None)
    return state is not None and not str(state).startswith(LOST)


def in_unit_of_work(session: Session, work: Callable[[Session], T]) -> T:
    """Run `work(session)` as one unit of work, again from the start when PostgreSQL says that somebody else's came between."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unit_of_work(session) as open_session:
                return work(open_session)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in RETRIED or attempt == ATTEMPTS:
                raise
            log.info("Unit of work begins again after %s (attempt %d).", getattr(error.orig, "sqlstate", None), attempt)
    raise AssertionError("unreachable")
