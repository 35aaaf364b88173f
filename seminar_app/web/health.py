"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from config import PROJECT_ROOT
from seminar_app.web.access import Audience, Policy, declare
from seminar_app.web.database import db


def init_app(app: Flask) -> None:
    """Add `/healthz` and `/readyz`."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    for endpoint in ("healthz", "readyz"):
        declare(app, endpoint, Policy(Audience.PUBLIC))


def healthz() -> ResponseReturnValue:
    """Alive."""
    return {"status": "ok"}


def readyz() -> ResponseReturnValue:
    """The database answers, and its schema is the one this code was written for."""
    try:
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        current_app.logger.warning("Not ready: the database does not answer.")
        return {"status": "unavailable", "why": "database"}, 503
    if found != newest_migration():
        return {"status": "unavailable", "why": "migrations"}, 503
    return {"status": "ok"}


def newest_migration() -> str | None:
    """Number of the last migration in `migrations/versions`."""
    return ScriptDirectory(str(PROJECT_ROOT / "migrations")).get_current_head()
