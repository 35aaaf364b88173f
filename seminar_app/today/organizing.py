"""The part of those who organize: what waits for them, seminars that run or begin soon, and deadlines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.registration.queries.waiting import Asking
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.moments import Moment, moments_to_come
from seminar_app.seminars.overview import DAYS_TO_FIND_A_COORDINATOR
from seminar_app.seminars.rules import SeminarState, local_of
from seminar_app.today.queries.door import DoorSession, sessions_of_today
from seminar_app.today.queries.seminars import Fill, ToComplete, fills_of, most_urgent_of, organized_by, seminars_here, to_complete
from seminar_app.today.queries.waiting import Waits, in_order, note_asking, waits_of_seminars, with_coordinators
from seminar_app.today.rules import (
    AHEAD,
    AT_MOST,
    DEADLINES_AHEAD,
    MOST_DEADLINES,
    MOST_GROUPS,
    MOST_WAITING,
    Phase,
    Waiting,
    days_until,
    phase_of,
    to_show,
)
from seminar_app.today.wording import WaitingIn, in_days, lines_of_waiting, where_in_time

ErasuresIn = Mapping[int, Asking]


class NextMoment(Struct, frozen=True):
    """What happens next to a seminar; `days`: how far off, in words."""

    moment: Moment
    days: str


class Card(Struct, frozen=True):
    """A seminar at a glance.

    Attributes:
        fills: how full it is, by agency group.
        more: how many further groups there are.
        next: what happens next by itself; None once it is over.
        sessions: those of today.
    """

    seminar: Seminar
    when: str
    phase: Phase
    fills: Sequence[Fill]
    more: int
    next: NextMoment | None
    sessions: Sequence[DoorSession]


class Deadline(Struct, frozen=True):
    """A date of a seminar within the next weeks."""

    seminar: Seminar
    next: NextMoment


class Organizing(Struct, frozen=True):
    """The part as the page shows it. Of each list as much as fits, and how many there are in all."""

    waiting: Sequence[WaitingIn]
    number_waiting: int
    cards: Sequence[Card]
    more_seminars: bool
    deadlines: Sequence[Deadline]
    number_of_deadlines: int


def organizing_of(session: Session, actor: Actor, *, erasures: ErasuresIn, all_of: Collection[str], now: datetime) -> Organizing:
    """Return the part.

    Args:
        erasures: who asks to be erased, by seminar; the caller asks, because this room may not.
        all_of: `waiting` or `deadlines`: the lists that are not cut.
    """
    organized = organized_by(actor)
    near, ended = seminars_here(session, organized, now=now), to_complete(session, organized, now=now)
    here = [each for each in near if each.starts_on <= now.date() + AHEAD]
    moments = moments_to_come(session, near, now=now)
    waiting, number_waiting = _waiting(session, actor, near, ended, erasures, all_of="waiting" in all_of, now=now)
    deadlines, most = _deadlines(near, moments, now=now), AT_MOST if "deadlines" in all_of else MOST_DEADLINES
    return Organizing(
        waiting=waiting,
        number_waiting=number_waiting,
        cards=(cards := _cards(session, ended, here, moments, now=now)),
        more_seminars=len(cards) < len(here) + ended.number,
        deadlines=[Deadline(seminar, _next(seminar, moment, now=now)) for moment, seminar in deadlines[:most]],
        number_of_deadlines=len(deadlines),
    )


def _waiting(
    session: Session,
    actor: Actor,
    near: Sequence[Seminar],
    ended: ToComplete,
    erasures: ErasuresIn,
    *,
    all_of: bool,
    now: datetime,
) -> tuple[list[WaitingIn], int]:
    """Return the seminars in which something waits, the most urgent first, and how many they are."""
    found = dict(waits_of_seminars(session, organized_by(actor), now=now))
    note_asking(found, Waiting.ERASURES, erasures)
    for seminar in ended.seminars:
        found.setdefault(seminar.id, []).append(Waits(Waiting.COMPLETE, 1))
    for seminar in _without_coordinator(session, near, now=now):
        found.setdefault(seminar.id, []).append(Waits(Waiting.NOBODY_AT_DOOR, 1))
    named = most_urgent_of(session, found, most=AT_MOST if all_of else MOST_WAITING, now=now)
    shown = [
        WaitingIn(seminar, where_in_time(seminar, now=now), [lines_of_waiting(seminar, each) for each in in_order(found[seminar.id])])
        for seminar in named
    ]
    return shown, len(found) + ended.number - len(ended.seminars)


def _without_coordinator(session: Session, near: Sequence[Seminar], *, now: datetime) -> list[Seminar]:
    soon = [
        each
        for each in near
        if each.state is not SeminarState.DRAFT and days_until(each.starts_on, each.time_zone, now=now) <= DAYS_TO_FIND_A_COORDINATOR
    ]
    assigned = with_coordinators(session, [each.id for each in soon])
    return [each for each in soon if each.id not in assigned]


def _cards(
    session: Session, ended: ToComplete, here: Sequence[Seminar], moments: Mapping[int, Sequence[Moment]], *, now: datetime
) -> list[Card]:
    shown = to_show(ended.seminars, here)
    fills = fills_of(session, shown)
    today, _later = sessions_of_today(session, [each.id for each in shown], now=now)

    def card(seminar: Seminar) -> Card:
        of_groups, to_come = fills[seminar.id], moments.get(seminar.id, ())
        return Card(
            seminar,
            where_in_time(seminar, now=now),
            phase_of(seminar, now=now),
            of_groups[:MOST_GROUPS],
            max(0, len(of_groups) - MOST_GROUPS),
            next((_next(seminar, each, now=now) for each in to_come), None),
            [each for each in today if each.seminar_id == seminar.id],
        )

    return [card(each) for each in shown]


def _next(seminar: Seminar, moment: Moment, *, now: datetime) -> NextMoment:
    day = local_of(moment.at, seminar.time_zone).date()
    return NextMoment(moment, in_days(days_until(day, seminar.time_zone, now=now)))


def _deadlines(near: Sequence[Seminar], moments: Mapping[int, Sequence[Moment]], *, now: datetime) -> list[tuple[Moment, Seminar]]:
    """Return the deadlines of the next weeks, the first one first."""
    soon = [
        (moment, seminar) for seminar in near for moment in moments[seminar.id] if moment.is_deadline and moment.at <= now + DEADLINES_AHEAD
    ]
    soon.sort(key=lambda pair: (pair[0].at, pair[1].id))
    return soon
