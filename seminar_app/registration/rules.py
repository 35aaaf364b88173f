"""Seats, the waiting list, and what may be done to a registration. No database.

In this order: which seats a registration may hold and which one it gets; who gets a seat that becomes free; when a
quota's unused seats are released; whether the form is open; what each state allows.

Source: docs/decisions/0004-seat-pools.md and 0005-same-answer.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from seminar_app.core.dates import add_months
from seminar_app.core.values import replace
from seminar_app.seminars.rules import (
    Approval,
    HasWindow,
    RegistrationMode,
    SeminarState,
    Window,
    end_of_day,
    has_ended,
    is_over,
    registration_window,
)

AgencyId = int
PoolId = int
RegistrationId = int


class RegistrationState(StrEnum):
    """Only `registered` holds a seat, and only `waitlisted` has a place in the queue."""

    NOMINATED = "nominated"
    INVITED = "invited"
    PENDING = "pending"
    REGISTERED = "registered"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    SUBSTITUTED = "substituted"


class RemovalReason(StrEnum):
    """Why a registration was removed."""

    ADMINISTRATIVE = "administrative"
    CANCELLED = "cancelled"
    DOCUMENTS = "documents_incomplete"
    NO_SHOW = "no_show"
    PREREQUISITES = "prerequisites_unmet"
    OTHER = "other"


class Source(StrEnum):
    """How a registration was made."""

    FORM = "form"
    STAFF = "staff"
    NOMINATION = "nomination"
    IMPORT = "import"
    WALK_IN = "walk_in"
    DEMO = "demo"


class NoticeState(StrEnum):
    """What has become of changes that people may have to be told of."""

    OPEN = "open"
    TOLD = "told"
    KEPT_QUIET = "kept_quiet"
    """The organizer chose to tell nobody."""
    DROPPED = "dropped"
    """The seminar was cancelled or completed before; a cancellation has a mail of its own."""


# Which seat a registration gets.


class PoolState(Struct, frozen=True):
    """A seat pool as it is now. `agency_id` None means the open pool; from `release_on` its unused seats go to the open pool.

    `released`: they have gone there once, so that those who waited for the day were served. `held`: how many of `taken` are kept
    for a name that is to come, or for an invitation (`hold_rules`).
    """

    id: PoolId
    agency_id: AgencyId | None
    size: int
    taken: int
    release_on: date | None = None
    released: bool = False
    held: int = 0

    @property
    def room(self) -> int:
        """Free seats."""
        return self.size - self.taken

    @property
    def kept(self) -> bool:
        """Whether it counts as a quota: one that was taken away has neither seats nor a day."""
        return self.agency_id is not None and (self.size > 0 or self.release_on is not None)


class SeatDecision(Struct, frozen=True):
    """The pool to draw from; None means the waiting list."""

    pool_id: PoolId | None

    @property
    def state(self) -> RegistrationState:
        """The state that follows for the registration."""
        return RegistrationState.REGISTERED if self.pool_id is not None else RegistrationState.WAITLISTED


class Reach(Struct, frozen=True):
    """The pools that a registration may draw from (`reach_of`).

    Attributes:
        agency_path: agencies whose quotas it may draw from, in the order they are tried (`path_to_pools`). Empty for an agency that
            is not in the directory.
        open_too: whether it may draw from the open pool, which is tried last.
    """

    agency_path: Sequence[AgencyId] = ()
    open_too: bool = True


def quotas_within(pools: Sequence[PoolState], agency_path: Sequence[AgencyId]) -> list[PoolState]:
    """Return the quotas along the path, nearest first. One that was taken away, with neither seats nor a release date, counts as none."""
    of_agency = {pool.agency_id: pool for pool in pools if pool.kept}
    return [of_agency[step] for step in agency_path if step in of_agency]


def reach_of(pools: Sequence[PoolState], agency_path: Sequence[AgencyId], *, agency_seats_only: bool, today: date) -> Reach:
    """Return the pools that a registration may draw from.

    A nomination draws from its agency's seats only. It reaches the open pool once a quota on its path has been released, full or
    not, or where no quota is left on it; the organizer may open it before (`agency_seats_only` is false then). `today` is in the
    seminar's time zone. Source: docs/decisions/0043-nominations-and-alternates.md.
    """
    if not agency_seats_only:
        return Reach(agency_path)
    quotas = quotas_within(pools, agency_path)
    return Reach(agency_path, open_too=not quotas or any(is_released(pool, today=today) for pool in quotas))


def pools_one_may_hold(pools: Sequence[PoolState], reach: Reach) -> list[PoolState]:
    """Return the pools within reach, in the order they are tried: nearest agency first, the open pool last.

    Args:
        pools: the seminar's pools, one per quota plus the open one.
        reach: of the registration that is to be seated.
    """
    of_agency = {pool.agency_id: pool for pool in pools}
    order = (*reach.agency_path, None) if reach.open_too else reach.agency_path
    return [of_agency[step] for step in order if step in of_agency]


def decide_seat(pools: Sequence[PoolState], reach: Reach) -> SeatDecision:
    """Choose the pool a registration draws from: the first within reach that has room, else the waiting list.

    Args:
        pools: the seminar's pools, one per quota plus the open one.
        reach: of the registration.
    """
    with_room = (pool.id for pool in pools_one_may_hold(pools, reach) if pool.room > 0)
    return SeatDecision(next(with_room, None))


def decide_move(pools: Sequence[PoolState], reach: Reach, *, held: PoolId) -> PoolId:
    """Return the pool that a seated person whose agency is corrected draws from.

    The seat stays where the corrected agency's people may hold it. Else it moves to the nearest pool with room, and where there
    is none it stays: nobody loses a seat to a correction.

    Args:
        pools: the seminar's pools, one per quota plus the open one.
        reach: of the registration, with the corrected agency.
        held: the pool of the seat held now.
    """
    if held in {pool.id for pool in pools_one_may_hold(pools, reach)}:
        return held
    return decide_seat(pools, reach).pool_id or held


# Who gets a seat that becomes free.


class Alternate(Struct, frozen=True):
    """A nomination that waits. `quota`: the nearest on its path (`quotas_within`); None if none is left."""

    registration_id: RegistrationId
    queue_place: int
    quota: PoolId | None


def number_alternates(alternates: Iterable[Alternate]) -> dict[RegistrationId, int]:
    """Return each alternate's number, from 1, among those of the same quota; none for one who has no quota any more."""
    last: Counter[PoolId] = Counter()
    numbers = {}
    for each in sorted(alternates, key=lambda each: each.queue_place):
        if each.quota is not None:
            last[each.quota] += 1
            numbers[each.registration_id] = last[each.quota]
    return numbers


