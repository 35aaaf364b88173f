"""Mail on its way. No database."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
