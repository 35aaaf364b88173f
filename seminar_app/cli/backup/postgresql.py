"""Back up our tables of a PostgreSQL database by COPY, and restore them into a new schema that then replaces the old one.

No client programs are needed, and a backup can move between versions of PostgreSQL. The migrations make the tables, not the
backup, so a restored database has the constraints and triggers that the program knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url

from seminar_app.cli.backup.envelope import DATA, PIECE_BYTES, SECTION, BackupFault, BackupReader, BackupWriter, section_of

TABLES = """
    SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    AND c.relname NOT LIKE 'huey\\_%' ORDER BY c.relname
"""
POINTS_TO = """
    SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c
    WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND c.conrelid <> c.confrelid
"""
COLUMNS = """
    SELECT a.attname FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' ORDER BY a.attnum
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
CLOSING_SECONDS = 5.0
"""How long a restore waits for connections to end: the server lists a closed one until its process has ended."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection that sees the database as of one moment, however long it takes, and blocks no other connection."""
    with psycopg.connect(address(engine.url.render_as_string(hide_password=False))) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET LOCAL statement_timeout = 0")
        yield connection


def address(url: str) -> str:
    """Convert SQLAlchemy's URL for psycopg; libpq reads `+` as a plain character, so spaces become `%20`."""
    place, mark, options = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False).partition("?")
    return place + mark + options.replace("+", "%20")


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {table: _one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))) for table in _tables(connection)}


def sequences(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the last number that each sequence has given; unused sequences are left out."""
    return {name: last for name, last in connection.execute(SEQUENCES) if last is not None}


def write(connection: psycopg.Connection[Any], out: BackupWriter) -> None:
    """Write each table; tables that others refer to come first."""
    tables = _tables(connection)
    order: TopologicalSorter[str] = TopologicalSorter({table: set() for table in tables})
    for table, pointed_to in connection.execute(POINTS_TO):
        order.add(table.strip('"'), pointed_to.strip('"'))
    for table in order.static_order():
        columns = [name for (name,) in connection.execute(COLUMNS, (sql.Identifier(table).as_string(),))]
        out.section({"name": table, "columns": columns})
        gathered = bytearray()
        with connection.cursor() as cursor, cursor.copy(_copy(table, columns, "TO STDOUT")) as rows:
            for row in rows:
                gathered += row
                if len(gathered) >= PIECE_BYTES:
                    out.data(bytes(gathered))
                    gathered.clear()
        if gathered:
            out.data(bytes(gathered))


class PostgresqlPlace:
    """The place that a backup is restored to: a new schema of the same database.

    Args:
        make_tables: function that migrates the database at a URL up to a version.
    """

    def __init__(self, engine: Engine, stamp: str, make_tables: Callable[[str, str], None]) -> None:
        self._old_url = engine.url.render_as_string(hide_password=False)
        self._new = f"restored_{stamp}"
        self.aside = f"before_restore_{stamp}"
        own = make_url(self._old_url)
        options = f"{own.query.get('options', '')} -c search_path={self._new}".strip()
        self.url = own.update_query_dict({"options": options}).render_as_string(hide_password=False)
        self._make_tables = make_tables

    def __str__(self) -> str:
        return make_url(self._old_url).render_as_string(hide_password=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make sure that no other connection uses the database at the beginning; `swap` checks again.

        Both wait up to `CLOSING_SECONDS` for connections that are being closed.

        Raises:
            BackupFault: another connection is open, or the server does not answer.
        """
        try:
            with psycopg.connect(address(self._old_url), autocommit=True) as connection:
                self._refuse_others(connection)
            yield
        except psycopg.errors.InsufficientPrivilege as error:
            raise BackupFault(
                "The database's user may not make or rename a schema: restore as the owner of the database and of its schema."
            ) from error
        except psycopg.OperationalError as error:
            raise BackupFault(f"The database does not answer ({type(error).__name__}), so nothing was restored.") from error

    def holds_data(self) -> bool:
        """Whether the tables to be replaced have rows."""
        with psycopg.connect(address(self._old_url)) as connection:
            return any(number for table, number in counts(connection).items() if table not in {"alembic_version", "audit_head"})

    def load(self, backup: BackupReader) -> None:
        """Make the tables of the backup's version in the new schema, and fill them."""
        with psycopg.connect(address(self._old_url), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._new)))
        self._make_tables(self.url, backup.header.schema)
        with psycopg.connect(address(self.url)) as connection:
            connection.execute("SET LOCAL statement_timeout = 0")
            tables = _tables(connection)
            if missing := set(backup.manifest["counts"]) - set(tables):
                raise BackupFault(f"This backup has tables that this program does not know: {', '.join(sorted(missing))}.")
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
            _triggers(connection, tables, "DISABLE")  # the restored rows contain the seat counts already
            _fill(connection, backup, tables)
            _triggers(connection, tables, "ENABLE")
            for name, last in backup.manifest["sequences"].items():
                connection.execute("SELECT setval(%s::regclass, %s)", (sql.Identifier(name).as_string(), last))

    def faults(self) -> Iterator[str]:
        """Yield nothing: PostgreSQL checked the constraints while the rows were inserted."""
        yield from ()

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table of the new schema."""
        with psycopg.connect(address(self.url)) as connection:
            return counts(connection)

    def swap(self) -> str | None:
        """Rename both schemas in one transaction, and return the name of the old one, which is kept."""
        with psycopg.connect(address(self._old_url)) as connection:
            self._refuse_others(connection)
            schema = connection.execute("SELECT current_schema()").fetchone()
            assert schema is not None  # noqa: S101  a SELECT of one value has a row
            old = sql.Identifier(schema[0])
            connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(old, sql.Identifier(self.aside)))
            connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(self._new), old))
        return f"the schema {self.aside}"

    def discard(self) -> None:
        """Drop the new schema, if it exists."""
        with psycopg.connect(address(self._old_url), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(self._new)))

    @staticmethod
    def _refuse_others(connection: psycopg.Connection[Any]) -> None:
        deadline = time.monotonic() + CLOSING_SECONDS
        while others := _one(connection, sql.SQL(OTHERS)):
            if time.monotonic() >= deadline:
                raise BackupFault(f"{others} other connections use this database: stop the web servers and workers first, then restore.")
            time.sleep(0.05)
            connection.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same list again


def _fill(connection: psycopg.Connection[Any], backup: BackupReader, tables: list[str]) -> None:
    with ExitStack() as copying:
        into: psycopg.Copy | None = None
        for kind, piece in backup.pieces():
            if kind == SECTION:
                name, columns = section_of(piece)
                if name not in tables:
                    raise BackupFault(f"This backup has a table that this program does not know: {name}.")
                copying.close()
                into = copying.enter_context(connection.cursor().copy(_copy(name, columns, "FROM STDIN")))
            elif kind == DATA and into is not None:
                into.write(piece)


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in connection.execute(TABLES)]


def _triggers(connection: psycopg.Connection[Any], tables: list[str], how: str) -> None:
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(table), sql.SQL(how)))


def _copy(table: str, columns: list[str], where: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), names, sql.SQL(where))


def _one(connection: psycopg.Connection[Any], question: sql.Composable) -> int:
    row = connection.execute(question).fetchone()  # type: ignore[call-overload]
    return int(row[0])
