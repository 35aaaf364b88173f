"""Why the database did not do what it was asked: by the classes of SQLAlchemy and by PostgreSQL's codes."""

from __future__ import annotations

from enum import Enum, auto

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class DatabaseFault(Enum):
    """What a failure of the database means for whoever caused it."""

    VALUE = auto()
    """It cannot keep a value: too long, too large, not text, or a statement that grew too long by what was sent."""
    RULE = auto()
    """One of its constraints forbids it, mostly because something else was saved at the same moment."""
    UNAVAILABLE = auto()
    """It is locked, full, restarted, read-only, damaged or gone, or stopped this in favour of another transaction."""


UNAVAILABLE = ("08", "25006", "25P03", "40001", "40P01", "53", "55P03", "57", "58", "F0", "XX001", "XX002")
"""PostgreSQL's codes, or how they begin.

Not reachable, read-only (a standby, a full disk), waited too long, deadlock, out of room, locked, shutting down, its files unreadable
or damaged.
"""
TOO_COMPLEX = "54"
"""PostgreSQL's codes for a statement beyond its limits begin so."""


def fault_of(error: Exception) -> DatabaseFault | None:
    """Return what a failure means; None for a statement that the database cannot run, which is a fault of the program."""
    if isinstance(error, PoolTimeout):
        return DatabaseFault.UNAVAILABLE
    if not isinstance(error, DBAPIError):
        return None
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if isinstance(error, DataError) or state.startswith(TOO_COMPLEX):
        return DatabaseFault.VALUE
    if isinstance(error, IntegrityError):
        return DatabaseFault.RULE
    lost = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    damaged = type(error) is DatabaseError and not state  # SQLite: malformed, or not a database
    return DatabaseFault.UNAVAILABLE if lost or damaged or state.startswith(UNAVAILABLE) else None


def constraint_of(error: Exception) -> str:
    """Return the constraint that forbade it, for a log: a name of ours, never a value."""
    orig = getattr(error, "orig", None)
    found = getattr(getattr(orig, "diag", None), "constraint_name", None)
    return str(found or ("" if getattr(orig, "sqlstate", None) else orig))


def on_error(context: ExceptionContext) -> None:
    """Make one class of what drivers say of values that they cannot send: numbers too large for SQLite, half surrogates.

    Raises:
        DataError: the driver raised an error of Python's.
    """
    if isinstance(context.original_exception, OverflowError | UnicodeEncodeError):
        raise DataError(context.statement, None, context.original_exception) from None
