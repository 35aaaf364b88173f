"""Send each POST of the web tests first with a fault after each of its statements in turn.

After a fault the database must be as before, the answer must not report success, and the browser, with any cookie it was given, must
be able to send the form again. The last sending meets no fault and is the one that the test asked for. A violation fails the test that
sent the form. A commit counts as a statement: the fault is raised just before it.

On SQLite `tests/web` does so wherever `write_paths.txt` names the test (`disturbing`). For the rest this is a pytest plugin,
`pytest -p tests.faults.every_statement tests/web/…`:

EVERY_POST=1    every POST of every test, instead of the first of each endpoint that writes something
FOUND=file      append a line for each endpoint that was tried: its name, the test, the database, how many faults
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.tables import Base
from seminar_app.core.write_mode import WRITING
from tests.conftest import PostgresqlDatabase, TestDatabase
from tests.support.checking_client import FreshClient
from tests.support.crawler import endpoint_of

OWN_TIME = {"web_session": {"seen_at", "values"}}
"""Columns left out of the comparison: after each answer, a transaction of its own stores when a browser was last seen and its values."""
SEVERAL_COMMITS: dict[str, str] = {
    "feedback.answer": "the row that says that the log is due goes once it is emptied; where that fails, a job tries again",
    "sign_in.login": "an attempt is counted before the password is checked",
}
WRITES = ("INSERT", "UPDATE", "DELETE")
PATHS = Path(__file__).with_name("write_paths.txt")
FEWEST_STATEMENTS = 3
"""Statements of the shortest write path: begin to write, write the row, commit. Each path meets at least this many faults."""


@cache
def write_paths() -> dict[str, str]:
    """Return the web test of each endpoint."""
    lines = (line.split() for line in PATHS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return {endpoint: node for endpoint, node in lines}  # noqa: C416  a line with other than two words is an error


def endpoints_of(nodeid: str) -> set[str]:
    """Return the endpoints whose forms this web test sends for all."""
    node = nodeid.partition("[")[0]
    return {endpoint for endpoint, named in write_paths().items() if named == node}


@dataclass
class Fault:
    """Raise an error after statement number `at` (from 1) of the writing transactions of one request."""

    at: int = 0
    seen: int = 0
    commits: int = 0
    fired: bool = False
    real: bool = False
    wrote: bool = False
    last: str = ""
    when_it_begins: Callable[[], object] = field(default=lambda: None)
    """Called at the first statement of each writing transaction."""

    def pass_by(self, statement: str) -> None:
        """Count one more statement, and raise the fault if it is the one.

        Raises:
            OperationalError: this is statement number `at`.
        """
        self.seen += 1
        self.last = statement
        if self.seen == self.at:
            self.fired = True
            raise OperationalError(statement, None, Exception("the fault of this test"))


@dataclass
class State:
    """State while a test runs. `only`: the endpoints whose forms are sent with faults, or None for all."""

    database: TestDatabase | None = None
    contents: Contents | None = None
    node: str = ""
    fault: Fault | None = None
    only: Collection[str] | None = None
    tried: set[tuple[str, str]] = field(default_factory=set)
    survived: dict[str, int] = field(default_factory=lambda: defaultdict(int))


STATE = State()


class Contents:
    """A checksum of each table, read by a connection of its own that stays open: each new one would read the schema again."""

    def __init__(self, database: TestDatabase) -> None:
        columns = {
            table.name: ", ".join(f'"{column.name}"' for column in table.columns if column.name not in OWN_TIME.get(table.name, ()))
            for table in Base.metadata.sorted_tables
        }
        self._connection: Any
        if isinstance(database, PostgresqlDatabase):
            self._connection, self._read = psycopg.connect(database.url, autocommit=True), self._postgresql
            rows = "SELECT md5(string_agg(line, '' ORDER BY line)) FROM (SELECT md5(ROW({})::text) AS line FROM \"{}\") AS lines"
        else:
            self._connection, self._read = sqlite_module().connect(make_url(database.url).database), self._sqlite
            rows = 'SELECT {} FROM "{}"'
        self._statements = {name: rows.format(names, name) for name, names in columns.items()}
        self._version: object = None
        self._last: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        """As they are now."""
        return self._read()

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _postgresql(self) -> dict[str, str]:
        together = " UNION ALL ".join(f"SELECT '{name}', coalesce(({statement}), '')" for name, statement in self._statements.items())
        return dict(self._connection.execute(together).fetchall())

    def _sqlite(self) -> dict[str, str]:
        version = self._connection.execute("PRAGMA data_version").fetchone()  # another one after each commit of somebody else
        if version != self._version:
            self._version, self._last = version, {name: self._checksum(statement) for name, statement in self._statements.items()}
        return self._last

    def _checksum(self, statement: str) -> str:
        rows = sorted(map(repr, self._connection.execute(statement).fetchall()))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()


whole_open = FreshClient.open


def open_with_faults(self: FreshClient, *args: Any, **kwargs: Any) -> TestResponse:
    """Send the request, first with a fault at each of its statements."""
    endpoint = endpoint_of(self.application, str(args[0]), "POST") if kwargs.get("method") == "POST" and args else None
    kind = type(STATE.database).__name__
    wanted = endpoint is not None and (STATE.only is None or endpoint in STATE.only) and (endpoint, kind) not in STATE.tried
    if endpoint is None or STATE.database is None or not wanted:
        return whole_open(self, *args, **kwargs)
    contents = STATE.contents = STATE.contents or Contents(STATE.database)
    before = contents.read()
    number, wrote = 0, False
    while True:
        number += 1
        fault = STATE.fault = Fault(at=number)
        try:
            response = whole_open(self, *args, **kwargs)
        finally:
            STATE.fault = None
        wrote = wrote or fault.wrote
        if not fault.fired:
            break
        where = f"{endpoint}: a fault after statement {number} ({fault.last[:80]})"
        if not fault.commits:
            assert contents.read() == before, f"{where} left half of it"
            assert response.status_code >= 500, f"{where} was answered with {response.status_code}, as if it had been done"
        else:
            before = contents.read()
    assert fault.commits <= 1 or endpoint in SEVERAL_COMMITS, f"{endpoint} commits {fault.commits} times"
    if wrote and not os.environ.get("EVERY_POST"):
        STATE.tried.add((endpoint, kind))
    if wrote:
        STATE.survived[endpoint] = max(STATE.survived[endpoint], number - 1)
    if wrote and (path := os.environ.get("FOUND")):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{endpoint} {STATE.node.split('[')[0]} {kind} {number - 1}\n")
    return response


def after_statement(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    """Count a statement of a transaction that may write. Updates that only store a browser's session are left out."""
    if STATE.fault is not None and WRITING.get() and not statement.startswith("UPDATE web_session SET"):
        if not STATE.fault.real:
            STATE.fault.when_it_begins()
        STATE.fault.real = True
        STATE.fault.wrote = STATE.fault.wrote or statement.startswith(WRITES)
        STATE.fault.pass_by(statement)


