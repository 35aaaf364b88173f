"""How migrations run: on the app's own engine, in one write transaction, on SQLite with foreign keys off and checked before the commit."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

from seminar_app.core.tables import Instant
from seminar_app.core.write_mode import write_mode
from seminar_app.web.database import db


def render_item(kind: str, item: object, autogen_context: Any) -> str | Literal[False]:
    """Write our own types into new revisions by their storage, so that a revision imports no model."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Upgrade or downgrade in one transaction."""
    with write_mode(), db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")  # a batch rebuild of a parent table would take its children along
        context.configure(
            connection=connection, target_metadata=db.metadata, render_item=render_item, compare_type=True, transaction_per_migration=False
        )
        try:
            with context.begin_transaction():
                if not sqlite:
                    connection.execute(text("SET LOCAL statement_timeout = 0"))  # moving ten million rows may take its time
                context.run_migrations()
                if sqlite and (orphans := connection.execute(text("PRAGMA foreign_key_check")).fetchall()):
                    raise RuntimeError(f"the migration left rows that point nowhere: {orphans[:5]}")
        finally:
            if sqlite:
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")


run()
