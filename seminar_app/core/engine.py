"""The database engine: its URL, its options, and how its transactions begin on SQLite and PostgreSQL."""

from __future__ import annotations

from functools import partial
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Dialect, Engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from seminar_app.core import database_faults
from seminar_app.core.sqlite import BUSY_TIMEOUT_MS, connection_class, on_checkin, on_checkout, on_connect, on_error, sqlite_module
from seminar_app.core.sqlite_writing import begin
from seminar_app.core.write_mode import WRITING

LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
READ_ONLY = "SET default_transaction_read_only = on"
ASKED_AFTER_SECONDS = 1
USED_AT = "used_at"


def engine_settings(database_url: str, *, pool_size: int = 5, prepared_statements: bool = True) -> tuple[str, dict[str, Any]]:
    """Return the URL and the options for `create_engine`.

    A SQLite file is opened `mode=rw`, so that a missing file is an error and is never replaced by an empty one.

    Args:
        prepared_statements: whether PostgreSQL keeps statements prepared; False where a pooler gives each transaction another session.
    """
    url = make_url(database_url)
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": pool_size}
    options["pool_use_lifo"] = True  # few connections are warm, and keep statements and pages in memory
    options["hide_parameters"] = True  # error texts reach the log, and the values that people wrote must not
    if url.get_backend_name() == "sqlite":
        path = (url.database or "").removeprefix("file:")
        options["module"] = sqlite_module()
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False, "factory": connection_class()}
        return f"sqlite:///file:{path}?mode=rw&uri=true", options
    ours = f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
    options["connect_args"] = {"options": f"{url.query.get('options', '')} {ours}".strip(), "connect_timeout": 5}
    if not prepared_statements:
        options["connect_args"]["prepare_threshold"] = None
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False), options


def install_hooks(engine: Engine) -> None:
    """Make this engine's transactions begin as the unit of work demands: IMMEDIATE to write, read-only to read."""
    event.listen(engine, "handle_error", database_faults.on_error)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", on_connect)
        event.listen(engine, "checkout", on_checkout)
        event.listen(engine, "checkin", on_checkin)
        event.listen(engine, "begin", begin)
        event.listen(engine, "handle_error", on_error)
    else:
        event.listen(engine, "connect", _keep_read_only)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ask_if_idle, engine.dialect))
        event.listen(engine, "begin", _begin_postgresql)


def _keep_read_only(driver: Any, _record: object) -> None:
    """Make every transaction of this connection read-only that does not begin with READ WRITE."""
    if driver.prepare_threshold is not None:
        driver.autocommit = True
        driver.execute(READ_ONLY)


def _begin_postgresql(connection: Connection) -> None:
    """Begin a transaction that writes; let each statement that reads be a transaction of its own, which the server keeps read-only.

    Between two statements such readings see what others commit, as they would in one transaction of READ COMMITTED, and need neither
    BEGIN nor COMMIT nor a ROLLBACK, after which psycopg would drop all statements that it has prepared. `reading.transaction` makes
    one where it is needed. Without prepared statements there may be a pooler, which knows no setting of ours: each reading then is a
    read-only transaction.
    """
    driver: Any = connection.connection.driver_connection
    writing = WRITING.get()
    driver.read_only = not writing
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        driver.autocommit = not writing and driver.prepare_threshold is not None


def _note_use(_driver: object, record: ConnectionPoolEntry) -> None:
    record.info[USED_AT] = monotonic()


def _ask_if_idle(dialect: Dialect, driver: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask the server of a connection that rested whether it is still there. One that was used just now is not worth the way there.

    Raises:
        InvalidatePoolError: it is gone; the pool connects anew.
    """
    if monotonic() - record.info.get(USED_AT, inf) < ASKED_AFTER_SECONDS:
        return
    try:
        dialect.do_ping(driver)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error
