"""Who is entered at the door, who takes whose seat, and when the open pool may grow. No database.

Source: docs/decisions/0038-at-the-door.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from seminar_app.registration.rules import (
    AgencyId,
    PoolId,
    PoolState,
    Reach,
    RegistrationState,
    day_there,
    pools_one_may_hold,
)
from seminar_app.seminars.rules import HasSchedule, SeminarState

TIME_TO_TAKE_BACK = timedelta(minutes=2)
"""How long an entry of the door can be taken back. Its mail waits as long."""


class DoorDay(StrEnum):
    """Whether people can be entered at the door now, and why not."""

    OPEN = "open"
    BEFORE = "before"
    AFTER = "after"
    NOT_HELD = "not_held"
    """The seminar is a draft, cancelled, completed or archived."""


def door_day(seminar: HasSchedule, *, now: datetime) -> DoorDay:
    """Return whether the door is open: on the seminar's days in its own time zone, from midnight to midnight."""
    if seminar.state not in (SeminarState.PUBLISHED, SeminarState.CLOSED):
        return DoorDay.NOT_HELD
    today = day_there(now, seminar.time_zone)
    if today < seminar.starts_on:
        return DoorDay.BEFORE
    return DoorDay.AFTER if today > seminar.ends_on else DoorDay.OPEN


class Arrival(StrEnum):
    """What becomes of somebody at the door who has a registration in the seminar already."""

    ENTERED = "entered"
    """As anybody who has none: they had withdrawn, somebody else had come instead, or they were invited and have not answered."""
    WAITS = "waits"
    """They are on the waiting list, and may take a seat from there."""
    HERE = "here"
    """They hold a seat: there is only a mark to be taken."""
    UNDECIDED = "undecided"
    """The organizer has not decided yet."""
    TAKEN_OFF = "taken_off"
    """The organizer had declined or removed them, and alone can take that back."""


def arrival(state: RegistrationState) -> Arrival:
    """Return what becomes of a person in this state who arrives as a walk-in or as a substitute."""
    match state:
        case RegistrationState.WITHDRAWN | RegistrationState.SUBSTITUTED | RegistrationState.INVITED:
            return Arrival.ENTERED
        case RegistrationState.WAITLISTED:
            return Arrival.WAITS
        case RegistrationState.REGISTERED:
            return Arrival.HERE
        case RegistrationState.DECLINED | RegistrationState.REMOVED:
            return Arrival.TAKEN_OFF
        case RegistrationState.NOMINATED | RegistrationState.PENDING:
            return Arrival.UNDECIDED


def may_be_replaced(state: RegistrationState) -> bool:
    """Whether somebody may come instead: only of a person who holds a seat, because a place in the queue cannot be handed on."""
    return state is RegistrationState.REGISTERED


def takes_over(
    pools: Sequence[PoolState], *, freed: PoolId, replaced_path: Sequence[AgencyId], substitute_path: Sequence[AgencyId]
) -> bool:
    """Whether a substitute takes the seat itself, past the queue: whoever comes by the same quota path as the person who makes way.

    A quota's seat goes to anybody who may draw from that quota. An open seat belongs to no agency, so naming a colleague must not
    be a way past the queue: it is taken over where both may draw from one and the same quota, or where neither may draw from any.

    Else the freed seat goes to the first in the queue who may hold it, and the substitute gets a seat or a place by the rules.

    Args:
        pools: the seminar's pools; a quota without seats counts as none.
        freed: the pool of the seat that becomes free.
        replaced_path: agencies whose quotas the person who makes way may draw from (`path_to_pools`).
        substitute_path: the same of the substitute.
    """
    kept = [pool for pool in pools if pool.agency_id is None or pool.size > 0]
    theirs, own = (pools_one_may_hold(kept, Reach(path)) for path in (replaced_path, substitute_path))
    quotas_of_theirs, own_quotas = ({pool.id for pool in some if pool.agency_id is not None} for some in (theirs, own))
    if any(pool.id == freed and pool.agency_id is not None for pool in pools):
        return freed in own_quotas
    return bool(quotas_of_theirs & own_quotas) or not (quotas_of_theirs or own_quotas)


def may_grow(*, used: int, allowed: int) -> bool:
    """Whether the open pool may grow by one more seat at the door. `used`: by how many it has grown in the whole seminar."""
    return used < allowed


def may_take_back(entered_at: datetime, *, now: datetime) -> bool:
    """Whether an entry of the door can still be taken back as if it had not been made: until its mail leaves."""
    return now < entered_at + TIME_TO_TAKE_BACK
