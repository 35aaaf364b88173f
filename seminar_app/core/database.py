"""The base of all tables, their types, and how connections to SQLite and PostgreSQL behave."""

from __future__ import annotations

import enum
import logging
import os
import random
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Engine,
    Enum,
    MetaData,
    SQLColumnExpression,
    String,
    Uuid,
    and_,
    cast,
    event,
    func,
    make_url,
)
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from seminar_app.core.write_queue import WRITERS

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
BEGIN_TO_WRITE = "BEGIN IMMEDIATE"
OPENED_FILE = "opened_file"
LOOK_AGAIN_SECONDS = (0.0005, 0.0015)
OTHERS_SEEN_SECONDS = 0.1
"""So often whoever waits for the lock looks whether somebody else has committed."""

_first_in_line = threading.Lock()

_writing: ContextVar[bool] = ContextVar("database_writing", default=False)
_wait_ms: ContextVar[int | None] = ContextVar("database_wait_ms", default=None)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Refuses a time without a zone, and gives back UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any zone into UTC; a naive time is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives back a naive time that is known to be UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def value_enum(kind: type[enum.StrEnum], name: str | None = None) -> Enum:
    """A column that stores the enum's value and lets the database refuse any other; `name` where a table has two of a kind."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name or kind.__name__.lower(),
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Every table's parent: named constraints, instants in UTC, 128-bit public ids."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, uuid.UUID: Uuid(), str: String(), dict[str, Any]: Json, list[Any]: Json}


def words_begin(session: Session, text: SQLColumnExpression[str], parts: Sequence[str], *, few: bool = True) -> ColumnElement[bool]:
    """Whether for each of `parts` some word of a text begins with it.

    PostgreSQL has an index over `words_of(text)`, which is the way to a few rows; a text is cheaper to look through
    where so many match that some are always near. SQLite always looks through it.

    Args:
        text: a column, or an expression as the index has it.
        parts: beginnings of words, written as the text is; at least one.
    """
    if not few or session.get_bind().dialect.name != "postgresql":
        return and_(*(text.startswith(part, autoescape=True) | text.contains(f" {part}", autoescape=True) for part in parts))
    quoted = (part.replace("\\", "\\\\").replace("'", "''") for part in parts)
    return func.words_of(text).bool_op("@@")(cast(" & ".join(f"'{part}':*" for part in quoted), TSQUERY))


def sqlite_module() -> ModuleType:
    """The SQLite that Constancia runs on: the bundled new one where there is a wheel, else the system's."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:  # platforms without a wheel
        from sqlite3 import dbapi2
    module: ModuleType = dbapi2
    return module


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the bug that corrupts a database when its WAL is reset under load.

    Source: the release notes of SQLite 3.51.3, and its back-ports 3.50.7 and 3.44.6.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def database_path(database_url: str) -> Path:
    """The file that a SQLite address names."""
    return Path((make_url(database_url).database or "").removeprefix("file:").partition("?")[0])


def engine_settings(database_url: str, *, pool_size: int = 5) -> tuple[str, dict[str, Any]]:
    """The address and the options that `create_engine` is given.

    A SQLite file is opened `mode=rw`: a file that is missing stays missing, and is never replaced by an empty one.
    """
    url = make_url(database_url)
    options: dict[str, Any] = {"pool_pre_ping": url.get_backend_name() != "sqlite", "pool_size": pool_size, "max_overflow": pool_size}
    options["hide_parameters"] = True  # an error's text reaches the log, and what people wrote must not
    if url.get_backend_name() == "sqlite":
        path = (url.database or "").removeprefix("file:")
        options["module"] = sqlite_module()
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
        return f"sqlite:///file:{path}?mode=rw&uri=true", options
    ours = f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
    options["connect_args"] = {"options": f"{url.query.get('options', '')} {ours}".strip(), "connect_timeout": 5}
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False), options


