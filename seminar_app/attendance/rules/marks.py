"""Marks, credited minutes and completion. No database.

Source: docs/decisions/0006-attendance.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from seminar_app.core.rounding import percent
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import ExcusedRule, SeminarState


class MarkStatus(StrEnum):
    """How a person attended a session."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"


class MarkMethod(StrEnum):
    """How the mark was taken."""

    SCAN = "scan"
    LIST = "list"
    SELF = "self"
    PAPER = "paper"
    IMPORT = "import"
    MERGE = "merge"
    """Copied from another registration of the same person when two records were merged."""


LATENESS_MINUTES = 15
"""Minutes that a person who came late or left early is taken to have missed, until the coordinator enters the real number."""

ATTENDED = frozenset({MarkStatus.PRESENT, MarkStatus.LATE, MarkStatus.LEFT_EARLY})
"""Marks of people who were there, if not for all of it."""

HAS_MINUTES = frozenset({MarkStatus.LATE, MarkStatus.LEFT_EARLY})
"""Marks whose minutes a coordinator may set. The minutes of the others follow from the session and the seminar's rule."""


def default_minutes(status: MarkStatus, *, contact_minutes: int, excused_rule: ExcusedRule) -> int:
    """Return the minutes credited for a mark when the coordinator enters none.

    Present: all. Late or left early: all but 15, and never less than half. Excused: all where the seminar credits
    excused absences, else none. Absent: none.
    """
    match status:
        case MarkStatus.PRESENT:
            return contact_minutes
        case MarkStatus.LATE | MarkStatus.LEFT_EARLY:
            return max(contact_minutes - LATENESS_MINUTES, contact_minutes // 2)
        case MarkStatus.EXCUSED:
            return contact_minutes if excused_rule is ExcusedRule.CREDITED else 0
        case MarkStatus.ABSENT:
            return 0


def may_credit(minutes: int, *, contact_minutes: int) -> bool:
    """Whether a mark may credit this many minutes: from 0 to all of the session's."""
    return 0 <= minutes <= contact_minutes


def minutes_said(status: MarkStatus, asked: int | None, *, contact_minutes: int, excused_rule: ExcusedRule) -> int | None:
    """Return the minutes that a mark keeps: those asked for if the status has minutes of its own, else None.

    A number equal to the default counts as the default, because the page fills it in by itself. So a session whose length is
    corrected later corrects these minutes too.
    """
    if status not in HAS_MINUTES or asked is None:
        return None
    return None if asked == default_minutes(status, contact_minutes=contact_minutes, excused_rule=excused_rule) else asked


def credited_minutes(status: MarkStatus, said: int | None, *, contact_minutes: int, excused_rule: ExcusedRule) -> int:
    """Return the minutes a mark is worth in its session as the session now is.

    Minutes that were not said follow from the session and the seminar's rule; minutes that were said are never worth more than the
    session has.
    """
    if status in HAS_MINUTES and said is not None:
        return min(said, contact_minutes)
    return default_minutes(status, contact_minutes=contact_minutes, excused_rule=excused_rule)


class CountedSession(Struct, frozen=True):
    """The facts of a session that completion needs."""

    contact_minutes: int
    counts: bool


class StoredMark(Struct, frozen=True):
    """The facts of a mark that completion needs; `minutes` as somebody said them, or None."""

    status: MarkStatus
    minutes: int | None


class GivenMark(Protocol):
    """Anything that has the facts of a mark that completion needs."""

    @property
    def status(self) -> MarkStatus:
        """What was marked."""

    @property
    def minutes(self) -> int | None:
        """Minutes as somebody said them, or None."""


class Completion(Struct, frozen=True):
    """How much of a seminar a person attended, in minutes of the sessions that count."""

    minutes_credited: int
    contact_minutes: int
    """The denominator: contact minutes without the sessions that an excuse takes out."""
    threshold_percent: int

    @property
    def percent(self) -> float:
        """Percent to one decimal, 0 to 100. For showing only: 79.96 % of a threshold of 80 shows as 79.9."""
        return percent(self.minutes_credited, self.contact_minutes, threshold_percent=self.threshold_percent)

    @property
    def reached(self) -> bool:
        """Whether the threshold is reached, exact because in whole numbers. A seminar without minutes to attend cannot be completed."""
        return self.contact_minutes > 0 and self.minutes_credited * 100 >= self.threshold_percent * self.contact_minutes


def completion(
    seminar_sessions: Sequence[CountedSession], marks: Sequence[GivenMark | None], *, threshold_percent: int, excused_rule: ExcusedRule
) -> Completion:
    """Credited minutes over contact minutes of the sessions that count; what is not marked earns nothing.

    Args:
        seminar_sessions: all sessions of the seminar.
        marks: one person's mark for each of them, in the same order.
    """
    credited = contact = 0
    for seminar_session, mark in zip(seminar_sessions, marks, strict=True):
        if not seminar_session.counts:
            continue
        if mark is None:
            contact += seminar_session.contact_minutes
        elif mark.status is not MarkStatus.EXCUSED or excused_rule is not ExcusedRule.NOT_COUNTED:
            contact += seminar_session.contact_minutes
            credited += credited_minutes(
                mark.status, mark.minutes, contact_minutes=seminar_session.contact_minutes, excused_rule=excused_rule
            )
    return Completion(credited, contact, threshold_percent)


def completes(state: RegistrationState, done: Completion, *, seminar: SeminarState) -> bool:
    """Whether a person completes the seminar: the seat is held to the end, and the threshold is reached.

    A cancelled seminar completes nobody, whatever was marked before it was cancelled.
    """
    return seminar is not SeminarState.CANCELLED and state is RegistrationState.REGISTERED and done.reached


class Counts(Struct, frozen=True):
    """How many people of a group have each mark."""

    people: int
    by_status: Mapping[MarkStatus, int]

    @property
    def marked(self) -> int:
        """People with a mark."""
        return sum(self.by_status.values())

    @property
    def unmarked(self) -> int:
        """People without a mark."""
        return self.people - self.marked

    @property
    def attended(self) -> int:
        """People who were there, late and leaving early included."""
        return sum(self.by_status[status] for status in ATTENDED)


def count_marks(statuses: Iterable[MarkStatus | None]) -> Counts:
    """Count the marks of a group, one for each person, None where there is no mark."""
    return counts_from(Counter(statuses))


def counts_from(counted: Counter[MarkStatus | None]) -> Counts:
    """Build the counts from numbers that the database has counted."""
    return Counts(people=counted.total(), by_status={status: counted[status] for status in MarkStatus})


def takes_marks(state: SeminarState) -> bool:
    """Whether attendance may be changed: not in a draft (it has no people yet), nor once the seminar is completed or archived."""
    return state in {SeminarState.PUBLISHED, SeminarState.CLOSED, SeminarState.CANCELLED}
