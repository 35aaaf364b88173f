"""Delivery of mail: how long a sender may take, when to try again, when to give up. No database."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum


class MessageState(StrEnum):
    """State of a message on its way."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Outcome(StrEnum):
    """What has become of a message, as far as those who wrote it are concerned."""

    SENT = "sent"
    WAITING = "waiting"
    DEFERRED = "deferred"
    """It was tried in vain, and is tried again."""
    FAILED = "failed"


def outcome_of(state: MessageState, *, attempts: int) -> Outcome:
    """Return what has become of a message. One that is being sent right now waits."""
    match state:
        case MessageState.SENT:
            return Outcome.SENT
        case MessageState.FAILED:
            return Outcome.FAILED
        case MessageState.WAITING if attempts:
            return Outcome.DEFERRED
    return Outcome.WAITING


LEASE = timedelta(minutes=5)
"""How long one sender may take over one message; after that it counts as dead.

The lease is several times as long as a server that hangs can delay a sender.
"""

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
"""Waits between one attempt and the next; together about two days, as mail servers themselves do."""

ATTEMPTS_WHEN_REFUSED = 3
"""Attempts in all for a server that says «never» (5xx): some say it for a mailbox that is only full."""


def next_attempt(attempts: int, *, refused_for_good: bool, now: datetime) -> datetime | None:
    """Return when to try again after `attempts` failures, or None to give up and leave the message to an administrator."""
    if attempts > len(PAUSES) or (refused_for_good and attempts >= ATTEMPTS_WHEN_REFUSED):
        return None
    return now + PAUSES[max(attempts, 1) - 1]


def may_send_again(state: MessageState) -> bool:
    """Whether an administrator may send the message again: not while a sender has it."""
    return state is not MessageState.SENDING


_DOT_IN_A_WORD = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=\w)")


def unlinkable(name: str) -> str:
    """Return a name in which no mail program finds the address of a page: after a dot within a word stands a space.

    Anybody can type a name into a form, and the mail comes from the office. «Ma.de la Luz» reads as well with the space. An address
    that stands in place of a name stays as it is; no form takes a name with an @.
    """
    return name if "@" in name else _DOT_IN_A_WORD.sub(lambda dot: f"{dot[0]} ", name)


class WhyNotSent(StrEnum):
    """Why a mail did not leave, as far as its senders can do something about it."""

    NO_MAILBOX = "no_mailbox"
    FULL = "full"
    REFUSED = "refused"
    LATER = "later"
    OUR_SERVER = "our_server"
    UNWRITABLE = "unwritable"


_ANSWER = re.compile(r"([245]\d\d)(?:[ -]+([245]\.\d{1,3}\.\d{1,3}))?")
_SIGN_IN = frozenset({"530", "534", "535", "538"})
_NO_SERVER = ("Connection", "Timeout", "gaierror", "SSL", "SMTP", "BrokenPipe", "OSError")


def why_not_sent(error: str) -> WhyNotSent:
    """Return what the stored answer of the mail server means (`smtp.what_happened`).

    Source: RFC 5321, section 4.2.3; RFC 3463 for the three numbers after the code: 1 is the address, 2 the mailbox.
    """
    answer = _ANSWER.match(error)
    if answer is None:
        return WhyNotSent.OUR_SERVER if error.startswith(_NO_SERVER) else WhyNotSent.UNWRITABLE
    code, status = answer[1], answer[2] or ""
    if code in _SIGN_IN:
        return WhyNotSent.OUR_SERVER
    if status.endswith(".2.2") or (not status and code in ("452", "552")):
        return WhyNotSent.FULL
    if code.startswith("4"):
        return WhyNotSent.LATER
    if status.startswith("5.1.") or status == "5.2.1" or (not status and code in ("550", "551", "553")):
        return WhyNotSent.NO_MAILBOX
    return WhyNotSent.REFUSED
