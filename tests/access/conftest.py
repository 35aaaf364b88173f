"""Fixtures: pages are fetched with the checking client, as in `tests/web`; requests of the access table with a `Sender`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.access.sending import Sender
from tests.access.world import build
from tests.support.audit_rows import watch_request_ids
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.support.long_work import nobody_works


@pytest.fixture(autouse=True)
def stray_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail a test in which a row of the audit log did not carry the id of its request."""
    strays = watch_request_ids(monkeypatch)
    yield strays
    assert strays == []


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser that is not signed in and asks for English."""
    return CheckingClient(app.test_client())


@pytest.fixture
def sender(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    """A sender of requests to an app in which all people of the table exist, and no worker whose files a press would wait for."""
    nobody_works(app, monkeypatch)
    sender = Sender(build(app, make, session))
    yield sender
    sender.close()
