"""A pytest plugin: send each POST of the web tests first with a fault after each of its statements in turn.

`pytest -p tests.faults.every_statement tests/web/…`. After a fault the database must be as before, the answer must not report
success, and the browser, with any cookie it was given, must be able to send the form again. The last sending meets no fault
and is the one that the test asked for. A violation fails the test that sent the form.
A commit counts as a statement: the fault is raised just before it.

EVERY_POST=1    every POST of every test, instead of the first of each endpoint that writes something
TWIN=halfway    the broken twin: a registration's change of state is committed on its own
FOUND=file      append a line for each endpoint that was tried: its name, the test, the database, how many faults
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from seminar_app.registration.services import changes
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
    """State of the plugin while a test runs."""

    database: TestDatabase | None = None
    contents: Contents | None = None
    node: str = ""
    fault: Fault | None = None
    tried: set[tuple[str, str]] = field(default_factory=set)


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
    if endpoint is None or STATE.database is None or (endpoint, kind) in STATE.tried:
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


def commit_halfway(session: Any, context: Any, **values: Any) -> None:
    """Commit halfway, the broken twin: the state is committed before the change is written to audit log and outbox."""
    whole_change(session, context, **values)
    session.connection().connection.driver_connection.commit()


whole_change = changes.change_state


def pytest_configure() -> None:
    """Install the plugin's hooks."""
    setattr(FreshClient, "open", open_with_faults)  # noqa: B010
    event.listen(Engine, "after_cursor_execute", after_statement)
    event.listen(Engine, "commit", before_commit)
    event.listen(Engine, "rollback", after_rollback)
    if os.environ.get("TWIN") == "halfway":
        from seminar_app.registration.services import personal, seats, staff, taking

        for service in (personal, taking, seats, staff):
            setattr(service, "change_state", commit_halfway)  # noqa: B010


@pytest.fixture(autouse=True)
def _disturbed(request: pytest.FixtureRequest) -> Iterator[None]:
    STATE.node = request.node.nodeid
    STATE.database = request.getfixturevalue("database") if "database" in request.fixturenames else None
    yield
    if STATE.contents is not None:
        STATE.contents.close()
    STATE.database = STATE.contents = None
