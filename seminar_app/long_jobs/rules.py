"""What long work may do next, and what its page says of it. No database.

Source: docs/decisions/0047-long-work.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LOST_AFTER = timedelta(seconds=60)
"""A running job that has shown no sign of life for so long is taken over: its process has died."""
MOST_ATTEMPTS = 5
"""A job that broke off so often has failed; else one that kills its process would be begun for ever."""
KEPT = timedelta(days=7)
"""How long a job is kept after its end, with the file that it made."""


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self not in OPEN


OPEN = (JobState.WAITING, JobState.RUNNING)


def lost_before(now: datetime) -> datetime:
    """Return the instant: a running job whose last sign of life is older has lost its process."""
    return now - LOST_AFTER


def expires_at(ended_at: datetime) -> datetime:
    """Return when a job that has ended is deleted."""
    return ended_at + KEPT


def broke_off_too_often(attempts: int) -> bool:
    """Whether a job that was begun so often is begun no more."""
    return attempts >= MOST_ATTEMPTS


def shown_progress(done: int, total: int) -> tuple[int, int]:
    """Return value and maximum for the bar: never beyond its end, and with a maximum even where the total is not known yet."""
    return min(max(done, 0), max(total, 0)), max(total, 1)
