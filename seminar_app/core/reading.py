"""Fast reads: rows of a statement that is made once, without the ORM's bookkeeping, which costs as much as a short statement itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Executable, Row, Select, text
from sqlalchemy.orm import Session


def rows_of(session: Session, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Return the rows of a statement that selects columns and no entities, with what the session has changed so far."""
    session.flush()
    return session.connection().execute(statement, values).all()


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Read in one transaction what PostgreSQL allows only there: rows by a cursor of the server, and settings for some statements.

    Elsewhere each reading statement is a transaction of its own (`core/engine.py`).
    """
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql" or not driver.autocommit or driver.info.transaction_status.name != "IDLE":
        yield
        return
    connection.execute(text("BEGIN"))
    try:
        yield
    except BaseException:
        if not connection.closed:  # else the session was closed meanwhile, which has rolled back
            connection.execute(text("ROLLBACK"))
        raise
    connection.execute(text("COMMIT"))


def in_parts(session: Session, statement: Select[*tuple[Any, ...]], *, rows: int = 1000) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the rows of a statement, which the database hands over some at a time, so that memory stays flat."""
    with transaction(session):
        yield from session.execute(statement.execution_options(yield_per=rows))
