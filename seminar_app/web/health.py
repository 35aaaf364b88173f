"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from functools import cache

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
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
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        current_app.logger.warning("Not ready: the database does not answer.")
        return {"status": "unavailable", "why": "database"}, 503
    if found != newest_migration():
        return {"status": "unavailable", "why": "migrations"}, 503
    return {"status": "ok"}


@cache
def newest_migration() -> str:
    """Number of the last migration in `migrations/versions`, from the file that says so: Alembic is 11 MB that serving does not need."""
    return (PROJECT_ROOT / "migrations" / "versions" / "NEWEST").read_text(encoding="ascii").strip()
