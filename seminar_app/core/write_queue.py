"""How many may stand and wait to write in one process, so that some threads are always left for whoever only reads.

A write holds its place from before it begins until it is over. When all places are taken the next one waits as long as
somebody comes out done, here or in another process; when nobody has for `PATIENCE_SECONDS`, whatever they stand behind is
stuck, and from then on who finds no place is told so at once, until somebody comes out done again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

PATIENCE_SECONDS = 2.0
"""Far longer than any write of a request takes, and as long as pages may stand behind writers when a lock gets stuck."""
PLACES = 6


class WriteQueueFull(OperationalError):
    """So many wait to write already, and none of them gets on: nothing was begun. Try again later."""

    def __init__(self) -> None:
        super().__init__("(beginning to write)", None, TimeoutError("too many wait to write"))


class WriteQueue:
    """The places of one process.

    Args:
        places: how many may write, or wait to, at once; the server's threads less those kept for reading.
    """

    def __init__(self, places: int = PLACES) -> None:
        self.places = places
        self._turn = threading.Condition()
        self._inside = 0
        self._stuck = False
        self._moved_at = 0.0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place while the block runs.

        Raises:
            WriteQueueFull: all are taken, and nobody gets on.
        """
        self._enter()
        done = True
        try:
            yield
        except OperationalError:  # it never got the lock, or there is no database
            done = False
            raise
        finally:
            self._leave(done=done)

    def note_progress(self) -> None:
        """Somebody of another process came out done: what ours wait for is not stuck, they are only not the next."""
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
