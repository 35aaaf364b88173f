"""Remove residual data: what the database files keep of rows that were deleted or overwritten."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from seminar_app.core.sqlite import empty_write_ahead_log, sqlite_module
from seminar_app.core.write_mode import write_mode

log = logging.getLogger(__name__)

_WORD_INDEXES = text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
    " WHERE a.amname = 'gin' AND i.indrelid = to_regclass(:name)"
)

_STALE_STATISTICS = text(
    "SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited) FROM pg_stats"
    " WHERE schemaname = current_schema() AND (tablename = :name"
    " OR tablename IN (SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND pg_indexes.tablename = :name))"
)
CLEARS_STATISTICS = (18,)
"""PostgreSQL version that can clear statistics. ANALYZE leaves the old statistics of a table that has become empty."""


def sweep_residual_data(engine: Engine, tables: Sequence[str], *, rewrite: bool = False) -> bool:
    """Remove residues of deleted values from free space, the write-ahead log, statistics and text indexes.

    SQLite rewrites the whole file; readers continue meanwhile, writers wait. PostgreSQL frees dead rows, samples the tables
    again (its statistics hold frequent values) and rebuilds text indexes, which never drop a word by themselves; no connection
    waits. Bytes in pages that are still in use are removed only by `rewrite`, which locks one table after the other.

    Args:
        tables: the tables that were changed.
        rewrite: on PostgreSQL, rewrite the tables.

    Returns:
        Whether it was done; False where another connection held a needed lock, so the caller must try again.
    """
    try:
        return _sweep_sqlite(engine) if engine.dialect.name == "sqlite" else _sweep_postgresql(engine, tables, rewrite=rewrite)
    except (DBAPIError, sqlite_module().Error) as error:
        log.warning("What deleted rows left behind was not swept away: %s.", type(error).__name__)
        return False


def _sweep_sqlite(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=OFF")
        cursor.execute("VACUUM")
        cursor.close()
    finally:
        connection.close()
    return empty_write_ahead_log(engine)


def _sweep_postgresql(engine: Engine, tables: Sequence[str], *, rewrite: bool) -> bool:
    how = "FULL, ANALYZE" if rewrite else "ANALYZE"
    with write_mode(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        try:
            for table in tables:
                connection.execute(text(f'VACUUM ({how}) "{table}"'))
                empty = connection.scalar(text(f'SELECT NOT EXISTS (SELECT FROM "{table}")'))  # noqa: S608  names of our tables  # nosec B608
                if empty and (engine.dialect.server_version_info or ()) >= CLEARS_STATISTICS:
                    connection.execute(_STALE_STATISTICS, {"name": table})
                for index in [] if rewrite else connection.scalars(_WORD_INDEXES, {"name": table}).all():
                    connection.execute(text(f'REINDEX INDEX CONCURRENTLY "{index}"'))
            connection.execute(text("VACUUM pg_statistic"))
        finally:
            connection.execute(text("RESET statement_timeout"))
    return True
