"""One change, one transaction: everything a request does to the data is committed together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from seminar_app.core.installation import installation_of
from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.write_mode import write_mode

log = logging.getLogger(__name__)

T = TypeVar("T")

BeforeCommit = Callable[[Session], None]
_before_commit: list[BeforeCommit] = []
_UNDO = "undo"

RETRIED = frozenset({"40001", "40P01", "23505"})
"""PostgreSQL codes: serialization failure, deadlock, and a row that another transaction inserted first, which a retry finds."""
ATTEMPTS = 3
LOST = ("08", "40003", "57P")
"""PostgreSQL codes, or their beginnings, for a connection or server lost during the statement."""


class SavedOrNot(OperationalError):
    """The connection was lost between sending the commit and its answer, so it is unknown whether the data were saved."""


def before_commit(hook: BeforeCommit) -> BeforeCommit:
    """Register `hook(session)` to run last in every unit of work, inside its transaction (the audit log chains its rows this way)."""
    if hook not in _before_commit:
        _before_commit.append(hook)
    return hook


def if_undone(session: Session, undo: Callable[[], None]) -> None:
    """Call `undo()` if the open unit of work fails, for state that a request changed outside the database."""
    session.info.setdefault(_UNDO, []).append(undo)


@contextmanager
def unit_of_work(session: Session, *, wait_ms: int | None = None) -> Iterator[Session]:
    """Open a write transaction, yield the session and commit once; on any exception nothing is saved.

    Objects loaded before are released first. Inside, every row is read again under the lock, so services take ids and
    not objects.

    Args:
        wait_ms: how long to wait for SQLite's write lock, where that is less than the default.

    Raises:
        WriteQueueFull: too many writers wait in this process, and none of them makes progress.
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
    """Commit; distinguish a failure after which the data may be saved from one after which they are not."""
    try:
        session.commit()
    except DBAPIError as error:
        if not _answered(error):
            raise SavedOrNot(error.statement, None, error.orig or error, connection_invalidated=error.connection_invalidated) from error
        raise


def _answered(error: DBAPIError) -> bool:
    """Whether the database itself reported the failed commit. SQLite always does, except for a disk that does not answer."""
    if error.connection_invalidated or "disk I/O error" in str(error.orig):
        return False
    state = getattr(error.orig, "sqlstate", "" if isinstance(error.orig, sqlite_module().Error) else None)
    return state is not None and not str(state).startswith(LOST)


def in_unit_of_work(session: Session, work: Callable[[Session], T]) -> T:
    """Run `work(session)` as one unit of work; repeat it from the start after a conflict with another transaction.

    PostgreSQL reports one, or a row's version is no longer the one that was read. The repetition reads everything anew, and a form
    that was opened before the other change is then refused by its edition.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unit_of_work(session) as open_session:
                return work(open_session)
        except (DBAPIError, StaleDataError) as error:
            why = "a row changed meanwhile" if isinstance(error, StaleDataError) else getattr(error.orig, "sqlstate", None)
            if (isinstance(error, DBAPIError) and why not in RETRIED) or attempt == ATTEMPTS:
                raise
            log.info("Unit of work begins again after %s (attempt %d).", why, attempt)
    raise AssertionError("unreachable")