def install_hooks(engine: Engine) -> None:
    """Make transactions of this engine begin the way the unit of work says: IMMEDIATE to write, read-only to read."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "checkout", _on_sqlite_checkout)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _on_sqlite_error)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _on_sqlite_connect(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own is deferred and loses to the first writer
    module = sqlite_module()
    journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE"
    if journal == "DELETE":
        log.warning("SQLite %s has the WAL-reset bug; using the slower DELETE journal.", module.sqlite_version)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0].upper() != journal:
        cursor.execute(f"PRAGMA journal_mode={journal}")
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON", "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    path = cursor.execute("PRAGMA database_list").fetchone()[2]
    record.info[OPENED_FILE] = (path, _file_at(path))
    cursor.close()


def _file_at(path: str) -> tuple[int, int] | None:
    """Which file that is, or None."""
    try:
        found = os.stat(path)  # noqa: PTH116  a thousand times a second
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_still_there(info: Mapping[Any, Any]) -> bool:
    """Whether the file that a connection opened (SQLite's; `info` is the connection's) is the one that lies at its place now.

    A file that was deleted, moved or replaced stays open unseen, and whatever is written to it is lost.
    """
    opened = info.get(OPENED_FILE)
    return opened is None or not opened[0] or _file_at(opened[0]) == opened[1]


def _on_sqlite_checkout(_connection: Any, record: Any, _proxy: object) -> None:
    if not is_still_there(record.info):
        log.error("The database file is missing or another one than was opened; opening what is there.")
        raise DisconnectionError("the database file is not the one that was opened")


def _on_sqlite_error(context: ExceptionContext) -> None:
    """A file that could only be read when it was opened stays so for that connection; let the next one find it otherwise."""
    if _writing.get() and "readonly" in str(context.original_exception):
        context.is_disconnect = True


def _begin_sqlite(connection: Connection) -> None:
    cursor = connection.connection.cursor()
    writing = _writing.get()
    cursor.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    if writing:
        try:
            _begin_to_write(cursor)
        except OperationalError as error:
            if "readonly" in str(error.orig):  # it could only be read when it was opened; the next connection may find it otherwise
                connection.invalidate(error)
            raise
        if not is_still_there(connection.info):  # it went while we stood in line
            cursor.execute("ROLLBACK")
            raise OperationalError(BEGIN_TO_WRITE, None, sqlite_module().OperationalError("the database file is gone"))
    else:
        cursor.execute("BEGIN")
    cursor.close()


def _begin_to_write(cursor: Any) -> None:
    """Wait for SQLite's one write lock, and look for it often.

    SQLite's own waiting sleeps up to 100 ms between looks, so that under many writers the lock lies idle most of the time
    and whoever is unlucky waits seconds. One thread of each process looks every millisecond; the others stand behind it.

    Raises:
        OperationalError: nobody let go of it for `BUSY_TIMEOUT_MS`, or for what `write_mode` was told.
    """
    wait_seconds = (_wait_ms.get() or BUSY_TIMEOUT_MS) / 1000
    deadline = time.monotonic() + wait_seconds
    if not _first_in_line.acquire(timeout=wait_seconds):
        raise OperationalError(BEGIN_TO_WRITE, None, sqlite_module().OperationalError("database is locked"))
    try:
        cursor.execute("PRAGMA busy_timeout=0")
        others = _Others(cursor)
        while True:
            try:
                cursor.execute(BEGIN_TO_WRITE)
            except sqlite_module().OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise OperationalError(BEGIN_TO_WRITE, None, error) from error
            else:
                return
            others.look()
            time.sleep(random.uniform(*LOOK_AGAIN_SECONDS))
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _first_in_line.release()


class _Others:
    """Who waits for the lock sees whether other processes commit meanwhile, and so that it is not stuck."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._looked_at = time.monotonic()
        self._version: int | None = None

    def look(self) -> None:
        """Now and then."""
        if time.monotonic() - self._looked_at < OTHERS_SEEN_SECONDS:
            return
        before, self._looked_at = self._version, time.monotonic()
        with suppress(sqlite_module().OperationalError):  # without a write-ahead log the lock may keep this from being read, too
            self._version = self._cursor.execute("PRAGMA data_version").fetchone()[0]
        if before is not None and before != self._version:
            WRITERS.note_progress()


def _begin_postgresql(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.read_only = not _writing.get()


def forget_write_ahead_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, which keeps earlier states of pages side by side with the transactions they came from.

    Call it after a commit whose order nobody may learn. Waits for nobody: where somebody is reading just now the log
    stays, and goes with the next call.

    Returns:
        Whether nothing of it is left; True on other databases, where there is no such file to empty.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        busy = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()
    finally:
        connection.close()
    return not busy


@contextmanager
def write_mode(wait_ms: int | None = None) -> Iterator[None]:
    """Transactions that begin inside may write. Only the unit of work, migrations and sign-in use it.

    Args:
        wait_ms: how long to wait for SQLite's lock, if not as long as ever.
    """
    writing, waiting = _writing.set(True), _wait_ms.set(wait_ms)
    try:
        yield
    finally:
        _writing.reset(writing)
        _wait_ms.reset(waiting)
