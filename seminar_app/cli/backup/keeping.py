"""A folder of backups: how they are named, and which are deleted by age, because they still hold erased people."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = "constancia-%Y-%m-%dT%H%M%SZ.backup"
NAMED = re.compile(r"(constancia-\d{4}-\d\d-\d\dT\d{6}Z\.backup)|\.(constancia-\d{4}-\d\d-\d\dT\d{6}Z\.backup)\.\w+")
"""A backup, or the partial file of a backup that was killed."""


def name_for(at: datetime) -> str:
    """Return the name of a backup made at this instant, in UTC."""
    return at.astimezone(UTC).strftime(NAME)


def delete_older(folder: Path, limit: datetime) -> list[Path]:
    """Delete backups made before `limit` according to their names; files with other names stay.

    Call it after a new backup is complete and on the disk, so that the newest is never deleted.

    Returns:
        The deleted files, oldest first.
    """
    gone = []
    for path in sorted(folder.iterdir()):
        made = _made_at(path.name)
        if made is not None and made < limit and path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def _made_at(name: str) -> datetime | None:
    """Return the instant in a backup's name; None where the name does not have our form."""
    if found := NAMED.fullmatch(name):
        with suppress(ValueError):  # 2026-99-99
            return datetime.strptime(found[1] or found[2], NAME).replace(tzinfo=UTC)
    return None