class Waiting(Struct, frozen=True):
    """A registration on the waiting list. A lower `queue_place` came earlier."""

    registration_id: RegistrationId
    queue_place: int
    reach: Reach


class Promotion(Struct, frozen=True):
    """A seat of this pool for a registration that was waiting."""

    registration_id: RegistrationId
    pool_id: PoolId


def decide_promotions(pools: Sequence[PoolState], waiting: Iterable[Waiting]) -> list[Promotion]:
    """Give every free seat to the first in the queue who may hold it.

    One walk along the queue settles all: seats only get fewer on the way, so nobody who was passed over could
    have been seated later. People who hold a seat keep it.
    """
    now = {pool.id: pool for pool in pools}
    promotions = []
    for person in sorted(waiting, key=lambda person: person.queue_place):
        if not any(pool.room for pool in now.values()):
            break
        pool_id = decide_seat(list(now.values()), person.reach).pool_id
        if pool_id is not None:
            now[pool_id] = replace(now[pool_id], taken=now[pool_id].taken + 1)
            promotions.append(Promotion(person.registration_id, pool_id))
    return promotions


def hands_out_seats(seminar: HasWindow, *, now: datetime) -> bool:
    """Whether free seats still go to the waiting list. They do not once the seminar is completed, cancelled, archived or over."""
    return seminar.state is not SeminarState.CANCELLED and not has_ended(seminar, now=now)


# When a quota's unused seats are released.


