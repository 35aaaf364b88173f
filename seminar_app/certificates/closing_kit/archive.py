"""Write the kit: part by part into a file without a name, of which nothing is left on the disk when the process ends."""

from __future__ import annotations

import tempfile
import zipfile
from datetime import datetime
from typing import IO

from seminar_app.certificates.errors import KitTooLarge
from seminar_app.core.sealed_files import LARGEST_MADE

IN_MEMORY = 2 * 1024 * 1024
"""Bytes that are held in memory while it is written; what is more lies in the unnamed file."""
PACKED = (".pdf", ".xlsx")
"""Endings of files that are packed already."""


class Archive:
    """A ZIP file under way.

    Raises, from `add` on:
        KitTooLarge: a file that a job makes has no room for it.
    """

    def __init__(self, *, made_at: datetime) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by `close`
        self._zip = zipfile.ZipFile(self._file, "w")
        self._time = made_at.timetuple()[:6]
        self.files = 0

    def add(self, name: str, content: bytes) -> None:
        """Add a file; `name` with the folders that it lies in."""
        about = zipfile.ZipInfo(name, date_time=self._time)
        about.external_attr = 0o600 << 16
        self._zip.writestr(about, content, zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED)
        self.files += 1
        refuse_larger(self._file.tell())

    def content(self) -> bytes:
        """End the file, and return it whole."""
        self._zip.close()
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def refuse_larger(size: int) -> None:
    """Refuse a kit of so many bytes, if a file that a job makes may not have them."""
    if size > LARGEST_MADE:
        raise KitTooLarge(most=LARGEST_MADE // 1024**2)
