"""Fixtures: pages are fetched with the checking client."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.values import replace
from seminar_app.sign_in import session_store
from seminar_app.web.database import db, unit_of_work
from tests.conftest import SqliteDatabase
from tests.faults import every_statement
from tests.faults.every_statement import FEWEST_STATEMENTS, disturbing, endpoints_of
from tests.support.audit_rows import watch_request_ids
from tests.support.checking_client import CheckingClient

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]


@pytest.fixture(autouse=True)
def stray_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail a test in which a row of the audit log did not carry the id of its request."""
    strays = watch_request_ids(monkeypatch)
    yield strays
    assert strays == []


@pytest.fixture(autouse=True)
def faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """Send the forms for which `tests/faults/write_paths.txt` names the test with a fault after each of their statements first.

    On SQLite; the long form of `tests/faults/test_every_statement.py` does so for all tests on both.
    """
    endpoints = endpoints_of(request.node.nodeid)
    if not endpoints or request.config.pluginmanager.has_plugin(every_statement.__name__):
        yield
        return
    database = request.getfixturevalue("database")
    if not isinstance(database, SqliteDatabase):
        yield
        return
    with disturbing(database, endpoints) as survived:
        yield
    assert {each for each in endpoints if survived[each] < FEWEST_STATEMENTS} == set(), "nothing was tried here"


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser that is not signed in and asks for English."""
    return CheckingClient(app.test_client())


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Sign an account in: `sign_in(client, make.account(...))` makes a real session and cookie, without the cost of a password hash.

    From then on pages use the account's language, unless the session has another.
    """

    def sign_in(client: CheckingClient, account: UserAccount) -> CheckingClient:
        with app.app_context():
            with unit_of_work() as session:
                values = {"language": account.language, "csrf_token": "0" * 40}
                now = clock.now()
                identifier = session_store.start(session, account=account, values=values, now=now, factor_at=now)
            db.session.remove()
        client.flask.set_cookie(app.config["SESSION_COOKIE_NAME"], identifier)
        return client

    return sign_in


@pytest.fixture
def strict(app: Flask) -> Iterator[Flask]:
    """The app as it runs outside the demonstration: every account must have a second factor."""
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, second_factor=True)
    yield app
    app.extensions["settings"] = settings
