"""Locks for work that only one process may do at a time. They end with the process that holds them, even if it is killed."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from seminar_app.core.file_lock import AlreadyLocked


@contextmanager
def process_lock(engine: Engine, folder: Path, name: str) -> Iterator[None]:
    """Hold the lock on a named piece of work: across all machines on PostgreSQL, across this machine's processes on SQLite.

    Args:
        folder: this machine's data folder; a lock file is made in it.
        name: name of the work; small letters, digits and hyphens.

    Raises:
        AlreadyLocked: another process is doing this work.
    """
    held = _by_database(engine, name) if engine.dialect.name == "postgresql" else _by_file(folder / f"{name}.running")
    with held:
        yield


@contextmanager
def _by_database(engine: Engine, name: str) -> Iterator[None]:
    number = int.from_bytes(hashlib.sha256(b"constancia " + name.encode()).digest()[:8], "big", signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}):
            raise AlreadyLocked
        try:
            yield
        finally:
            with suppress(DBAPIError):  # the server has ended, and the lock with it
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})


@contextmanager
def _by_file(path: Path) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise AlreadyLocked from error
    try:
        yield
    finally:
        os.close(handle)
