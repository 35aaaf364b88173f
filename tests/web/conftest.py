"""Pages are fetched with the checking client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.sign_in import session_store
from seminar_app.web.database import db, unit_of_work
from tests.support.checking_client import CheckingClient

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser that nobody is signed in with, speaking English."""
    return CheckingClient(app.test_client())


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """`sign_in(client, make.account(...))`: a real session in the table and its real cookie, without the cost of a password.

    The page speaks the account's language from then on, unless the session is told another.
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
    """The program as it runs outside the demonstration: everybody must have a second factor."""
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, second_factor=True)
    yield app
    app.extensions["settings"] = settings
