"""Fault probe: proves that a fault really happened, that is, a writer waited for a lock or a process died while writing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import PostgresqlDatabase, TestDatabase

LOOK_SECONDS = 0.005
WAITING = b"SELECT count(*) FROM pg_locks WHERE NOT granted"


class FaultProbe:
    """Observed faults. On SQLite the server records waits (`FAULT_PROBE`); on PostgreSQL a thread polls for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = 0
        self._over = threading.Event()

    @property
    def waits(self) -> int:
        """How often a wait for a lock was observed."""
        return self._seen + sum(file.stat().st_size for file in self.folder.glob("waited-*"))

    def died_writing(self, pid: int) -> bool:
        """Whether this dead process had written a row and not finished its commit."""
        file = self.folder / f"writing-{pid}"
        return file.exists() and any(file.read_bytes())

    def look(self, url: str) -> None:
        """Count waits until told to end."""
        with psycopg.connect(url, autocommit=True) as connection:
            while not self._over.is_set():
                row = connection.execute(WAITING).fetchone()
                self._seen += bool(row and row[0])
                time.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """Stop polling."""
        self._over.set()


@contextmanager
def probing(database: TestDatabase, folder: Path) -> Iterator[FaultProbe]:
    """Run the fault probe while the block runs; give the server `FAULT_PROBE=str(folder)`."""
    fault_probe = FaultProbe(folder)
    looking = None
    if isinstance(database, PostgresqlDatabase):
        looking = threading.Thread(target=fault_probe.look, args=(database.url,))
        looking.start()
    try:
        yield fault_probe
    finally:
        fault_probe.end()
        if looking:
            looking.join()