def before_commit(_connection: object) -> None:
    """Count the commit of a writing transaction."""
    if STATE.fault is not None and STATE.fault.real:
        STATE.fault.pass_by("COMMIT")
        STATE.fault.commits += STATE.fault.wrote
        STATE.fault.real = False


def after_rollback(_connection: object) -> None:
    """Note that a transaction has ended without a commit."""
    if STATE.fault is not None:
        STATE.fault.real = False


HEARD: dict[str, Callable[..., None]] = {"after_cursor_execute": after_statement, "commit": before_commit, "rollback": after_rollback}


def listen() -> None:
    """Listen to every statement from now on."""
    for name, hook in HEARD.items():
        event.listen(Engine, name, hook)


@contextmanager
def listening() -> Iterator[None]:
    """Listen to every statement while the block runs."""
    listen()
    try:
        yield
    finally:
        for name, hook in HEARD.items():
            event.remove(Engine, name, hook)


@contextmanager
def in_this(database: TestDatabase | None, nodeid: str) -> Iterator[None]:
    """Say which database and test the forms belong to that are sent while the block runs."""
    STATE.database, STATE.node = database, nodeid
    try:
        yield
    finally:
        if STATE.contents is not None:
            STATE.contents.close()
        STATE.database = STATE.contents = None


@contextmanager
def disturbing(database: TestDatabase, endpoints: Collection[str], nodeid: str = "") -> Iterator[dict[str, int]]:
    """Send these endpoints' forms with faults while the block runs. Yield the number of faults that each survived."""
    STATE.only, STATE.tried, STATE.survived = endpoints, set(), defaultdict(int)
    try:
        with pytest.MonkeyPatch.context() as patch, listening(), in_this(database, nodeid):
            patch.setattr(FreshClient, "open", open_with_faults)
            yield STATE.survived
    finally:
        STATE.only = None


def pytest_configure() -> None:
    """Send all forms with faults from now on: this is the plugin."""
    setattr(FreshClient, "open", open_with_faults)  # noqa: B010
    listen()


@pytest.fixture(autouse=True)
def _disturbed(request: pytest.FixtureRequest) -> Iterator[None]:
    database = request.getfixturevalue("database") if "database" in request.fixturenames else None
    with in_this(database, request.node.nodeid):
        yield
