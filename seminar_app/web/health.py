"""Report whether the process is alive, and whether it can serve."""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from config import RESOURCES, Settings
from seminar_app.core import clock
from seminar_app.core.sqlite import database_path
from seminar_app.web.access import Audience, Policy, declare
from seminar_app.web.checks import State, checks
from seminar_app.web.database import db, session

MAINTENANCE = "maintenance"
WARN_AGAIN_SECONDS = 60.0
"""A proxy asks each second; the log needs the same warning once a minute from each process."""
PREPARE = "`constancia database prepare`"
NOT_READY = "not_ready"
"""Name of the application's extension that keeps the reason of the last answer, or None."""
SERVER_PID = "CONSTANCIA_SERVER_PID"
"""Process id of the `flask serve` that a web process belongs to."""


def init_app(app: Flask, settings: Settings) -> None:
    """Add `/healthz` and `/readyz`."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    for endpoint in ("healthz", "readyz"):
        declare(app, endpoint, Policy(Audience.PUBLIC))


def healthz() -> ResponseReturnValue:
    """Report that the process is alive."""
    return {"status": "ok"}


def readyz() -> ResponseReturnValue:
    """Tell a proxy whether to send people here. The reason goes to the log only; visitors get one word."""
    why = not_ready()
    _log_change(why)
    return ({"status": "ok"} | _warnings(), 200) if why is None else ({"status": "unavailable"}, 503)


def _log_change(why: str | None) -> None:
    """Log when this process stops being ready, does so for another reason, or is ready again: a proxy asks every second."""
    before = current_app.extensions.get(NOT_READY)
    current_app.extensions[NOT_READY] = why
    if why and why != before:
        current_app.logger.warning("Not ready: %s", why)
    elif before and not why:
        current_app.logger.info("Ready again.")


def _warnings() -> dict[str, list[str]]:
    asked = [check for check in checks() if check.in_readyz]
    names = [check.name for check in asked if check.look(session(), clock.now()).state is State.WRONG]
    logged: dict[str, float] = current_app.extensions.setdefault("warnings_logged", {})
    for name in names:
        if time.monotonic() - logged.get(name, -WARN_AGAIN_SECONDS) >= WARN_AGAIN_SECONDS:
            logged[name] = time.monotonic()
            current_app.logger.warning("Warning at /readyz: %s", name)
    return {"warnings": names} if names else {}


def not_ready() -> str | None:
    """Return why people should not be sent here now: maintenance, about to stop, no database, or an older one. Else None."""
    settings: Settings = current_app.extensions["settings"]
    if maintenance_file(settings).exists():
        return "maintenance is on."
    if (server := os.environ.get(SERVER_PID)) and stopping_file(settings, int(server)).exists():
        return "the server is about to stop."
    return database_fault()


def database_fault() -> str | None:
    """Return what is wrong with the database as a whole, and what to do: not there, empty, older, not answering. Else None."""
    try:
        found = schema_found()
    except SQLAlchemyError as error:
        if isinstance(error, ProgrammingError) or "no such table" in str(getattr(error, "orig", "")):
            return f"the database is empty: {PREPARE} makes its tables."
        return _not_answering(error)
    if serves_schema(found):
        return None
    return f"the database is of version {found}, this program needs {newest_migration()}: {PREPARE} brings it up to date."


def _not_answering(error: SQLAlchemyError) -> str:
    if db.engine.dialect.name != "sqlite":
        return f"the database at {db.engine.url.render_as_string()} does not answer ({_first_line(error)})."
    path = database_path(str(db.engine.url))
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return f"there is no database at {path}: restore it from its backup, or make a new one with {PREPARE}."
    except OSError as refused:
        return f"the database at {path} cannot be looked at by the user who runs this (number {os.getuid()}): {refused.strerror}."
    return f"the database at {path} does not answer ({_first_line(error)})."


def _first_line(error: SQLAlchemyError) -> str:
    """Return the driver's reason. At a connection it names host, port and user, no data."""
    return (str(getattr(error, "orig", error)).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def maintenance_file(settings: Settings) -> Path:
    """Return the path of the file that exists while `flask maintenance on` holds for this machine."""
    return settings.data_dir / MAINTENANCE


def stopping_file(settings: Settings, server: int) -> Path:
    """Return the path of the file that exists from the moment this server was told to stop."""
    return settings.data_dir / f"stopping-{server}"


def schema_found() -> object:
    """Return the version of the database.

    Raises:
        SQLAlchemyError: there is no database, it is empty, or it does not answer.
    """
    with db.engine.connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


def serves_schema(found: object) -> bool:
    """Whether this code can work on a database of this version: its own, or a newer one.

    A migration removes nothing that the version before it uses (docs/operations.md), so old and new code can run side by side.
    """
    return isinstance(found, str) and found >= newest_migration()


@cache
def newest_migration() -> str:
    """Return the number of the last migration, read from `migrations/versions/NEWEST`: importing Alembic would cost 11 MB."""
    return (RESOURCES / "migrations" / "versions" / "NEWEST").read_text(encoding="ascii").strip()