class Release(Struct, frozen=True):
    """The number of seats that move from this quota to the open pool."""

    pool_id: PoolId
    seats: int


def is_released(pool: PoolState, *, today: date) -> bool:
    """Whether the quota's release date has come. `today` is in the seminar's time zone."""
    return pool.agency_id is not None and pool.release_on is not None and pool.release_on <= today


def decide_releases(pools: Sequence[PoolState], *, today: date) -> list[Release]:
    """Return which quotas are released today: those whose release date has come, with all their free seats.

    The rule is asked each time the seminar's seats change, so it also releases a seat that becomes free in a quota
    released long ago. A full quota is released once all the same: its alternates then reach the open pool. `today` is in the
    seminar's time zone.
    """
    due = (pool for pool in pools if is_released(pool, today=today))
    return [Release(pool.id, pool.room) for pool in due if pool.room > 0 or (pool.kept and not pool.released)]


def after_releases(pools: Sequence[PoolState], releases: Sequence[Release]) -> list[PoolState]:
    """Return the pools after the seats have moved. The sum of their sizes (the seminar's capacity) stays the same."""
    given = {release.pool_id: release.seats for release in releases}
    moved = sum(given.values())
    return [
        replace(
            pool,
            size=pool.size + (moved if pool.agency_id is None else -given.get(pool.id, 0)),
            released=pool.released or pool.id in given,
        )
        for pool in pools
    ]


# Whether the form is open.


class Door(StrEnum):
    """How the registration form answers now, and why it does not open."""

    OPEN = "open"
    CODE = "code"
    """Open to people who have the code."""
    NOT_YET = "not_yet"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    BY_INVITATION = "by_invitation"
    """The organizer invites people by name: the public form is not offered."""
    BY_NOMINATION = "by_nomination"
    """Agencies name their people: the public form is not offered."""

    @property
    def lets_in(self) -> bool:
        """Whether the form is offered."""
        return self in (Door.OPEN, Door.CODE)


def has_form(mode: RegistrationMode) -> bool:
    """Whether people can register by themselves, with a code or without."""
    return mode in (RegistrationMode.OPEN, RegistrationMode.CODE)


class TakesRegistrations(HasWindow, Protocol):
    """What the answer depends on: the seminar's state, its registration window and its registration mode."""

    registration_mode: RegistrationMode


def door(seminar: TakesRegistrations, *, now: datetime) -> Door | None:
    """Return how the form answers at `now`; None for a draft or an archived seminar, whose form must look as if it did not exist."""
    if seminar.state in (SeminarState.DRAFT, SeminarState.ARCHIVED):
        return None
    if seminar.state is SeminarState.CANCELLED:
        return Door.CANCELLED
    window = registration_window(seminar, now=now)
    if window is Window.CLOSED:
        return Door.CLOSED
    if seminar.registration_mode is RegistrationMode.INVITATION:
        return Door.BY_INVITATION
    if seminar.registration_mode is RegistrationMode.NOMINATION:
        return Door.BY_NOMINATION
    if window is Window.NOT_YET:
        return Door.NOT_YET
    return Door.CODE if seminar.registration_mode is RegistrationMode.CODE else Door.OPEN


