"""The anchor: a file outside the database that records the chain's end, so that a rewrite of the whole audit log is detected.

One JSON object a line: the time, the last row's number and digest, and a keyed hash of the line and of the one before it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.chain import ChainKeys, chain_keys
from seminar_app.audit.models import AuditHead

LONGEST_LINE = 1_000


class AnchorBroken(Exception):
    """A line of the anchor is not as it was written."""


class Anchor(Struct, frozen=True):
    """The chain's end at an instant; `at` in ISO 8601, UTC."""

    at: str
    sequence: int
    digest: str
    mac: str

    @property
    def line(self) -> str:
        """Return the line for the file."""
        return json.dumps({"at": self.at, "sequence": self.sequence, "digest": self.digest, "mac": self.mac}) + "\n"

    @property
    def text(self) -> str:
        """Return the content that the line's keyed hash covers."""
        return f"{self.at}\0{self.sequence}\0{self.digest}"


def append_anchor(session: Session, path: Path, *, now: datetime) -> Anchor | None:
    """Append the chain's current end; return None where the file has it already, or the chain is empty.

    The file and its folder are made where they are missing. The line is on the disk when this returns. Two concurrent processes write
    one after the other.

    Raises:
        AnchorBroken: the file is not as it was written; nothing is added to it.
        OSError: the file cannot be written.
    """
    keys, fresh = chain_keys(session), not path.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("a+", encoding="ascii", errors="replace") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        last = None
        for last in _lines(file, keys):  # noqa: B007  only the last line is needed
            pass
        session.rollback()  # another process may have written a later end while this one waited for the file
        head = session.execute(select(AuditHead.sequence, AuditHead.digest).where(AuditHead.id == 1)).one_or_none()
        if head is None or not head.sequence or (last is not None and last.digest == head.digest.hex()):
            return None
        unsigned = Anchor(now.isoformat(timespec="seconds"), head.sequence, head.digest.hex(), "")
        mac = keys.anchor_mac(unsigned.text, before=last.mac if last else "", key=keys.newest)
        made = Anchor(unsigned.at, unsigned.sequence, unsigned.digest, mac)
        file.write(made.line)
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        _sync_folder(path.parent)
    return made


def set_anchor_aside(path: Path, *, now: datetime) -> Path | None:
    """Rename the anchor of a replaced database, so that a new one can begin; return None where there is none.

    Raises:
        OSError: the file cannot be renamed.
    """
    aside = path.with_name(f"{path.name}.before-{now.strftime('%Y%m%d%H%M%S%f')}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return None
    return aside


def read_anchors(path: Path, keys: ChainKeys) -> Iterator[Anchor]:
    """Yield every line, oldest first.

    Raises:
        AnchorBroken: a line was changed, removed or inserted, or its key is not in the settings.
        FileNotFoundError: there is no such file.
    """
    with path.open(encoding="ascii", errors="replace") as file:
        yield from _lines(file, keys)


def _lines(file: IO[str], keys: ChainKeys) -> Iterator[Anchor]:
    before, oldest = "", 0
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), start=1):
        try:
            values = json.loads(line)
            anchor = Anchor(str(values["at"]), int(values["sequence"]), str(values["digest"]), str(values["mac"]))
            numbers = range(oldest, keys.newest + 1)
            used = next((key for key in numbers if keys.anchor_mac(anchor.text, before=before, key=key) == anchor.mac), None)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise AnchorBroken(f"line {number} cannot be read") from error
        if used is None or not line.endswith("\n"):
            raise AnchorBroken(f"line {number} is not as it was written, or one before it was taken out")
        before, oldest = anchor.mac, used
        yield anchor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
