"""The limit for a write: bare transactions of one row, one after another, on the same engine."""

from __future__ import annotations

import time

from sqlalchemy import text

from bench.databases import Database
from seminar_app.core.write_mode import write_mode
from seminar_app.web.database import db


def commits_per_second(database: Database, *, seconds: float = 2.0) -> float:
    """Return the rate of INSERT and COMMIT through the app's own engine (its pragmas, its durability) over one connection."""
    with database.app.app_context():
        with write_mode():
            with db.engine.begin() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS bench_commit (n INTEGER)"))
            statement = text("INSERT INTO bench_commit VALUES (1)")
            done, begun = 0, time.perf_counter()
            with db.engine.connect() as connection:
                while time.perf_counter() - begun < seconds:
                    with connection.begin():
                        connection.execute(statement)
                    done += 1
            lasted = time.perf_counter() - begun
        db.engine.dispose()
    return done / lasted
