"""Report whether the process is alive, and whether it can serve."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from config import RESOURCES, Settings
from seminar_app.core import clock
from seminar_app.web.access import Audience, Policy, declare
from seminar_app.web.checks import State, checks
from seminar_app.web.database import db, session

MAINTENANCE = "maintenance"
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
    if why is None:
        return {"status": "ok"} | _warnings()
    current_app.logger.warning("Not ready: %s", why)
    return {"status": "unavailable"}, 503


def _warnings() -> dict[str, list[str]]:
    asked = [check for check in checks() if check.in_readyz]
    names = [check.name for check in asked if check.look(session(), clock.now()).state is State.WRONG]
    for name in names:
        current_app.logger.warning("Warning at /readyz: %s", name)
    return {"warnings": names} if names else {}


def not_ready() -> str | None:
    """Return why people should not be sent here now: maintenance, about to stop, no database, or an older one. Else None."""
    settings: Settings = current_app.extensions["settings"]
    if maintenance_file(settings).exists():
        return "maintenance is on."
    if (server := os.environ.get(SERVER_PID)) and stopping_file(settings, int(server)).exists():
        return "the server is about to stop."
    try:
        with db.engine.connect() as connection:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        if isinstance(error, ProgrammingError) or "no such table" in str(getattr(error, "orig", "")):
            return "the database is empty: `flask --app seminar_app database prepare` makes its tables."
        return f"the database does not answer, or is not there ({type(error).__name__})."
    return None if serves_schema(found) else f"the database is of version {found}, this program needs {newest_migration()}."


def maintenance_file(settings: Settings) -> Path:
    """Return the path of the file that exists while `flask maintenance on` holds for this machine."""
    return settings.data_dir / MAINTENANCE


def stopping_file(settings: Settings, server: int) -> Path:
    """Return the path of the file that exists from the moment this server was told to stop."""
    return settings.data_dir / f"stopping-{server}"


def serves_schema(found: object) -> bool:
    """Whether this code can work on a database of this version: its own, or a newer one.

    A migration removes nothing that the version before it uses (docs/operations.md), so old and new code can run side by side.
    """
    return isinstance(found, str) and found >= newest_migration()


@cache
def newest_migration() -> str:
    """Return the number of the last migration, read from `migrations/versions/NEWEST`: importing Alembic would cost 11 MB."""
    return (RESOURCES / "migrations" / "versions" / "NEWEST").read_text(encoding="ascii").strip()
