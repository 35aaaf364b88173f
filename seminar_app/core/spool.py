"""Folders for what is written piece by piece before it is whole. They hold names, so none outlives the process that made it by long."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "constancia-spool-"


def spool() -> tempfile.TemporaryDirectory[str]:
    """A folder that nobody else may look into, to be cleaned up by whoever asked for it."""
    return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")


def forget_abandoned() -> None:
    """Remove the folders whose processes were killed before they could; those of the living stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not _lives(int(process)):
            shutil.rmtree(folder, ignore_errors=True)  # of another user's nothing goes: the system does not let us


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
