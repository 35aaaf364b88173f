"""Pages are fetched with the checking client."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.checking_client import CheckingClient


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser that nobody is signed in with, speaking English."""
    return CheckingClient(app.test_client())
