"""Insert millions of rows: COPY with constraints and triggers removed meanwhile on PostgreSQL, executemany on SQLite.

Values are plain: whole numbers, None, bytes, and texts that both databases read (ids as hexadecimal, instants as `moment`
writes them). What was removed is made again from the catalogue, and the database checks it over all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from bench.databases import Database
from seminar_app.core.sqlite import sqlite_module

ROWS_AT_ONCE = 5_000
Value = int | str | bytes | None
COUNT_SEATS = "UPDATE seat_pool SET taken = n FROM (SELECT seat_pool_id, count(*) AS n FROM registration WHERE seat_pool_id IS NOT NULL GROUP BY seat_pool_id) AS seated WHERE seated.seat_pool_id = seat_pool.id AND taken <> n"  # noqa: E501


def moment(at: datetime) -> str:
    """Return an instant in UTC in the format that both databases read."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


class Sink(Protocol):
    """Receiver of rows."""

    def add(self, table: str, row: Sequence[Value]) -> None:
        """Add one row, with its values in the order of the table's columns in `Tables`."""
        ...


Tables = dict[str, tuple[str, ...]]
"""Columns of each table that is filled, parents first."""


@contextmanager
def filling(database: Database, tables: Tables) -> Iterator[Sink]:
    """Yield a sink for rows of these tables; at the end of the block they are stored, counted and checked."""
    with _filling_postgresql(database.url, tables) if database.engine == "postgresql" else _filling_sqlite(database.url, tables) as sink:
        yield sink


def connect(url: str) -> psycopg.Connection[Any]:
    """Return a plain connection to a PostgreSQL database by its SQLAlchemy URL."""
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@dataclass
class _Copies:
    """One COPY for each table, each on its own connection, so that rows of all tables can be written in any order."""

    copies: dict[str, psycopg.Copy]
    waiting: dict[str, list[str]] = field(default_factory=dict)

    def add(self, table: str, row: Sequence[Value]) -> None:
        lines = self.waiting.setdefault(table, [])
        lines.append("\t".join([_text(value) for value in row]))
        if len(lines) >= ROWS_AT_ONCE:
            self.flush(table)

    def flush(self, table: str) -> None:
        if lines := self.waiting.pop(table, None):
            self.copies[table].write("\n".join(lines) + "\n")


def _text(value: Value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value) if isinstance(value, int) else value.replace("\\", "\\\\")


@contextmanager
def _filling_postgresql(url: str, tables: Tables) -> Iterator[Sink]:
    with connect(url) as owner:
        owner.execute("SET maintenance_work_mem = '512MB'")
        owner.execute("SET statement_timeout = 0")
        again = _set_aside(owner, list(tables))
        with ExitStack() as stack:
            copies = {}
            for table, columns in tables.items():
                connection = stack.enter_context(connect(url))
                connection.execute("SET synchronous_commit = off")
                cursor = stack.enter_context(connection.cursor())
                copies[table] = stack.enter_context(cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN"))
            sink = _Copies(copies)
            yield sink
            for table in tables:
                sink.flush(table)
        for statement in again:
            owner.execute(statement.encode())
        owner.execute(COUNT_SEATS)
        for table, columns in tables.items():
            if "id" in columns and owner.execute("SELECT pg_get_serial_sequence(%s, 'id')", (table,)).fetchone() != (None,):
                owner.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))".encode())
        owner.execute("VACUUM ANALYZE")


def _set_aside(connection: psycopg.Connection[Any], tables: list[str]) -> list[str]:
    """Drop keys and indexes of these tables and disable their triggers; return the statements that restore all of it."""
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint"
        " WHERE contype IN ('f', 'u', 'p') AND (conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s))"
        " ORDER BY array_position(ARRAY['f', 'u', 'p'], contype::text)",
        (tables, tables),
    ).fetchall()
    mine = [key for key in keys if key[0] in tables or key[3] == "f"]
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s) AND indexname <> ALL(%s)",
        (tables, [key[1] for key in mine]),
    ).fetchall()
    for table, name, _definition, _kind in mine:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())
    for name, _definition in indexes:
        connection.execute(f'DROP INDEX "{name}"'.encode())
    for table in tables:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    again = [definition for _name, definition in indexes]
    again += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition, _kind in reversed(mine)]
    return again + [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]


# --- SQLite ---------------------------------------------------------------------------------------------------------


@dataclass
class _Statements:
    """Collects rows and writes them in one transaction; the triggers run, and the keys are checked before the commit."""

    connection: Any
    inserts: dict[str, str]
    waiting: dict[str, list[Sequence[Value]]] = field(default_factory=dict)

    def add(self, table: str, row: Sequence[Value]) -> None:
        rows = self.waiting.setdefault(table, [])
        rows.append(row)
        if len(rows) >= ROWS_AT_ONCE:
            self.flush(table)

    def flush(self, table: str) -> None:
        if rows := self.waiting.pop(table, None):
            self.connection.executemany(self.inserts[table], rows)


@contextmanager
def _filling_sqlite(url: str, tables: Tables) -> Iterator[Sink]:
    connection = sqlite_module().connect(make_url(url).database, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        sink = _Statements(
            connection,
            {
                table: f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
                for table, columns in tables.items()
            },
        )
        yield sink
        for table in tables:
            sink.flush(table)
        connection.execute(COUNT_SEATS)
        if broken := connection.execute("PRAGMA foreign_key_check").fetchmany(5):
            raise RuntimeError(f"rows without their parents: {broken}")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    finally:
        connection.close()
