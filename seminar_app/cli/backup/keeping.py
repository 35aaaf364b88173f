"""A folder of backups: how one is named there, and which are deleted by age, because an erased person is in them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = "constancia-%Y-%m-%dT%H%M%SZ.backup"
NAMED = re.compile(r"(constancia-\d{4}-\d\d-\d\dT\d{6}Z\.backup)|\.(constancia-\d{4}-\d\d-\d\dT\d{6}Z\.backup)\.\w+")
"""A backup, or the part of one that was killed while it was written."""


def name_for(at: datetime) -> str:
    """The name of a backup that is made at this instant, in UTC."""
    return at.astimezone(UTC).strftime(NAME)


def delete_older(folder: Path, limit: datetime) -> list[Path]:
    """Delete what was made before `limit` as its name says; whatever has another name stays.

    Called after a new one is whole and on the disk, so that the newest is never among them.

    Returns:
        What was deleted, oldest first.
    """
    gone = []
    for path in sorted(folder.iterdir()):
        made = _made_at(path.name)
        if made is not None and made < limit and path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def _made_at(name: str) -> datetime | None:
    """The instant in a backup's name; None where it is not a name of ours."""
    if found := NAMED.fullmatch(name):
        with suppress(ValueError):  # 2026-99-99
            return datetime.strptime(found[1] or found[2], NAME).replace(tzinfo=UTC)
    return None
