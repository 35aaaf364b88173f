"""A pytest plugin: the web tests' own POSTs, each sent first with a fault raised after each of its statements in turn.

`pytest -p tests.faults.every_statement tests/web/…`. The database must then be as before, the answer must not say
that it was done, and the browser, with whatever cookie it was given, must be able to send it again; the last sending, which
reaches no fault any more, is the one that the test asked for. What does not hold fails the test that sent it.
A commit counts as a statement: the fault is raised just before it.

EVERY_POST=1    every POST of every test, instead of the first of each endpoint that writes something
TWIN=halfway    a registration's change of state is committed on its own
FOUND=file      append a line for each endpoint that was tried: its name, the test, how many faults
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
"""When a browser was last seen, and what it is told next, are kept in a transaction of their own after each answer."""
SEVERAL_COMMITS: dict[str, str] = {
    "registration_staff.search": "each look leaves its row in the trail before anything is read",
    "people_staff.index": "each look leaves its row in the trail before anything is read",
    "registration_staff.remove": "a refused form shows the person again, and the look leaves a row in the trail",
    "sign_in.login": "an attempt is counted before the password is checked",
}
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Fault:
    """Raised after the statement with this number (from 1) of the writing transactions of one request."""

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
        """One more; the time has come, or not yet."""
        self.seen += 1
        self.last = statement
        if self.seen == self.at:
            self.fired = True
            raise OperationalError(statement, None, Exception("the fault of this test"))


@dataclass
class State:
    """What the plugin knows while a test runs."""

    database: TestDatabase | None = None
    node: str = ""
    fault: Fault | None = None
    tried: set[tuple[str, str]] = field(default_factory=set)


STATE = State()


def contents(database: TestDatabase) -> dict[str, str]:
    """A checksum of each table."""
    found = {}
    with opened(database) as cursor:
        for table in Base.metadata.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in OWN_TIME.get(table.name, ()))
            rows = sorted(map(repr, cursor.execute(f'SELECT {columns} FROM "{table.name}"').fetchall()))  # noqa: S608  our own tables
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@contextmanager
def opened(database: TestDatabase) -> Iterator[Any]:
    """A cursor of a connection that is nobody else's."""
    connection: Any
    if isinstance(database, PostgresqlDatabase):
        connection = psycopg.connect(database.url)
    else:
        connection = sqlite_module().connect(make_url(database.url).database)
    try:
        yield connection.cursor()
    finally:
        connection.close()


whole_open = FreshClient.open


def open_with_faults(self: FreshClient, *args: Any, **kwargs: Any) -> TestResponse:
    """The request, after it was sent with a fault at each of its statements."""
    endpoint = endpoint_of(self.application, str(args[0]), "POST") if kwargs.get("method") == "POST" and args else None
    kind = type(STATE.database).__name__
    if endpoint is None or STATE.database is None or (endpoint, kind) in STATE.tried:
        return whole_open(self, *args, **kwargs)
    before = contents(STATE.database)
    number = 0
    while True:
        number += 1
        fault = STATE.fault = Fault(at=number)
        try:
            response = whole_open(self, *args, **kwargs)
        finally:
            STATE.fault = None
        if not fault.fired:
            break
        where = f"{endpoint}: a fault after statement {number} ({fault.last[:80]})"
        if not fault.commits:
            assert contents(STATE.database) == before, f"{where} left half of it"
            assert response.status_code >= 500, f"{where} was answered with {response.status_code}, as if it had been done"
        else:
            before = contents(STATE.database)
    assert fault.commits <= 1 or endpoint in SEVERAL_COMMITS, f"{endpoint} commits {fault.commits} times"
    if fault.wrote and not os.environ.get("EVERY_POST"):
        STATE.tried.add((endpoint, kind))
    if fault.wrote and (path := os.environ.get("FOUND")):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{endpoint} {STATE.node.split('[')[0]} {kind} {number - 1}\n")
    return response


def after_statement(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    """Every statement of a transaction that may write, but for those that only keep a browser's own values after an answer."""
    if STATE.fault is not None and WRITING.get() and not statement.startswith("UPDATE web_session SET"):
        if not STATE.fault.real:
            STATE.fault.when_it_begins()
        STATE.fault.real = True
        STATE.fault.wrote = STATE.fault.wrote or statement.startswith(WRITES)
        STATE.fault.pass_by(statement)


def before_commit(_connection: object) -> None:
    """Its end."""
    if STATE.fault is not None and STATE.fault.real:
        STATE.fault.pass_by("COMMIT")
        STATE.fault.commits += STATE.fault.wrote
        STATE.fault.real = False


def after_rollback(_connection: object) -> None:
    """Its other end."""
    if STATE.fault is not None:
        STATE.fault.real = False


def commit_halfway(session: Any, **values: Any) -> None:
    """The broken twin: what was changed so far is committed before the change is written down."""
    whole_change(session, **values)
    session.connection().connection.driver_connection.commit()


whole_change = changes.change_state


def pytest_configure() -> None:
    """Begin to disturb."""
    setattr(FreshClient, "open", open_with_faults)  # noqa: B010
    event.listen(Engine, "after_cursor_execute", after_statement)
    event.listen(Engine, "commit", before_commit)
    event.listen(Engine, "rollback", after_rollback)
    if os.environ.get("TWIN") == "halfway":
        from seminar_app.registration.services import personal, registering, seats, staff

        for service in (personal, registering, seats, staff):
            setattr(service, "change_state", commit_halfway)  # noqa: B010


@pytest.fixture(autouse=True)
def _disturbed(request: pytest.FixtureRequest) -> Iterator[None]:
    STATE.node = request.node.nodeid
    STATE.database = request.getfixturevalue("database") if "database" in request.fixturenames else None
    yield
    STATE.database = None
