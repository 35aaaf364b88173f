"""What long work may do next, and what its page says of it. No database.

Source: docs/decisions/0047-long-work.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

LOST_AFTER = timedelta(seconds=60)
"""A running job that has shown no sign of life for so long is taken over: its process has died."""
MOST_ATTEMPTS = 5
"""A job that broke off so often has failed; else one that kills its process would be begun for ever."""
KEPT = timedelta(days=7)
"""How long a job is kept after its end."""
FILE_KEPT = timedelta(hours=24)
"""How long the file that a job made is kept: it shows people as they could be shown when it was made."""
OWN = "/"
"""In the subject of jobs of which each account begins its own: those that make a file."""


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


def file_kept_until(ended_at: datetime) -> datetime:
    """Return when the file that a job made is deleted."""
    return ended_at + FILE_KEPT


def broke_off_too_often(attempts: int) -> bool:
    """Whether a job that was begun so often is begun no more."""
    return attempts >= MOST_ATTEMPTS


def own_subject(subject: str, owner: str, given: Mapping[str, Any]) -> str:
    """Return the subject for a job of one account: the same for the same wish, and another's is another."""
    wish = json.dumps([owner, given], sort_keys=True)
    return f"{subject}{OWN}{sha256(wish.encode()).hexdigest()[:16]}"


def subject_itself(subject: str) -> str:
    """Return what a job is about, without what makes it one account's."""
    return subject.partition(OWN)[0]


def shown_size(size: int) -> str:
    """Return «27 kB», «1.4 MB» of a number of bytes: the same in both languages."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1_000))} kB"


def shown_progress(done: int, total: int) -> tuple[int, int]:
    """Return value and maximum for the bar: never beyond its end, and with a maximum even where the total is not known yet."""
    return min(max(done, 0), max(total, 0)), max(total, 1)
