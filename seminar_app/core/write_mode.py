"""Whether transactions that begin now may write, and how long they wait for SQLite's lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WRITING: ContextVar[bool] = ContextVar("database_writing", default=False)


WAIT_MS: ContextVar[int | None] = ContextVar("database_wait_ms", default=None)


@contextmanager
def write_mode(wait_ms: int | None = None) -> Iterator[None]:
    """Let transactions that begin inside the block write. In the program only the unit of work, migrations and `residual_data` do so.

    Args:
        wait_ms: how long to wait for SQLite's lock; None for the default.
    """
    writing, waiting = WRITING.set(True), WAIT_MS.set(wait_ms)
    try:
        yield
    finally:
        WRITING.reset(writing)
        WAIT_MS.reset(waiting)
