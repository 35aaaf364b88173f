"""A worker for tests, in its own process, that writes a closing kit and is killed after some of its files."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from typing import Any

from seminar_app.certificates.closing_kit import archive
from seminar_app.certificates.closing_kit.archive import Archive
from seminar_app.long_jobs.running import run_waiting
from tests.conftest import make_app


def write_kit(database_url: str, data_dir: str, folder: str, dies_after: int, broken: bool) -> None:
    """Take up the job that waits, and die when so many files are in the kit (0: never).

    Args:
        database_url, data_dir: of the test.
        folder: for temporary files. Every byte of the kit goes to the disk.
        dies_after: number of files.
        broken: the broken twin, whose file has a name.
    """
    tempfile.tempdir = folder
    archive.IN_MEMORY = 1
    whole, seen = Archive.add, 0

    def add(self: Archive, name: str, content: bytes) -> None:
        nonlocal seen
        whole(self, name, content)
        seen += 1
        if seen == dies_after:
            os.kill(os.getpid(), signal.SIGKILL)

    def named(**_options: Any) -> Any:
        return tempfile.NamedTemporaryFile(delete=False)

    setattr(Archive, "add", add)  # noqa: B010
    if broken:
        setattr(tempfile, "SpooledTemporaryFile", named)  # noqa: B010
    run_waiting(make_app(database_url, Path(data_dir)))
