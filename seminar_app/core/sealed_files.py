"""Files of the program's users: sealed in the database, because nothing personal lies on the disk outside it."""

from __future__ import annotations

import logging
import uuid
import zlib
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from seminar_app.core.data_subject import NO_PERSON, PARTICIPANT
from seminar_app.core.errors import N_, Refusal
from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import CannotOpen, Turned
from seminar_app.core.tables import Base

log = logging.getLogger(__name__)

LARGEST = 6 * 1024 * 1024
"""Bytes of one file as it lies in the database: packed and sealed."""
LARGEST_MADE = 16 * 1024 * 1024
"""Bytes of one that a job made, and that is kept for a day. Source: docs/decisions/0051-files-that-jobs-make.md."""


class FileTooLarge(Refusal):
    """The file would take more room in the database than one file may."""

    sentence = N_("The file is too large to be kept: it has %(size).1f MB, and at most %(most)d MB are possible. Ask for less at a time.")


class SealedFile(Base):
    """A file: packed, then sealed to this row. Who owns it refers to it, and says how long it is kept."""

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(32), info=NO_PERSON)
    """What it is, as its owner names it: `nominations.original`."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=PARTICIPANT)
    """Empty once it was forgotten."""
    key_id: Mapped[str] = mapped_column(String(16), info=NO_PERSON)
    """Name of the key that it was sealed with."""
    kept_at: Mapped[datetime]


TABLE = SealedFile.__tablename__
_FILLED = func.length(SealedFile.sealed) > 0


class Packed(Struct, frozen=True):
    """A file that is sealed, for a row which is not added yet. Sealing takes long; adding the row does not."""

    public_id: uuid.UUID
    kind: str
    sealed: bytes
    key_id: str


def pack(session: Session, *, kind: str, content: bytes, most: int = LARGEST) -> Packed:
    """Seal a file before the transaction that keeps it.

    Raises:
        FileTooLarge: it does not fit.
    """
    public_id = uuid.uuid4()
    sealed, key_id = _sealed(session, public_id, content)
    _refuse_larger(sealed, most)
    return Packed(public_id, kind, sealed, key_id)


def keep_packed(session: Session, packed: Packed, *, at: datetime) -> SealedFile:
    """Add the row of a file that is sealed already."""
    return keep_all(session, [packed], at=at)[0]


def keep_all(session: Session, packed: Sequence[Packed], *, at: datetime) -> list[SealedFile]:
    """Add the rows of files that are sealed already, in their order, at once."""
    files = [SealedFile(public_id=each.public_id, kind=each.kind, sealed=each.sealed, key_id=each.key_id, kept_at=at) for each in packed]
    session.add_all(files)
    session.flush()
    return files


def keep_file(session: Session, *, kind: str, content: bytes, at: datetime) -> SealedFile:
    """Seal a file and add its row.

    Raises:
        FileTooLarge: it does not fit.
    """
    return keep_packed(session, pack(session, kind=kind, content=content), at=at)


def replace_content(session: Session, file: SealedFile, content: bytes) -> None:
    """Seal other content in place of what the file held.

    Raises:
        FileTooLarge: it does not fit.
    """
    _seal(session, file, content)
    _refuse_larger(file.sealed, LARGEST)
    session.flush()


def content_of(session: Session, file: SealedFile) -> bytes:
    """Return what the file holds.

    Raises:
        CannotOpen: it was forgotten, changed outside the program, or its key is gone.
    """
    return zlib.decompress(installation_of(session).ring.open(file.sealed, about=_about(file.public_id)))


def count_by_key(session: Session) -> dict[str, int]:
    """Return the number of files sealed with each key."""
    rows = session.execute(select(SealedFile.key_id, func.count().label("rows")).where(_FILLED).group_by(SealedFile.key_id))
    return {row.key_id: row.rows for row in rows}


def rotate(session: Session, *, after: int, limit: int) -> Turned:
    """Seal the next files again with the newest key.

    Args:
        after: id of the last row processed; 0 at the beginning.
        limit: number of rows in one step, which is one transaction.
    """
    newest = installation_of(session).ring.newest
    old = select(SealedFile).where(_FILLED, SealedFile.key_id != newest, SealedFile.id > after).order_by(SealedFile.id).limit(limit)
    found = session.scalars(old.with_for_update()).all()
    failed = 0
    for file in found:
        try:
            _seal(session, file, content_of(session, file))
        except CannotOpen:
            log.error("The file %s was not sealed again.", file.public_id.hex)  # noqa: TRY400  no values in the log
            failed += 1
    session.flush()
    return Turned(last=found[-1].id if found else None, done=len(found) - failed, failed=failed)


def _seal(session: Session, file: SealedFile, content: bytes) -> None:
    file.sealed, file.key_id = _sealed(session, file.public_id, content)


def _sealed(session: Session, public_id: uuid.UUID, content: bytes) -> tuple[bytes, str]:
    """Return the content packed and sealed to its row, and the name of the key."""
    ring = installation_of(session).ring
    return ring.seal(zlib.compress(content, 6), about=_about(public_id)), ring.newest


def _refuse_larger(sealed: bytes, most: int) -> None:
    if len(sealed) > most:
        raise FileTooLarge(size=len(sealed) / 1024**2, most=most // 1024**2)


def _about(public_id: uuid.UUID) -> str:
    return f"{TABLE}|sealed|{public_id.hex}"
