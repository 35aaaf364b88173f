"""`flask database …`: create the database and migrate its schema."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config import RESOURCES
from seminar_app.core.sqlite import sqlite_module
from seminar_app.web.database import db
from seminar_app.web.health import database_fault, newest_migration, serves_schema

group = AppGroup("database", help="Make the database and bring it up to date.")


@group.command("prepare")
def prepare() -> None:
    """Create the SQLite file where there is none, then run the missing migrations."""
    prepare_database()
    click.echo("The database is up to date.")


def prepare_database() -> None:
    """Create the SQLite file where there is none, and run the missing migrations; quick where none is missing."""
    make_sqlite_file()
    if not is_up_to_date(or_newer=True):
        from flask_migrate import upgrade

        install_migrations(current_app._get_current_object())  # type: ignore[attr-defined]
        upgrade()


def install_migrations(app: Flask) -> None:
    """Add Flask-Migrate to the app. Only commands that migrate call this, because Alembic takes an eighth of a web worker's memory."""
    from flask_migrate import Migrate

    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(RESOURCES / "migrations"), render_as_batch=False, compare_type=True)


def is_up_to_date(*, or_newer: bool = False) -> bool:
    """Whether the database exists and its schema is the one this code was written for (or, with `or_newer`, a newer one it can serve)."""
    try:
        with db.engine.connect() as connection:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:  # no file, no server, or an empty database
        return False
    return found == newest_migration() or (or_newer and serves_schema(found))


def refuse_unprepared() -> None:
    """Refuse to start without a migrated database. In production a missing file must be restored, not replaced by an empty one.

    Raises:
        ClickException: the database is missing or of another version.
    """
    if (fault := database_fault()) is not None:
        raise click.ClickException(f"{fault[0].upper()}{fault[1:]}")


def make_sqlite_file() -> None:
    """Create the SQLite file if it is missing. No other code creates a database file."""
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        return
    path = Path(str(url.database).removeprefix("file:"))
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        sqlite_module().connect(path).close()
