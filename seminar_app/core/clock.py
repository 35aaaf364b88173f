"""The only source of the current time. Services are given `now`; nothing below a route calls this."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant in UTC, to the microsecond."""
    return datetime.now(UTC)
