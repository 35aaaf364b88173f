"""`flask database …`: make the database exist and bring its schema up to date."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from seminar_app.core.database import sqlite_module
from seminar_app.web.database import db

group = AppGroup("database", help="Make the database and bring it up to date.")


@group.command("prepare")
def prepare() -> None:
    """Make the SQLite file where there is none, then run the migrations that are missing."""
    make_sqlite_file()
    upgrade()
    click.echo("The database is up to date.")


def make_sqlite_file() -> None:
    """The only place that creates a database file; everything else opens what is there."""
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        return
    path = Path(str(url.database).removeprefix("file:"))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        sqlite_module().connect(path).close()
