"""The program in May of 2014, when liaisons sent their lists for Cancún. Only rooms that ask `clock.now()` live then."""

from __future__ import annotations

from datetime import UTC, datetime

from seminar_app import create_app
from seminar_app.core import clock

_BEHIND = datetime.now(UTC) - datetime(2014, 5, 12, 15, 0, tzinfo=UTC)
_today = clock.now
clock.now = lambda: _today() - _BEHIND

app = create_app()
