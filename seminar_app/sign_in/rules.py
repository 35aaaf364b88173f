"""How long a session lasts, and which proof of identity is still owed. No database."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
"""After so long without a request a session ends."""


LONGEST = timedelta(hours=12)
"""However busy, a session ends so long after signing in."""


HALF_SIGNED_IN = timedelta(minutes=20)
"""So long after the password the second factor may be proved, or the first one set up."""


FRESH = timedelta(minutes=15)
"""Exports and changes of accounts ask again when the last proof is older."""


WRONG_PROOFS = 5
"""After so many wrong codes in a row an account takes none for a while."""


PROOFS_REST = timedelta(minutes=15)


SEEN_EVERY = timedelta(minutes=1)
"""How finely the table knows when a browser was last seen."""


class FactorKind(StrEnum):
    """What somebody can prove at sign-in besides the password."""

    APP = "app"
    PASSKEY = "passkey"


class Proof(StrEnum):
    """What came of a code, a passkey or a password that somebody proved themselves with."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    """Right, and not for the first time."""
    RESTING = "resting"
    """Not looked at: there were too many wrong ones."""


def session_holds(*, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a browser that signed in then and was last seen then is signed in still. Source: DESIGN.md, the bar."""
    return now - seen_at < IDLE and now - created_at < LONGEST


def owes_second_factor(*, has_factor: bool, required: bool, factor_at: datetime | None) -> bool:
    """Whether a session that began with the right password still opens nothing: a factor is to be proved, or to be set up."""
    return factor_at is None and (has_factor or required)


def is_fresh(proven_at: datetime | None, *, now: datetime) -> bool:
    """Whether the last proof of who somebody is will do for an export or a change of an account."""
    return proven_at is not None and now - proven_at < FRESH


def proofs_rest(wrong: int, last_at: datetime | None, *, now: datetime) -> bool:
    """Whether there were so many wrong proofs that none is looked at yet. Source: docs/decisions/0018-second-factor.md."""
    return wrong >= WRONG_PROOFS and last_at is not None and now - last_at < PROOFS_REST


def wrong_proofs_after(wrong: int, last_at: datetime | None, *, now: datetime) -> int:
    """How many wrong proofs in a row there are after one more; the count begins again when the last was long ago."""
    return wrong + 1 if last_at is not None and now - last_at < PROOFS_REST else 1
