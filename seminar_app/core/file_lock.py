"""Who works with a SQLite file: many at once, or one alone who replaces it. Locks of the system, gone with the process that holds them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyLocked(Exception):
    """Somebody else has it."""


def lock_file(database: Path) -> Path:
    """Beside the database, because a file that is replaced takes its own lock along."""
    return database.with_name(f"{database.name}.in-use")


def share_lock(database: Path) -> None:
    """Have this process count as one that works with the database, until it ends.

    Raises:
        AlreadyLocked: it is being replaced just now.
    """
    if database.parent.is_dir():
        _lock(database, together=True)


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Be the only one.

    Raises:
        AlreadyLocked: others work with it.
    """
    handle = _lock(database, together=False)
    try:
        yield
    finally:
        os.close(handle)


def _lock(database: Path, *, together: bool) -> int:
    handle = os.open(lock_file(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise AlreadyLocked from error
    return handle
