"""Make SQLite keep to the lengths of its columns in tests, as PostgreSQL does: it stores a longer text without a word."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import String, Table

from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.tables import Base


def keep_lengths(path: Path) -> None:
    """Add triggers to a migrated file that refuse a text longer than its column, whichever way it is written."""
    connection = sqlite_module().connect(path)
    connection.executescript("".join(map(_triggers, Base.metadata.sorted_tables)))
    connection.close()


def forget_lengths(path: Path) -> None:
    """Drop the triggers again, for a test that undoes migrations: a column in a trigger cannot be dropped."""
    connection = sqlite_module().connect(path)
    made = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'length\\_%' ESCAPE '\\'").fetchall()
    connection.executescript("".join(f"DROP TRIGGER {name};" for (name,) in made))
    connection.close()


def _triggers(table: Table) -> str:
    lengths = {column.name: column.type.length for column in table.columns if type(column.type) is String and column.type.length}
    too_long = " OR ".join(f'length(NEW."{name}") > {length}' for name, length in lengths.items())
    if not too_long:
        return ""
    refuse = f"WHEN {too_long} BEGIN SELECT RAISE(ABORT, 'a text is longer than its column in {table.name}'); END;"
    return "".join(
        f"CREATE TRIGGER length_{table.name}_{event} BEFORE {event} ON {table.name} {refuse}\n" for event in ("insert", "update")
    )
