"""The database engine: its URL, its options, and how its transactions begin on SQLite and PostgreSQL."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import (
    Engine,
    event,
    make_url,
)
from sqlalchemy.engine import Connection

from seminar_app.core import database_faults
from seminar_app.core.sqlite import BUSY_TIMEOUT_MS, on_checkin, on_checkout, on_connect, on_error, sqlite_module
from seminar_app.core.sqlite_writing import begin
from seminar_app.core.write_mode import WRITING

LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000


def engine_settings(database_url: str, *, pool_size: int = 5, prepared_statements: bool = True) -> tuple[str, dict[str, Any]]:
    """Return the URL and the options for `create_engine`.

    A SQLite file is opened `mode=rw`, so that a missing file is an error and is never replaced by an empty one.

    Args:
        prepared_statements: whether PostgreSQL keeps statements prepared; False where a pooler gives each transaction another session.
    """
    url = make_url(database_url)
    options: dict[str, Any] = {"pool_pre_ping": url.get_backend_name() != "sqlite", "pool_size": pool_size, "max_overflow": pool_size}
    options["hide_parameters"] = True  # error texts reach the log, and the values that people wrote must not
    if url.get_backend_name() == "sqlite":
        path = (url.database or "").removeprefix("file:")
        options["module"] = sqlite_module()
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
        return f"sqlite:///file:{path}?mode=rw&uri=true", options
    ours = f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
    options["connect_args"] = {"options": f"{url.query.get('options', '')} {ours}".strip(), "connect_timeout": 5}
    if not prepared_statements:
        options["connect_args"]["prepare_threshold"] = None
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False), options


def install_hooks(engine: Engine) -> None:
    """Make this engine's transactions begin as the unit of work demands: IMMEDIATE to write, read-only to read.

    On PostgreSQL a reading transaction ends with COMMIT, after which psycopg keeps the statements that it has prepared.
    """
    event.listen(engine, "handle_error", database_faults.on_error)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", on_connect)
        event.listen(engine, "checkout", on_checkout)
        event.listen(engine, "checkin", on_checkin)
        event.listen(engine, "begin", begin)
        event.listen(engine, "handle_error", on_error)
    else:
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "rollback", commit_if_read)


def _begin_postgresql(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.read_only = not WRITING.get()


def commit_if_read(connection: Connection) -> None:
    """Commit a read-only transaction that is in order, before it would be rolled back; psycopg then has nothing to roll back.

    psycopg drops all prepared statements at a rollback, so that each statement would be parsed and planned again every time. A
    transaction that may write is never committed here, nor one in error; if the commit fails, the rollback says why.
    """
    if connection.invalidated:
        return
    driver: Any = connection.connection.driver_connection
    if driver.read_only and driver.info.transaction_status.name == "INTRANS":
        with suppress(connection.dialect.loaded_dbapi.Error):
            driver.commit()
