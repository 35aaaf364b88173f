"""SQLite: rows that were not read to the end do not disturb those who use their connection afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from seminar_app.core.sqlite import connection_class
from seminar_app.web.database import db

pytestmark = pytest.mark.sqlite_only

NUMBERS = "WITH RECURSIVE n(x) AS (VALUES (?) UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT x FROM n"


def read_beside_an_abandoned_cursor(app: Flask) -> list[int]:
    """Read the numbers from 0 to 9 on the connection on which somebody else stopped at 0; that cursor is freed in between."""
    with app.app_context():
        first = db.engine.raw_connection()
        driver, abandoned = first.driver_connection, first.cursor()
        abandoned.execute("BEGIN")
        abandoned.execute(NUMBERS, (0,))
        abandoned.fetchone()
        first.close()
        second = db.engine.raw_connection()
        assert second.driver_connection is driver
        reading = second.cursor()
        reading.execute(NUMBERS, (0,))
        rows: Iterator[tuple[int]] = iter(reading.fetchone, None)
        found = [next(rows)[0]]
        del abandoned
        found += [row[0] for row in rows]
        reading.close()
        second.close()
        db.engine.dispose()
    return found


def test_rows_come_once(app: Flask) -> None:
    assert read_beside_an_abandoned_cursor(app) == list(range(10))


def test_without_closing_them_rows_come_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin."""
    monkeypatch.setattr(connection_class(), "close_cursors", lambda _connection: None)
    assert read_beside_an_abandoned_cursor(app) != list(range(10))
