"""Set up Flask-SQLAlchemy with our typed base, and give requests their unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session as Session  # noqa: PLC0414  routes take the type from here, and hold no SQL

from config import Settings
from seminar_app.core import unit_of_work as core
from seminar_app.core.engine import engine_settings, install_hooks
from seminar_app.core.installation import install
from seminar_app.core.tables import Base

T = TypeVar("T")

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False, "autoflush": True})


def init_app(app: Flask, settings: Settings) -> None:
    """Configure the app's database. Connections open when first used."""
    url, options = engine_settings(settings.database_url, pool_size=settings.pool_size, prepared_statements=settings.prepared_statements)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        install(db.engine, settings)
        install_hooks(db.engine)


def session() -> Session:
    """Return the request's session. Outside a unit of work the database refuses writes."""
    return db.session()


@contextmanager
def unit_of_work(*, wait_ms: int | None = None) -> Iterator[Session]:
    """Wrap every change that a route makes: `with unit_of_work() as session:`. `wait_ms` shortens the wait for SQLite's lock."""
    with core.unit_of_work(db.session(), wait_ms=wait_ms) as open_session:
        yield open_session
    g.was_saved = True


def in_unit_of_work(work: Callable[[Session], T]) -> T:
    """Run `work` in a unit of work, again if PostgreSQL reports a conflict.

    For changes that others may make at once on the same rows, or rows that others may add with the same name.
    """
    done = core.in_unit_of_work(db.session(), work)
    g.was_saved = True
    return done


def may_be_saved(error: Exception) -> bool:
    """Whether a failed request may have saved something, or has."""
    return isinstance(error, core.SavedOrNot) or "was_saved" in g
