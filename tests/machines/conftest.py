"""Fixtures: the databases of the machines skip what only a power failure would need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from seminar_app.web.database import db


@pytest.fixture
def nobody_waits_for_the_disk(app: Flask) -> Iterator[None]:
    """What is not yet on the disk is lost with the machine only, and so is the test; the tests' PostgreSQL does the same."""

    def on_connect(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return
    event.listen(engine, "connect", on_connect)
    yield
    event.remove(engine, "connect", on_connect)
