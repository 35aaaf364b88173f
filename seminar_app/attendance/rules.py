"""Marks, credited minutes and completion. No database.

Source: docs/decisions/0006-attendance.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seminar_app.core.rounding import percent
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import ExcusedRule, SeminarState


class MarkStatus(StrEnum):
    """How somebody attended a session."""

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


LATENESS_MINUTES = 15
"""What somebody who came late or left early is taken to have missed, until the coordinator says better."""

ATTENDED = frozenset({MarkStatus.PRESENT, MarkStatus.LATE, MarkStatus.LEFT_EARLY})
"""Marks of people who were there, if not for all of it."""

HAS_MINUTES = frozenset({MarkStatus.LATE, MarkStatus.LEFT_EARLY})
"""Marks whose minutes a coordinator may set; those of the others follow from the session and the seminar's rule."""


def default_minutes(status: MarkStatus, *, contact_minutes: int, excused_rule: ExcusedRule) -> int:
    """Minutes credited for a mark when nobody says otherwise.

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
    """Whether a mark may credit so many minutes: none to all of the session's."""
    return 0 <= minutes <= contact_minutes


def minutes_to_store(status: MarkStatus, asked: int | None, *, contact_minutes: int, excused_rule: ExcusedRule) -> int:
    """Minutes a mark is stored with: those asked for where the status has its own, else what follows from it."""
    if status in HAS_MINUTES and asked is not None:
        return asked
    return default_minutes(status, contact_minutes=contact_minutes, excused_rule=excused_rule)


def credited_minutes(status: MarkStatus, stored: int, *, contact_minutes: int, excused_rule: ExcusedRule) -> int:
    """Minutes a stored mark is worth today.

    A session whose contact minutes were corrected after the marks, or a seminar whose excused rule was, is counted as it
    now is: present is the whole session, and nobody gets more than the session has.
    """
    if status in HAS_MINUTES:
        return min(stored, contact_minutes)
    return default_minutes(status, contact_minutes=contact_minutes, excused_rule=excused_rule)


@dataclass(frozen=True, slots=True)
class CountedSession:
    """What completion needs to know of a session."""

    contact_minutes: int
    counts: bool


@dataclass(frozen=True, slots=True)
class StoredMark:
    """What completion needs to know of a mark; `minutes` as stored."""

    status: MarkStatus
    minutes: int


@dataclass(frozen=True, slots=True)
class Completion:
    """How much of a seminar somebody attended, in minutes of the sessions that count."""

    minutes_credited: int
    contact_minutes: int
    """The denominator: without the sessions that an excuse takes out."""
    threshold_percent: int

    @property
    def percent(self) -> float:
        """Percent to one decimal, 0 to 100. For showing only: 79.96 % of a threshold of 80 shows as 79.9."""
        return percent(self.minutes_credited, self.contact_minutes, threshold_percent=self.threshold_percent)

    @property
    def reached(self) -> bool:
        """Whether the threshold is reached, in whole numbers and so exactly. Nobody completes what has no minutes to attend."""
        return self.contact_minutes > 0 and self.minutes_credited * 100 >= self.threshold_percent * self.contact_minutes


def completion(
    seminar_sessions: Sequence[CountedSession], marks: Sequence[StoredMark | None], *, threshold_percent: int, excused_rule: ExcusedRule
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


def completes(state: RegistrationState, done: Completion) -> bool:
    """Whether somebody completes the seminar: a seat held to the end, and the threshold reached."""
    return state is RegistrationState.REGISTERED and done.reached


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of a group have which mark."""

    people: int
    by_status: Mapping[MarkStatus, int]

    @property
    def marked(self) -> int:
        """People with a mark."""
        return sum(self.by_status.values())

    @property
    def unmarked(self) -> int:
        """People without one."""
        return self.people - self.marked

    @property
    def attended(self) -> int:
        """People who were there, late and leaving early included."""
        return sum(self.by_status[status] for status in ATTENDED)


def count_marks(statuses: Iterable[MarkStatus | None]) -> Counts:
    """Counts of a group from each person's mark, None where there is none."""
    return counts_from(Counter(statuses))


def counts_from(counted: Counter[MarkStatus | None]) -> Counts:
    """The same where somebody else has counted."""
    return Counts(people=counted.total(), by_status={status: counted[status] for status in MarkStatus})


def takes_marks(state: SeminarState) -> bool:
    """Whether attendance may be changed: in any state but a draft, which has nobody, and the archive, which is shut."""
    return state not in (SeminarState.DRAFT, SeminarState.ARCHIVED)
