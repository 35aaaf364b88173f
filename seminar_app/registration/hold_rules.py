"""Seats that are kept for a name that is to come, or for somebody who was invited. No database.

Source: docs/decisions/0048-kept-seats.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from seminar_app.registration.rules import AgencyId, PoolId, PoolState, RegistrationId, Source, is_released

HoldId = int
NAMING = frozenset({Source.NOMINATION, Source.IMPORT, Source.STAFF})
"""Ways by which a person is named; who comes by the form or walks in takes no seat that is kept for a name."""
TIME_BETWEEN_REMINDERS = timedelta(hours=20)
"""An invitation is not sent again sooner: two people of an office may press the button, or one person twice."""
MOST_KEPT = 200
"""Seats that one form keeps at once."""


class HoldEnd(StrEnum):
    """Why a seat is kept no longer."""

    USED = "used"
    """Somebody was named for it, or the invitation was accepted."""
    EXPIRED = "expired"
    """Its last day has passed."""
    RELEASED = "released"
    """The quota that it was of was released."""
    GIVEN_UP = "given_up"
    """Whoever kept it gave it up, or the invitation was taken back."""
    DECLINED = "declined"
    """The person who was invited cannot come."""


class HoldState(Struct, frozen=True):
    """A seat that is kept now. Either `agency_id` (for its next nominee) or `registration_id` (who was invited) is set."""

    id: HoldId
    pool_id: PoolId
    agency_id: AgencyId | None
    registration_id: RegistrationId | None
    last_day: date


def ending_due(hold: HoldState, pool: PoolState, *, today: date) -> HoldEnd | None:
    """Return why a kept seat ends today; None if it does not.

    A seat without a name ends with its quota's release. An invitation does not: its date stands in a mail, and is kept.
    `today` is in the seminar's time zone.
    """
    if hold.registration_id is None and is_released(pool, today=today):
        return HoldEnd.RELEASED
    return HoldEnd.EXPIRED if today > hold.last_day else None


def hold_to_use(holds: Iterable[HoldState], agencies: Sequence[AgencyId]) -> HoldState | None:
    """Return the kept seat that a nominee takes: of the nearest agency, and of several the one that ends first.

    Args:
        holds: the seats that are kept now.
        agencies: the nominee's agency, then those whose quotas its people may draw from, nearest first.
    """
    nearness = {agency_id: place for place, agency_id in reversed(list(enumerate(agencies)))}
    theirs = [hold for hold in holds if hold.agency_id is not None and hold.agency_id in nearness]
    return min(theirs, key=lambda hold: (nearness[hold.agency_id or 0], hold.last_day, hold.id), default=None)


def last_day_possible(pool: PoolState, *, ends_on: date) -> date:
    """Return the last day to which a seat of this pool can be kept: the day before its release, else the seminar's last day."""
    return min(ends_on, pool.release_on - timedelta(days=1)) if pool.release_on is not None else ends_on


def may_remind(reminded_at: datetime | None, made_at: datetime, *, now: datetime) -> bool:
    """Whether an invitation that was not answered may be sent once more."""
    return now >= (reminded_at or made_at) + TIME_BETWEEN_REMINDERS


DAYS_BEFORE_RELEASE = (3, 1)
"""So many days before the release of a quota its liaisons are told what will be lost."""


def release_notice_due(release_on: date, *, today: date, told: int | None) -> int | None:
    """Return which notice about a release is due: 3 or 1, the days before it; None if there is none, or it has been sent.

    A quota whose release is set for sooner gets the one notice that still fits. On the day itself there is nothing left to do.

    Args:
        told: the last notice that was sent, in days before the release.
    """
    left = (release_on - today).days
    due = min((days for days in DAYS_BEFORE_RELEASE if 0 < left <= days), default=None)
    return due if due is not None and (told is None or due < told) else None