def day_there(now: datetime, time_zone: str) -> date:
    """Return the date in the seminar's time zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def is_list_frozen(freezes_on: date | None, *, today: date) -> bool:
    """Whether the list changes only with the organizer's approval. `today` is in the seminar's time zone."""
    return freezes_on is not None and freezes_on <= today


def first_state(approval: Approval) -> RegistrationState | None:
    """Return the state before any seat is assigned: pending if staff approve each registration; None if the seats decide."""
    return RegistrationState.PENDING if approval is Approval.MANUAL else None


def first_state_of_nomination(approval: Approval, *, has_quota: bool) -> RegistrationState | None:
    """Return the state of a nomination before any seat is assigned: nominated if the organizer decides; None if its quota decides.

    The quota decides where approval is automatic: a seat of the agency's pools, else an alternate's place. Without a quota
    (`quotas_within`) a list would fill the open pool before anybody else, so each of its people waits for the organizer.
    """
    return None if has_quota and approval is Approval.AUTOMATIC else RegistrationState.NOMINATED


def is_alternate(state: RegistrationState, *, agency_seats_only: bool) -> bool:
    """Whether a registration is an alternate: a nomination that waits for a seat of its agency."""
    return state is RegistrationState.WAITLISTED and agency_seats_only


# What each state allows.

_ALIVE = frozenset(
    {
        RegistrationState.NOMINATED,
        RegistrationState.INVITED,
        RegistrationState.PENDING,
        RegistrationState.REGISTERED,
        RegistrationState.WAITLISTED,
    }
)


def may_register_again(state: RegistrationState) -> bool:
    """A person who withdrew may register again by the form. After a removal or a refusal only staff can restore."""
    return state is RegistrationState.WITHDRAWN


def form_changes(state: RegistrationState) -> bool:
    """Whether the public form changes what somebody has already: who withdrew comes again, and who was invited comes in this way."""
    return may_register_again(state) or state is RegistrationState.INVITED


def may_edit(state: RegistrationState) -> bool:
    """The official may correct their data while the registration is active."""
    return state in _ALIVE


def may_change_agency(state: RegistrationState, *, agency_seats_only: bool) -> bool:
    """Whether the official may change their agency: while no seat depends on it. The turn on the waiting list stays the same.

    An alternate may not: it is one agency that has named them, and its seats that they wait for.
    """
    return state in (RegistrationState.PENDING, RegistrationState.WAITLISTED) and not agency_seats_only


def may_withdraw(state: RegistrationState, *, ended: bool) -> bool:
    """The official may withdraw until the seminar has ended; after that, attendance tells whether they came."""
    return state in _ALIVE and not ended


def may_approve(state: RegistrationState) -> bool:
    """Staff may approve a registration that waits for approval."""
    return state in (RegistrationState.PENDING, RegistrationState.NOMINATED, RegistrationState.INVITED)


def may_decline(state: RegistrationState) -> bool:
    """Staff may decline a registration that waits for approval."""
    return may_approve(state)


def may_remove(state: RegistrationState) -> bool:
    """Staff may remove an active registration, with a reason."""
    return state in _ALIVE


class Decision(StrEnum):
    """What staff decide about several registrations at once."""

    APPROVE = "approve"
    DECLINE = "decline"
    OPEN = "open"
    """Let alternates have an open seat."""
    REMOVE = "remove"


def may_restore(state: RegistrationState) -> bool:
    """Staff may undo a removal or a refusal, and restore a person who withdrew, or instead of whom somebody else came."""
    return state in (RegistrationState.REMOVED, RegistrationState.DECLINED, RegistrationState.WITHDRAWN, RegistrationState.SUBSTITUTED)


# How seats may be divided anew.


class WishedPool(Struct, frozen=True):
    """A quota as staff want it: agency or group, seats, and the day its unused seats go to the open pool."""

    agency_id: AgencyId
    size: int
    release_on: date | None = None


class SeatFault(StrEnum):
    """Why the seats cannot be divided that way."""

    TWICE = "twice"
    ABOVE_CAPACITY = "above_capacity"
    BELOW_TAKEN = "below_taken"
    RELEASED = "released"
    """Its release date has come."""


class SeatRefusal(Struct, frozen=True):
    """A fault, its pool (None: the open pool), and the number that would be needed: seats taken, or the sum of the quotas.

    `kept`: how many of the seats taken are kept for a name or an invitation.
    """

    fault: SeatFault
    agency_id: AgencyId | None
    seats: int
    kept: int = 0


def check_pools(pools: Sequence[PoolState], *, capacity: int, wished: Sequence[WishedPool]) -> SeatRefusal | None:
    """Check a wished division of the seats: each agency once, not more than the capacity, no person loses a seat.

    A quota that is not listed counts as one of no seats. The open pool gets what the quotas leave.

    Returns:
        The first fault found, or None if the division is allowed.
    """
    sizes: dict[AgencyId | None, int] = {}
    for wish in wished:
        if wish.agency_id in sizes:
            return SeatRefusal(SeatFault.TWICE, wish.agency_id, 0)
        sizes[wish.agency_id] = wish.size
    quotas = sum(sizes.values())
    if quotas > capacity:
        return SeatRefusal(SeatFault.ABOVE_CAPACITY, None, quotas)
    sizes[None] = capacity - quotas
    for pool in pools:
        if sizes.get(pool.agency_id, 0) < pool.taken:
            return SeatRefusal(SeatFault.BELOW_TAKEN, pool.agency_id, pool.taken, pool.held)
    return None


def released_at_once(pools: Sequence[PoolState], wished: Sequence[WishedPool], *, today: date) -> SeatRefusal | None:
    """Return the first quota that a new division would release the moment it is saved, with the seats that go and how many are kept.

    A quota that is released already is none; neither is one without a seat to give. `today` is in the seminar's time zone.
    """
    now = {pool.agency_id: pool for pool in pools}
    for wish in wished:
        pool = now.get(wish.agency_id, PoolState(0, wish.agency_id, 0, 0))
        free = wish.size - pool.taken
        if wish.release_on is not None and wish.release_on <= today and not is_released(pool, today=today) and free + pool.held > 0:
            return SeatRefusal(SeatFault.RELEASED, wish.agency_id, free, pool.held)
    return None


def edition_of(registration_version: int, person_version: int) -> str:
    """Return which version of a registration and its person this is, for a form that changes both."""
    return f"{registration_version}.{person_version}"


def edition_of_seats(shares: Iterable[tuple[int | None, int, date | None]]) -> str:
    """Return a short hash of how the seats are divided. It changes as soon as the division changes.

    Args:
        shares: for each pool its agency's id (None for the open one), its seats and its release date. A pool without seats is ignored.
    """
    pools = sorted(f"{agency_id or 0} {size} {release_on}" for agency_id, size, release_on in shares if size)
    return hashlib.sha256("\n".join(pools).encode()).hexdigest()[:16]


def edition_of_request(asked_at: datetime) -> str:
    """Return which request for another name this is."""
    return asked_at.isoformat()


# How long a personal link lives.

LINK_MONTHS = 18
"""Long enough for certificates and late evaluations. Source: docs/decisions/0024-personal-links.md."""


def link_ends(ends_on: date) -> date:
    """Return the last day on which the personal links of a seminar work. `ends_on`: the seminar's last day."""
    return add_months(ends_on, LINK_MONTHS)


