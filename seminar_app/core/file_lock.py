"""Lock on a SQLite file: shared by all processes that use it, exclusive for one that replaces it.

The operating system holds the locks and drops them when the process ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyLocked(Exception):
    """Another process holds the lock."""


def lock_file(database: Path) -> Path:
    """Return the lock file beside the database. A lock on the database itself would go when the file is replaced."""
    return database.with_name(f"{database.name}.in-use")


def share_lock(database: Path) -> None:
    """Take a shared lock on the SQLite file until this process ends, so that a restore cannot replace it.

    Raises:
        AlreadyLocked: the file is being replaced.
    """
    if database.parent.is_dir():
        _lock(database, together=True)


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Hold the exclusive lock while the block runs.

    Raises:
        AlreadyLocked: other processes use the database.
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
