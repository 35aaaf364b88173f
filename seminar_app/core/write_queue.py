"""Limit how many threads of one process write or wait to write, so that some threads are always free for readers.

A writer holds its place from before it begins until it ends. When all places are taken, the next writer waits as long as
writers finish, here or in another process. When none has finished for `PATIENCE_SECONDS`, the lock counts as stuck. From
then on, a writer that finds no place is refused at once, until another one finishes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

PATIENCE_SECONDS = 2.0
"""Far longer than any write of a request takes. Also the longest time that pages wait behind writers when a lock gets stuck."""
PLACES = 6


class WriteQueueFull(OperationalError):
    """The places for writers are taken, and none of the writers makes progress. Nothing was begun; try again later."""

    def __init__(self) -> None:
        super().__init__("(beginning to write)", None, TimeoutError("too many wait to write"))


class WriteQueue:
    """The places of one process.

    Args:
        places: maximum of concurrent and waiting writers; the server's threads minus those kept for readers.
    """

    def __init__(self, places: int = PLACES) -> None:
        self.places = places
        self._turn = threading.Condition()
        self._inside = 0
        self._stuck = False
        self._moved_at = 0.0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises:
            WriteQueueFull: all places are taken, and no writer makes progress.
        """
        self._enter()
        done = True
        try:
            yield
        except OperationalError:  # the writer never got the lock, or there is no database
            done = False
            raise
        finally:
            self._leave(done=done)

    def note_progress(self) -> None:
        """Note that a writer of another process finished, so that the lock does not count as stuck."""
        with self._turn:
            self._stuck = False
            self._moved_at = time.monotonic()

    def _enter(self) -> None:
        with self._turn:
            self._wait_for_room()
            self._inside += 1
            if self._inside == self.places:
                self._moved_at = time.monotonic()

    def _wait_for_room(self) -> None:
        while self._inside >= self.places:
            left = self._moved_at + PATIENCE_SECONDS - time.monotonic()
            self._stuck = self._stuck or left <= 0
            if self._stuck:
                raise WriteQueueFull
            self._turn.wait(left)

    def _leave(self, *, done: bool) -> None:
        with self._turn:
            self._inside -= 1
            if done:
                self._stuck = False
                self._moved_at = time.monotonic()
            self._turn.notify()