def link_has_ended(ends_on: date, *, today: date) -> bool:
    """Whether the personal links of a seminar have ended."""
    return today > link_ends(ends_on)


# A form waits for the button in its mail.

FORM_LIVES = timedelta(days=5)
"""Time to find the mail over a weekend. Source: docs/decisions/0031-a-proven-mailbox.md."""
TYPED_SHOWN = timedelta(hours=1)
"""How long the page after the form shows what was typed, to correct it or to send the mail again."""
MAILS_AN_HOUR = 3
"""Mails to one person about one seminar's form in any hour: a stranger may type anybody's address."""
MAILS_TO_A_MAILBOX = 30
"""Mails of forms to one mailbox in any hour: an office with one mailbox can register its people, and nobody can fill it."""


def form_ends(sent_at: datetime, *, ends_on: date, time_zone: str) -> datetime:
    """Return the instant from which a form's button does nothing: five days after it was sent, or after the seminar's last day."""
    return min(sent_at + FORM_LIVES, end_of_day(ends_on, time_zone))


def takes_confirmations(seminar: HasWindow, *, now: datetime) -> bool:
    """Whether the seminar still takes forms that were sent in time. Closing the window does not end them; a cancellation does."""
    return seminar.state in (SeminarState.PUBLISHED, SeminarState.CLOSED) and not is_over(seminar, now=now)


def may_mail_again(*, to_person: int, to_mailbox: int) -> bool:
    """Whether a form's mail is sent, by the mails of forms that left within the last hour."""
    return to_person < MAILS_AN_HOUR and to_mailbox < MAILS_TO_A_MAILBOX
