"""The only source of the current time. Routes, commands and jobs ask it; services get the time with the `ChangeContext`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant in UTC, to the microsecond."""
    return datetime.now(UTC)
