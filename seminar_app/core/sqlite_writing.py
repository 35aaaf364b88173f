"""How a SQLite transaction begins, and how a writer waits for the file's single write lock."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from seminar_app.core.installation import installation_of
from seminar_app.core.sqlite import BUSY_TIMEOUT_MS, is_still_there, sqlite_module
from seminar_app.core.write_mode import WAIT_MS, WRITING
from seminar_app.core.write_queue import WriteQueue

BEGIN_TO_WRITE = "BEGIN IMMEDIATE"


RETRY_SECONDS = (0.0005, 0.0015)


PROGRESS_SECONDS = 0.1
"""Interval at which a waiting writer checks whether other processes have committed."""


_retrying = threading.Lock()


def begin(connection: Connection) -> None:
    """Begin a transaction: IMMEDIATE where the unit of work writes, else one in which the database refuses writes.

    Raises:
        OperationalError: the lock was not free in time, or the file is gone or read-only.
    """
    cursor = connection.connection.cursor()
    writing = WRITING.get()
    cursor.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    if writing:
        try:
            _begin_to_write(cursor, installation_of(connection).write_queue)
        except OperationalError as error:
            if "readonly" in str(error.orig):  # the file was read-only when opened; connections opened now may find it writable
                connection.invalidate(error)
                connection.engine.dispose()  # the pool's other connections may have been opened then, too
            raise
        if not is_still_there(connection.info):  # the file went while this writer waited
            cursor.execute("ROLLBACK")
            raise OperationalError(BEGIN_TO_WRITE, None, sqlite_module().OperationalError("the database file is gone"))
    else:
        cursor.execute("BEGIN")
    cursor.close()


def _begin_to_write(cursor: Any, queue: WriteQueue) -> None:
    """Wait for SQLite's single write lock, and poll it often.

    SQLite's own wait sleeps up to 100 ms between attempts. Under many writers the lock then lies idle most of the time, and
    an unlucky writer waits seconds. One thread of each process polls every millisecond; the others queue behind it.

    Raises:
        OperationalError: the lock was not free within `BUSY_TIMEOUT_MS`, or within the time that `write_mode` sets.
    """
    wait_seconds = (WAIT_MS.get() or BUSY_TIMEOUT_MS) / 1000
    deadline = time.monotonic() + wait_seconds
    if not _retrying.acquire(timeout=wait_seconds):
        raise OperationalError(BEGIN_TO_WRITE, None, sqlite_module().OperationalError("database is locked"))
    try:
        cursor.execute("PRAGMA busy_timeout=0")
        others = _OtherCommits(cursor, queue)
        while True:
            try:
                cursor.execute(BEGIN_TO_WRITE)
            except sqlite_module().OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise OperationalError(BEGIN_TO_WRITE, None, error) from error
            else:
                return
            others.look()
            time.sleep(random.uniform(*RETRY_SECONDS))
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _retrying.release()


class _OtherCommits:
    """Tell the write queue that other processes commit while this one waits, so that the lock does not count as stuck."""

    def __init__(self, cursor: Any, queue: WriteQueue) -> None:
        self._cursor = cursor
        self._queue = queue
        self._looked_at = time.monotonic()
        self._version: int | None = None

    def look(self) -> None:
        """Check, at most once every `PROGRESS_SECONDS`, whether the database has changed."""
        if time.monotonic() - self._looked_at < PROGRESS_SECONDS:
            return
        before, self._looked_at = self._version, time.monotonic()
        with suppress(sqlite_module().OperationalError):  # without a write-ahead log, the lock may block this read too
            self._version = self._cursor.execute("PRAGMA data_version").fetchone()[0]
        if before is not None and before != self._version:
            self._queue.note_progress()
