"""Mail on its way: how long a sender has, when to try again, when to give up. No database."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class MessageState(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


LEASE = timedelta(minutes=5)
"""How long one sender may take over one message; whoever has it longer is taken for dead. Several times what a hanging server can cost."""

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Between one attempt and the next, growing; together about two days, as mail servers themselves do."""

ATTEMPTS_WHEN_REFUSED = 3
"""A server that says «never» (5xx) is asked so many times in all: some say it for a mailbox that is only full."""


def next_attempt(attempts: int, *, refused_for_good: bool, now: datetime) -> datetime | None:
    """When to try again after `attempts` failures, or None to give up and leave it to a person."""
    if attempts > len(PAUSES) or (refused_for_good and attempts >= ATTEMPTS_WHEN_REFUSED):
        return None
    return now + PAUSES[max(attempts, 1) - 1]


def may_send_again(state: MessageState) -> bool:
    """Whether a person may ask for it once more: not while a sender has it."""
    return state is not MessageState.SENDING
