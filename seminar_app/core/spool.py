"""Temporary folders for files that are written in pieces. They hold names, so leftovers of a killed process are removed."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

_PREFIX = "constancia-spool-"
_TAKEN_WITHIN_SECONDS = 5.0
"""A folder is made and then locked; a younger folder without a lock may be between the two steps."""


@contextmanager
def spool() -> Iterator[Path]:
    """Yield a private folder that is deleted at the end. The system's lock on it ends with the process, even if it is killed."""
    forget_abandoned()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(handle)


def forget_abandoned() -> None:
    """Remove our folders that no process locks any more. Never fails, because a full disk must not keep a server from starting."""
    try:
        for folder in _place().glob(f"{_PREFIX}*"):
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        log.warning("What exports may have left was not looked for: %s.", error.strerror)


def _place() -> Path:
    """Return where temporary folders are made. `tempfile.gettempdir` would write a test file, and fail on a full disk."""
    return Path(tempfile.tempdir or os.environ.get("TMPDIR") or "/tmp")  # noqa: S108  # nosec B108  only searched


def _is_abandoned(folder: Path) -> bool:
    found = folder.lstat()
    if found.st_uid != os.getuid() or time.time() - found.st_ctime < _TAKEN_WITHIN_SECONDS:
        return False
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
