"""A unit test has no database: what asks for one belongs to another level."""

from __future__ import annotations

import pytest


@pytest.fixture
def database() -> None:
    """Refuse, and with it the application and the session, which stand on it."""
    pytest.fail("tests/unit has no database: move this test to tests/integration or tests/web (docs/testing.md)")
