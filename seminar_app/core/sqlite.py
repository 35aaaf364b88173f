"""The SQLite library and its file: how a connection is set up, and whether the file it opened is still in place."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    Engine,
    make_url,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError

from seminar_app.core.write_mode import WRITING

log = logging.getLogger(__name__)


BUSY_TIMEOUT_MS = 15_000


OPENED_FILE = "opened_file"
OPENED_READ_ONLY = "opened_read_only"
"""Keys of a connection's `info`: path and identity of its file, and whether the file could not be written when it was opened."""


def sqlite_module() -> ModuleType:
    """Return the SQLite module in use: the bundled newer one where there is a wheel, else the standard library's."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:  # platforms without a wheel
        from sqlite3 import dbapi2
    module: ModuleType = dbapi2
    return module


@cache
def connection_class() -> type[Any]:
    """Return the driver's connection, which also closes the cursors that nobody closed (`close_cursors`).

    Cursors of a connection share its prepared statements. One that was left in the middle, by an exception in a loop over rows say, is
    freed at any later time, and then resets a statement that another cursor is reading: that one begins again, and its rows come
    twice, or it fails with «probably unsupported type».
    """

    class ClosingConnection(sqlite_module().Connection):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._cursors: WeakSet[Any] = WeakSet()

        def cursor(self, *args: Any, **options: Any) -> Any:
            cursor = super().cursor(*args, **options)
            self._cursors.add(cursor)
            return cursor

        def close_cursors(self) -> None:
            for cursor in tuple(self._cursors):
                cursor.close()

    return ClosingConnection


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the bug that corrupts a database when its WAL is reset under load.

    Source: the release notes of SQLite 3.51.3, and its back-ports 3.50.7 and 3.44.6.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def database_path(database_url: str) -> Path:
    """Return the file that a SQLite URL names."""
    return Path((make_url(database_url).database or "").removeprefix("file:").partition("?")[0])


def on_connect(connection: Any, record: Any) -> None:
    """Set a new connection up: explicit transactions, a safe journal mode, and a note of which file it opened."""
    connection.isolation_level = None  # we send BEGIN ourselves: the driver's own is deferred, so it fails when another writer is first
    module = sqlite_module()
    journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE"
    if journal == "DELETE":
        log.warning("SQLite %s has the WAL-reset bug; using the slower DELETE journal.", module.sqlite_version)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0].upper() != journal:
        cursor.execute(f"PRAGMA journal_mode={journal}")
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON", "trusted_schema=OFF", "journal_size_limit=0"):
        cursor.execute(f"PRAGMA {pragma}")
    path = cursor.execute("PRAGMA database_list").fetchone()[2]
    record.info[OPENED_FILE] = (path, _file_at(path))
    record.info[OPENED_READ_ONLY] = bool(path) and not os.access(path, os.W_OK)
    cursor.close()


def _file_at(path: str) -> tuple[int, int] | None:
    """Return device and inode of the file, or None."""
    try:
        found = os.stat(path)  # noqa: PTH116  called a thousand times a second
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_still_there(info: Mapping[Any, Any]) -> bool:
    """Whether the file that a SQLite connection opened is still the one at its path (`info` is the connection's).

    A file that was deleted, moved or replaced stays open unnoticed, and everything written to it is lost.
    """
    opened = info.get(OPENED_FILE)
    return opened is None or not opened[0] or _file_at(opened[0]) == opened[1]


def on_checkout(_connection: Any, record: Any, _proxy: object) -> None:
    """Drop a connection whose file is no longer the one at its path.

    Raises:
        DisconnectionError: the pool then opens another connection.
    """
    if not is_still_there(record.info):
        log.error("The database file is missing or another one than was opened; opening what is there.")
        raise DisconnectionError("the database file is not the one that was opened")


def may_be_kept(info: Mapping[Any, Any]) -> bool:
    """Whether a connection may stay open after its use; one that found the file read-only may not (`info` is the connection's).

    All connections of a process share what SQLite knows of the write-ahead log. While one that found it read-only is open, those
    opened later cannot write either, although the disk has long been writable again.
    """
    return not info.get(OPENED_READ_ONLY)


def on_checkin(connection: Any, record: Any) -> None:
    """Close what a connection left open; close itself, instead of returning it to the pool, if it found the file read-only."""
    if connection is not None:
        connection.close_cursors()
    if not may_be_kept(record.info):
        record.invalidate()


def on_error(context: ExceptionContext) -> None:
    """Discard a connection whose file was read-only when opened; a new connection may find it writable."""
    if WRITING.get() and "readonly" in str(context.original_exception):
        context.is_disconnect = True


def empty_write_ahead_log(engine: Engine, *, wait_ms: int = 0) -> bool:
    """Empty SQLite's write-ahead log, which keeps earlier states of pages in the order of their transactions.

    Call it after a commit whose order must stay secret. While a connection reads an older state the log stays.

    Args:
        wait_ms: how long to wait for such readers, and for a writer.

    Returns:
        Whether the log is empty; True on other databases, which have no such file.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
            busy = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            cursor.close()
    finally:
        connection.close()
    return not busy
