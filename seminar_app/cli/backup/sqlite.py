"""Back up a SQLite file, and restore it into a new SQLite file that replaces the old one after it is checked."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from seminar_app.cli.backup.envelope import DATA, PIECE_BYTES, BackupFault, BackupReader, BackupWriter
from seminar_app.core.file_lock import AlreadyLocked, alone
from seminar_app.core.sqlite import BUSY_TIMEOUT_MS, sqlite_module

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
COPY = ".backup-"
RESTORED = ".restored-"
LEFT_BEHIND_SECONDS = 24 * 3600


@contextmanager
def copied(database: Path) -> Iterator[Path]:
    """Yield a temporary copy of the database as of one moment, made by SQLite's backup API while others continue to write.

    The copy lies beside the database, where its content lies anyway, and not at the backup's destination. All pages are copied
    in one step: smaller steps would restart at every write of another process, and never end under load.

    Raises:
        BackupFault: the database itself is damaged.
    """
    for left in database.parent.glob(f"{COPY}*"):  # left by a backup that was killed
        if left.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS:
            left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=COPY, suffix=".sqlite3", dir=database.parent)
    os.close(handle)
    copy = Path(name)
    try:
        with closing(_opened(database)) as source, closing(_opened(copy)) as target:
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")
            if (said := target.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise BackupFault(f"The database is damaged ({said}), so no backup was written over a good one. Restore the last one.")
        yield copy
    except sqlite_module().DatabaseError as error:
        raise BackupFault(f"The database cannot be read ({error}), so no backup was written.") from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(name + suffix).unlink(missing_ok=True)


def counts(copy: Path) -> dict[str, int]:
    """Return the number of rows of each table."""
    with closing(_opened(copy)) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        return {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in sorted(tables)}  # noqa: S608  names of our own tables  # nosec B608


def write(copy: Path, out: BackupWriter) -> None:
    """Write the file to the backup, in pieces."""
    out.section({"name": "database"})
    with copy.open("rb") as source:
        for piece in iter(lambda: source.read(PIECE_BYTES), b""):
            out.data(piece)


class SqlitePlace:
    """The place that a backup is restored to: a new file beside the database."""

    def __init__(self, database: Path, stamp: str) -> None:
        self.database = database
        self._new = database.with_name(f"{RESTORED}{stamp}.sqlite3")
        self.aside = database.with_name(f"{database.name}.before-{stamp}")
        self.url = f"sqlite:///{self._new}"

    def __str__(self) -> str:
        return str(self.database)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the file lock, so that no other process uses the database meanwhile.

        Raises:
            BackupFault: another process uses it.
        """
        self.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with alone(self.database):
                self._fold_log()
                yield
        except AlreadyLocked as error:
            raise BackupFault(f"{self.database} is in use: stop the web server and the worker first, then restore.") from error

    def holds_data(self) -> bool:
        """Whether the database to be replaced has rows, or cannot be read."""
        if not self.database.exists() or self.database.stat().st_size == 0:
            return False
        try:
            return any(number for table, number in counts(self.database).items() if table not in {"alembic_version", "audit_head"})
        except sqlite_module().DatabaseError:
            return True

    def load(self, backup: BackupReader) -> None:
        """Write the new file."""
        handle = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            for kind, piece in backup.pieces():
                if kind == DATA:
                    out.write(piece)

    def faults(self) -> Iterator[str]:
        """Yield a sentence for each fault that SQLite finds in the new file."""
        try:
            with closing(_opened(self._new)) as connection:
                said = [line for (line,) in connection.execute("PRAGMA integrity_check(5)")]
                if said != ["ok"]:
                    yield f"SQLite finds the restored file damaged: {'; '.join(said)}."
                if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
                    yield f"{len(orphans)} rows of the restored file point to rows that are not there, the first in {orphans[0][0]}."
        except sqlite_module().DatabaseError as error:
            yield f"SQLite cannot read the restored file: {error}."

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table of the new file."""
        return counts(self._new)

    def swap(self) -> str | None:
        """Put the new file in the database's place in one step; return the path of the old one, which is kept."""
        with closing(_opened(self._new)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        _to_disk(self._new)
        kept = None
        for suffix in ("-wal", "-shm", "-journal"):  # left only by a file too damaged to fold; never beside the new one
            with suppress(FileNotFoundError):
                Path(f"{self.database}{suffix}").rename(f"{self.aside}{suffix}")
        if self.database.exists():
            os.link(self.database, self.aside)
            kept = str(self.aside)
        self._new.replace(self.database)
        _to_disk(self.database.parent)
        return kept

    def discard(self) -> None:
        """Delete the new file, if it exists."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._new}{suffix}").unlink(missing_ok=True)

    def _fold_log(self) -> None:
        """Bring the write-ahead log's content into the file, which SQLite does only for a sole connection."""
        if not self.database.exists() or self.database.stat().st_size == 0:
            return
        try:
            with closing(_opened(self.database, timeout=1.0)) as connection:
                if connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
                    raise AlreadyLocked
        except sqlite_module().OperationalError as error:
            if "locked" in str(error):
                raise AlreadyLocked from error
        except sqlite_module().DatabaseError:
            return  # a damaged database may be the reason for the restore


def _opened(path: Path, *, timeout: float = BUSY_TIMEOUT_MS / 1000) -> Any:
    connection = sqlite_module().connect(f"file:{path}?mode=rw", uri=True, timeout=timeout, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
