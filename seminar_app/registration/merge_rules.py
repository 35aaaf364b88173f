"""Merging two records of one person: what is allowed, and which of two registrations stays. No database.

Source: docs/decisions/0022-who-is-the-same-person.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from seminar_app.registration.rules import RegistrationState

FILLED = ("phone", "sex", "agency_id")
"""Columns that the kept record gets from the other one where it has nothing. Names stay as they are."""


class HasRecord(Protocol):
    """What a merge depends on."""

    id: int
    merged_into_id: int | None
    erased_at: datetime | None


class MergeFault(StrEnum):
    """Why two records cannot be merged, or a merge cannot be undone."""

    ITSELF = "itself"
    ERASED = "erased"
    MERGED = "merged"
    UNDONE = "undone"
    MERGED_SINCE = "merged_since"


class HasMailbox(Protocol):
    """An address, and when it was shown to be the person's."""

    email: str | None
    email_proven_at: datetime | None


def mailbox_after_merge(kept: HasMailbox, gone: HasMailbox) -> datetime | None:
    """Return since when the kept record's mailbox counts as proven: for one address, the earlier word of both.

    The links that were sent to the other record open the kept one's pages. So with an address of its own that nobody has proven,
    they must not open at once: the surname is asked for again.
    """
    if kept.email is None:
        return None
    if kept.email == gone.email:
        return min((at for at in (kept.email_proven_at, gone.email_proven_at) if at is not None), default=None)
    return None if gone.email is not None and gone.email_proven_at is None else kept.email_proven_at


def merge_fault(kept: HasRecord, gone: HasRecord) -> MergeFault | None:
    """Return why `gone` cannot be merged into `kept`, or None."""
    if kept.id == gone.id:
        return MergeFault.ITSELF
    if kept.erased_at is not None or gone.erased_at is not None:
        return MergeFault.ERASED
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        return MergeFault.MERGED
    return None


def undo_fault(kept: HasRecord, gone: HasRecord, *, undone: bool, merged_since: bool) -> MergeFault | None:
    """Return why a merge cannot be undone, or None. Whether a seat is free is asked for each registration.

    Args:
        undone: this merge has been undone before.
        merged_since: one of the two records took part in a later merge that stands.
    """
    if undone:
        return MergeFault.UNDONE
    if kept.erased_at is not None or gone.erased_at is not None:
        return MergeFault.ERASED
    if merged_since or gone.merged_into_id != kept.id:
        return MergeFault.MERGED_SINCE
    return None


class HasVersion(Protocol):
    """A row that knows how often it was changed."""

    id: int
    version: int


class HasState(Protocol):
    """What decides which of two registrations stays."""

    id: int
    state: RegistrationState
    registered_at: datetime


def edition_of_records(people: Iterable[HasVersion], registrations: Iterable[HasVersion]) -> str:
    """Return a value that changes with any change of these people or of their registrations."""
    told = [sorted((row.id, row.version) for row in rows) for rows in (people, registrations)]
    return sha256(repr(told).encode()).hexdigest()[:20]


class Side(Struct, frozen=True):
    """One of two registrations in one seminar."""

    registration_id: int
    minutes: int
    """Credited."""
    seated: bool
    registered_at: datetime


def side_of(registration: HasState, minutes: Mapping[int, int]) -> Side:
    """Return a registration as one of two in one seminar. `minutes`: credited minutes by registration id."""
    seated = registration.state is RegistrationState.REGISTERED
    return Side(registration.id, minutes.get(registration.id, 0), seated, registration.registered_at)


def which_stays(one: Side, other: Side) -> tuple[Side, Side]:
    """Return the registration that stays and the one that leaves: the one with credited minutes, else the seated, else the earlier."""
    stays, leaves = sorted((one, other), key=lambda side: (side.minutes == 0, not side.seated, side.registered_at, side.registration_id))
    return stays, leaves
