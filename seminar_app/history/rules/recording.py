"""Past seminars, headcounts and training elsewhere: what may be recorded. No database.

A past seminar is one that was held before it was entered. A headcount says how many people there were, and names nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from seminar_app.agencies.rules import path_of
from seminar_app.seminars.rules import SeminarState

LONGEST_SOURCE = 300
"""Letters of the words that say where a number comes from."""
LONGEST_REASON = 300
MOST_ON_A_LIST = 20_000
"""Seats of a past seminar while its lists come, so that none is in the way; afterwards it has as many as people."""
MOST_PEOPLE = 1_000_000
MOST_MINUTES_A_DAY = 14 * 60


class ListOutcome(StrEnum):
    """What a list of a past seminar says of all people on it."""

    REGISTERED = "registered"
    """They were registered; whether they came is not known."""
    ATTENDED = "attended"
    """They came; for how long is not known, so no hours are credited."""
    COMPLETED = "completed"
    """They were there in all sessions."""


class TrainingState(StrEnum):
    """What became of a report of training that others held."""

    REPORTED = "reported"
    """An organizer has still to decide."""
    APPROVED = "approved"
    DECLINED = "declined"


class TrainingFault(StrEnum):
    """Why a report of training elsewhere cannot be taken."""

    REVERSED = "reversed"
    NOT_OVER = "not_over"
    TOO_LONG = "too_long"


def minutes_by_day(starts_on: date, ends_on: date, minutes: int) -> dict[date, int] | None:
    """Divide contact minutes over the days of a seminar: equal shares, and what is left over one by one from the first day on.

    None where they do not fit: fewer than a minute or more than 14 hours a day.
    """
    days = (ends_on - starts_on).days + 1
    share, more = divmod(minutes, days)
    if share < 1 or share + (more > 0) > MOST_MINUTES_A_DAY:
        return None
    return {starts_on + timedelta(days=each): share + (each < more) for each in range(days)}


class Numbers(Struct, frozen=True):
    """How many people were registered; how many of these attended; how many of these completed."""

    registered: int = 0
    attended: int = 0
    completed: int = 0

    @property
    def empty(self) -> bool:
        """Whether they count nobody."""
        return not (self.registered or self.attended or self.completed)

    @property
    def fault(self) -> NumbersFault | None:
        """Why they cannot be right; None if they can."""
        if min(self.registered, self.attended, self.completed) < 0 or self.registered > MOST_PEOPLE:
            return NumbersFault.OUT_OF_REACH
        if self.attended > self.registered:
            return NumbersFault.MORE_ATTENDED
        return NumbersFault.MORE_COMPLETED if self.completed > self.attended else None


class NumbersFault(StrEnum):
    """Why a headcount is impossible."""

    OUT_OF_REACH = "out_of_reach"
    MORE_ATTENDED = "more_attended"
    """More attended than were registered."""
    MORE_COMPLETED = "more_completed"
    """More completed than attended."""


def takes_headcounts(state: SeminarState, *, from_before: bool) -> bool:
    """Whether headcounts of a seminar may be recorded: of one from before until it is archived, of any other once it is completed."""
    if from_before:
        return state in (SeminarState.DRAFT, SeminarState.PUBLISHED, SeminarState.CLOSED, SeminarState.COMPLETED)
    return state is SeminarState.COMPLETED


def counted_twice(agency: int | None, named: Collection[int | None], parents: Mapping[int, int | None]) -> set[int | None]:
    """Return the agencies of named people whom a headcount of `agency` may count again.

    These are the agency, those below it and those above it. A headcount without an agency may count anybody. A person whose agency
    is not in the directory is in no agency's headcount.

    Args:
        agency: of the headcount.
        named: agencies of the people on the roster.
        parents: agency to parent, for the whole directory.
    """
    if agency is None:
        return set(named)
    above = set(path_of(agency, parents))
    return {each for each in named if each is not None and (each in above or agency in path_of(each, parents))}


def training_fault(starts_on: date, ends_on: date, minutes: int, *, today: date) -> TrainingFault | None:
    """Return why training elsewhere cannot be reported with these days and minutes; None if it can."""
    if ends_on < starts_on:
        return TrainingFault.REVERSED
    if ends_on > today:
        return TrainingFault.NOT_OVER
    days = (ends_on - starts_on).days + 1
    return TrainingFault.TOO_LONG if minutes > days * MOST_MINUTES_A_DAY else None
