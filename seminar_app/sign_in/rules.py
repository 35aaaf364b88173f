"""How long a session lasts, and which proof of identity is still owed. No database."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
"""A session ends after this time without a request."""


LONGEST = timedelta(hours=12)
"""A session ends this long after signing in, however busy it is."""


HALF_SIGNED_IN = timedelta(minutes=20)
"""Time after the password in which the second factor must be proved, or the first one set up."""


FRESH = timedelta(minutes=15)
"""Exports and account changes ask again when the last proof is older than this."""


WRONG_PROOFS = 5
"""After this many wrong proofs in a row, the account accepts none for a while."""


PROOFS_REST = timedelta(minutes=15)


SEEN_EVERY = timedelta(minutes=1)
"""How precisely the table records when a browser was last seen."""


class FactorKind(StrEnum):
    """The kinds of second factor."""

    APP = "app"
    PASSKEY = "passkey"


class Proof(StrEnum):
    """Result of checking a code, a passkey or a password."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    """Right, but used before."""
    RESTING = "resting"
    """Not checked: there were too many wrong ones."""


def session_holds(*, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session that began and was last used at these instants is still open. Source: docs/decisions/0002-sessions.md."""
    return now - seen_at < IDLE and now - created_at < LONGEST


def owes_second_factor(*, has_factor: bool, required: bool, factor_at: datetime | None) -> bool:
    """Whether a session with only the password proved has no access yet, because a second factor must be proved or set up."""
    return factor_at is None and (has_factor or required)


def is_fresh(proven_at: datetime | None, *, now: datetime) -> bool:
    """Whether the last proof of identity is recent enough for an export or an account change."""
    return proven_at is not None and now - proven_at < FRESH


def proofs_rest(wrong: int, last_at: datetime | None, *, now: datetime) -> bool:
    """Whether proofs are refused unchecked because of too many wrong ones. Source: docs/decisions/0018-second-factor.md."""
    return wrong >= WRONG_PROOFS and last_at is not None and now - last_at < PROOFS_REST


def wrong_proofs_after(wrong: int, last_at: datetime | None, *, now: datetime) -> int:
    """Return the number of wrong proofs in a row after one more. The count starts again after a rest of `PROOFS_REST`."""
    return wrong + 1 if last_at is not None and now - last_at < PROOFS_REST else 1
