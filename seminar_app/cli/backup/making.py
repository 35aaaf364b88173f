"""Write a backup: one file, complete or not at all, readable by its owner only."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from pathlib import Path
from typing import IO

from flask import Flask
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config import Settings
from seminar_app.cli.backup import postgresql, sqlite
from seminar_app.cli.backup.envelope import BackupFault, BackupWriter, Header
from seminar_app.core.clock import now
from seminar_app.core.sqlite import database_path
from seminar_app.web.database import db
from seminar_app.web.health import database_fault
from seminar_app.web.version import program_version


class Made(Struct, frozen=True):
    """Figures of the written backup."""

    bytes: int
    sha256: str
    tables: int
    rows: int
    schema: str
    encrypted: bool


def make_backup(app: Flask, target: Path) -> Made:
    """Write the whole database, as of one moment, to `target`. The file is replaced once the new one is complete and on the disk.

    The backup includes everything committed before it began. Other processes continue to read and write meanwhile.

    Raises:
        BackupFault: the database cannot be read, or the file cannot be written.
    """
    settings: Settings = app.extensions["settings"]
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as part:
            try:
                tables, schema = _write(settings, part)
                part.flush()
                os.fsync(part.fileno())
                digest = _digest(Path(part.name))
                size = part.tell()
                Path(part.name).replace(target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        _to_disk(target.parent)
    except OSError as error:
        raise BackupFault(f"{target} cannot be written: {error.strerror}.") from error
    return Made(size, digest, len(tables), sum(tables.values()), schema, bool(settings.backup_keys))


def key_mark(settings: Settings) -> str:
    """Return a mark that shows whether two programs have the same SECRET_KEYS for the audit log, and nothing else about the key."""
    return hmac.new(settings.secret_keys[-1].encode(), b"backup-mark", hashlib.sha256).hexdigest()[:16]


def _write(settings: Settings, part: IO[bytes]) -> tuple[dict[str, int], str]:
    schema = _schema()
    header = Header(
        made_at=now().isoformat(timespec="seconds"), app_version=program_version(), schema=schema, engine=db.engine.dialect.name
    )
    out = BackupWriter(part, header, key=settings.backup_keys[0] if settings.backup_keys else None, secret=settings.secret_keys[0])
    if db.engine.dialect.name == "sqlite":
        with sqlite.copied(database_path(settings.database_url)) as copy:
            tables = sqlite.counts(copy)
            out.manifest({"counts": tables, "key_mark": key_mark(settings)})
            sqlite.write(copy, out)
    else:
        with postgresql.snapshot(db.engine) as connection:
            tables = postgresql.counts(connection)
            out.manifest({"counts": tables, "key_mark": key_mark(settings), "sequences": postgresql.sequences(connection)})
            postgresql.write(connection, out)
    out.end()
    return tables, schema


def _schema() -> str:
    try:
        with db.engine.connect() as connection:
            return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    except DBAPIError as error:
        fault = database_fault() or "the database does not answer."
        raise BackupFault(f"{fault[0].upper()}{fault[1:]}") from error
    finally:
        db.session.remove()


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
