"""The one place that asks what time it is. Services are given `now`; nothing below a route calls this."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, in UTC, to the microsecond."""
    return datetime.now(UTC)
