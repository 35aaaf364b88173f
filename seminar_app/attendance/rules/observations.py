"""Make the mark of one person in one session from what was observed. No database.

An observation is only ever added. Each one names the observation that its recorder had in view (`follows`), so observations form
a tree, and the order in which they arrive does not matter. Source: docs/decisions/0006-attendance.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from seminar_app.attendance.rules.marks import ATTENDED, LATENESS_MINUTES, MarkMethod, MarkStatus, credited_minutes
from seminar_app.seminars.rules import ExcusedRule


class ObservationKind(StrEnum):
    """What was seen of a person in a session."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"
    IN = "in"
    OUT = "out"
    CLEARED = "cleared"
    """The mark was taken away."""


PRESENCE = frozenset({ObservationKind.PRESENT, ObservationKind.LATE, ObservationKind.LEFT_EARLY, ObservationKind.IN, ObservationKind.OUT})
"""Kinds that say that the person was there, which nobody can know long before a session."""

EARLIEST = timedelta(minutes=60)
"""How long before a session somebody can be seen there."""

AUTOMATIC = frozenset({MarkMethod.SCAN, MarkMethod.SELF})
"""Methods in which nobody looked at the person."""


class Observed(Struct, frozen=True):
    """The facts of an observation that the mark is made of; `minutes` None if nobody said them."""

    id: UUID
    kind: ObservationKind
    minutes: int | None
    follows: UUID | None
    observed_at: datetime
    method: MarkMethod


class Times(Struct, frozen=True):
    """A session as it now is, and how its seminar counts excused absences."""

    starts_at: datetime
    ends_at: datetime
    contact_minutes: int
    excused_rule: ExcusedRule


class ObservedMark(Struct, frozen=True):
    """The mark that observations make.

    Attributes:
        last: the observation that the mark ends with, and that a page shows.
        status: None if the mark was taken away.
        minutes: as they were said, or as times in and out measured them; None if they follow from the session.
        time_in, time_out: first arrival and last departure, where they were recorded.
        still_in: the person was seen to arrive and not to leave, so the minutes count to the session's end.
        conflict: two recorders with the same view said different things. It stays so for ever.
    """

    last: UUID
    status: MarkStatus | None
    minutes: int | None
    time_in: datetime | None
    time_out: datetime | None
    still_in: bool
    conflict: bool


def may_observe(kind: ObservationKind, *, at: datetime, starts_at: datetime) -> bool:
    """Whether this can be observed at that time: presence from 60 minutes before the session, an absence at any time."""
    return kind not in PRESENCE or at >= starts_at - EARLIEST


def observed_time(said: datetime, *, received_at: datetime) -> datetime:
    """Return when something was observed: as the device said, but never after it was received."""
    return min(said, received_at)


def mark_of(observations: Iterable[Observed], session: Times) -> ObservedMark | None:
    """Return the mark that all observations of one person in one session make; None if there are none.

    The mark is the end of the chain. Where several observations follow the same one, equal ones count as one; of the others the
    branch stands whose end was observed last, and they are a conflict. A scan or self check-in that is not newer than what a
    person recorded does not displace it.
    """
    steps = _tree(observations)
    if not steps:
        return None
    ends = list(range(len(steps)))
    best: dict[int, int] = {}
    for place in range(len(steps) - 1, -1, -1):  # a step's followers come after it, so their ends are known
        if place in best and not _displaces(steps[ends[best[place]]], steps[place]):
            del best[place]
        if place in best:
            ends[place] = ends[best[place]]
        before = steps[place].before
        other = best.get(before)
        if other is None or steps[ends[place]].rank > steps[ends[other]].rank:
            best[before] = place
    end = ends[best[-1]]
    chain = []
    place = end
    while place >= 0:
        chain.append(steps[place])
        place = steps[place].before
    return _read(chain[::-1], session, conflict=any(step.contested for step in steps))


class _Step(Struct):
    """Equal observations that follow the same one, in order of time; `before` is the place of what they follow, -1 for none."""

    observed: Sequence[Observed]
    before: int
    contested: bool

    @property
    def last(self) -> Observed:
        return self.observed[-1]

    @property
    def said_by_person(self) -> bool:
        return any(each.method not in AUTOMATIC for each in self.observed)

    @property
    def rank(self) -> tuple[datetime, bool, str]:
        return self.last.observed_at, self.said_by_person, self.last.id.hex


def _in_time(observed: Observed) -> tuple[datetime, str]:
    return observed.observed_at, observed.id.hex


def _displaces(end: _Step, step: _Step) -> bool:
    """Whether the end of a branch stands above the step that it goes back to."""
    return end.said_by_person or not step.said_by_person or end.last.observed_at > step.last.observed_at


