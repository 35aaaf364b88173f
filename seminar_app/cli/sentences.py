"""Commands end with a sentence, not with a traceback, where the cause lies outside the program: database, disk, permissions, keys.

Every command passes here (`cli.init_app`), so none can forget it. What is not known here stays a traceback: a fault of ours.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from seminar_app.audit.anchor import AnchorBroken
from seminar_app.core.database_faults import DatabaseFault, constraint_of, fault_of
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.file_lock import AlreadyLocked
from seminar_app.core.key_ring import CannotOpen
from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.unit_of_work import SavedOrNot
from seminar_app.web.database import db
from seminar_app.web.health import database_fault

CAUSES = (DBAPIError, PoolTimeout, sqlite_module().Error, OSError, Refusal, NotFound, AlreadyLocked, AnchorBroken, CannotOpen)
FULL = "The disk is full: make room, and run the command again."
BUSY = "Another process writes to the database and does not end: run the command again in a minute."
SQLITE = {
    "database or disk is full": FULL,
    "disk I/O error": "The disk does not answer as it should: look into the system's log, and check the newest backup.",
    "database is locked": BUSY,
    "malformed": "The database file is damaged: restore it from its backup.",
    "not a database": "The database file is no database of this program, or it is damaged: restore it from its backup.",
}
POSTGRESQL = {
    "53100": FULL,
    "25006": "The database takes no changes just now: PostgreSQL says that it is read-only.",
    "42501": "The database's user may not do this: it must own the database and its schema.",
    "55P03": BUSY,
}


def put_in_sentences(command: click.Command) -> None:
    """Have a command, or all commands of a group, end with a sentence. A second call changes nothing: commands outlive an application."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            put_in_sentences(each)
    elif command.callback is not None and not hasattr(command.callback, "in_sentences"):
        command.callback = _in_sentences(command.callback)


def _in_sentences(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return callback(*arguments, **options)
        except CAUSES as error:
            if (sentence := sentence_of(error)) is None:
                raise
            raise click.ClickException(sentence) from error

    run.in_sentences = True  # type: ignore[attr-defined]
    return run


def sentence_of(error: Exception) -> str | None:
    """Return what stopped the command and what to do about it, or None where only a developer can tell."""
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, DBAPIError | PoolTimeout | sqlite_module().Error):
        return _of_the_database(error)
    if isinstance(error, AlreadyLocked):
        return "Another process is doing this just now, or uses the database."
    if isinstance(error, AnchorBroken):
        return f"The anchor of the audit log was changed: {error}. Nothing was added to it."
    if isinstance(error, CannotOpen):
        return "A sealed value does not open: IDENTITY_KEYS lacks its key. `constancia keys check` says which."
    return str(error) or "There is no such record."


def _of_the_system(error: OSError) -> str | None:
    if isinstance(error, BrokenPipeError):  # the reader of the output has enough, and click ends quietly
        return None
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{error.filename}: {FULL[0].lower()}{FULL[1:]}" if error.filename else FULL
    if error.filename is None:
        return None if error.strerror is None else f"The system refuses it: {error.strerror}."
    return f"{error.filename}: {error.strerror}. This runs as user number {os.getuid()}."


def _of_the_database(error: Exception) -> str | None:
    if isinstance(error, SavedOrNot):
        return "The connection to the database was lost in the middle: look whether the change was saved before you run it again."
    cause = getattr(error, "orig", None) or error
    said = str(cause)
    known = POSTGRESQL.get(getattr(cause, "sqlstate", None) or "") or next((SQLITE[part] for part in SQLITE if part in said), None)
    if known is not None:
        return known
    db.session.rollback()
    if (fault := database_fault()) is not None:
        return f"{fault[0].upper()}{fault[1:]}"
    if "readonly" in said or "unable to open" in said:
        return f"The database file, or its folder, cannot be written by the user who runs this (number {os.getuid()})."
    if getattr(error, "connection_invalidated", False):
        return "The connection to the database was lost: run the command again."
    match fault_of(error):
        case DatabaseFault.VALUE:
            return "The database cannot keep a value that it was given: it is too long, too large, or no text. Nothing was saved."
        case DatabaseFault.RULE:
            rule = constraint_of(error) or type(cause).__name__
            return (
                f"The database does not allow it ({rule}), perhaps because something else was saved at the same moment. "
                "Nothing was saved: look how it stands, and run the command again."
            )
        case DatabaseFault.UNAVAILABLE:
            return f"The database cannot serve just now ({type(cause).__name__}): run the command again in a minute."
    return None