def _tree(observations: Iterable[Observed]) -> list[_Step]:
    """Return the steps of all chains, each after what it follows. What an observation follows may not have arrived yet."""
    ordered = sorted(observations, key=_in_time)
    known = {each.id for each in ordered}
    followers: dict[UUID | None, list[Observed]] = {}
    for each in ordered:
        followers.setdefault(each.follows, []).append(each)
    steps: list[_Step] = []
    placed: set[UUID] = set()

    def grow(following: Iterable[Observed], before: int, *, contested: bool = False) -> None:
        by_value: dict[tuple[ObservationKind, int | None], list[Observed]] = {}
        for each in following:
            if each.id not in placed:
                by_value.setdefault((each.kind, each.minutes), []).append(each)
                placed.add(each.id)
        steps.extend(_Step(sorted(equal, key=_in_time), before, contested or len(by_value) > 1) for equal in by_value.values())

    def grow_all(place: int) -> None:
        while place < len(steps):
            grow((one for each in steps[place].observed for one in followers.get(each.id, ())), place)
            place += 1

    for follows, first in followers.items():
        if follows not in known:
            grow(first, -1)
    grow_all(0)
    for each in ordered:  # observations that follow one another in a circle are a conflict: the earliest is taken for the first
        if each.id not in placed:
            begun = len(steps)
            grow([each], -1, contested=True)
            grow_all(begun)
    return steps


_Stay = tuple[datetime | None, datetime | None]
"""When somebody came and left; None for «since it began» and «still there»."""


def _read(chain: Sequence[_Step], session: Times, *, conflict: bool) -> ObservedMark:
    """Read a chain: the last word of it, and the times in and out after that. Who was said to be there was there from the beginning."""
    status: MarkStatus | None = None
    minutes: int | None = None
    stays: list[_Stay] = []
    for step in chain:
        match step.last.kind:
            case ObservationKind.IN:
                _arrive(stays, step.observed[0].observed_at)
            case ObservationKind.OUT:
                _leave(stays, step.last.observed_at)
            case ObservationKind.CLEARED:
                status, minutes, stays = None, None, []
            case said:
                status, minutes = MarkStatus(said.value), step.last.minutes
                stays = [(None, None)] if status in ATTENDED else []
    seen = stays not in ([], [(None, None)])
    if seen and status in ATTENDED:
        status, minutes = _shortened(status, minutes, stays, session)
    elif seen:
        status, minutes = _measured(stays, session)
    return ObservedMark(
        last=chain[-1].last.id,
        status=status,
        minutes=minutes,
        time_in=stays[0][0] if seen else None,
        time_out=stays[-1][1] if seen else None,
        still_in=seen and stays[-1][1] is None,
        conflict=conflict,
    )


def _arrive(stays: list[_Stay], at: datetime) -> None:
    """Begin a stay, unless the person is there. The clocks of two devices may differ: nobody comes back before they left."""
    if not stays:
        stays.append((at, None))
    elif (left := stays[-1][1]) is not None:
        stays.append((max(at, left), None))


def _leave(stays: list[_Stay], at: datetime) -> None:
    """End the stay. Of two departures the later counts."""
    came = stays.pop()[0] if stays else None
    stays.append((came, max(at, came or at)))


def _measured(stays: Sequence[_Stay], session: Times) -> tuple[MarkStatus, int | None]:
    """Return the mark of a person who came and left at these times.

    Less than 15 minutes missed is present. An arrival 15 minutes late or later is late; the rest left early.
    """
    there = _time_there(stays, session)
    tolerated = timedelta(minutes=LATENESS_MINUTES)
    if (session.ends_at - session.starts_at) - there < tolerated:
        return MarkStatus.PRESENT, None
    came = stays[0][0] or session.starts_at
    late = came >= session.starts_at + tolerated
    minutes = min(there // timedelta(minutes=1), session.contact_minutes)
    return (MarkStatus.LATE if late else MarkStatus.LEFT_EARLY), minutes


def _shortened(
    status: MarkStatus | None, minutes: int | None, stays: Sequence[_Stay], session: Times
) -> tuple[MarkStatus | None, int | None]:
    """Return the mark of somebody who was said to be there and seen to leave: that can only take minutes away."""
    there = _time_there(stays, session)
    if status is None or (session.ends_at - session.starts_at) - there < timedelta(minutes=LATENESS_MINUTES):
        return status, minutes
    worth = credited_minutes(status, minutes, contact_minutes=session.contact_minutes, excused_rule=session.excused_rule)
    return MarkStatus.LEFT_EARLY, min(worth, there // timedelta(minutes=1))


def _time_there(stays: Sequence[_Stay], session: Times) -> timedelta:
    """Return how much of the session as it now is the stays cover; if it was moved away from all of them, how long they lasted."""
    there = sum((_within(begin, end, session) for begin, end in stays), timedelta())
    whole = [(begin, end) for begin, end in stays if begin is not None and end is not None]
    if there or len(whole) < len(stays):
        return there
    return sum((end - begin for begin, end in whole), timedelta())


def _within(begin: datetime | None, end: datetime | None, session: Times) -> timedelta:
    first, last = max(begin or session.starts_at, session.starts_at), min(end or session.ends_at, session.ends_at)
    return max(last - first, timedelta())
