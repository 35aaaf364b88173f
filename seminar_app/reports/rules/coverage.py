"""Coverage: which states were reached, which agencies came together, who did not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain

from msgspec import Struct

from seminar_app.core.rounding import whole_percent
from seminar_app.reports.rules.definitions import Dimension
from seminar_app.reports.rules.periods import Period, read_period, written

TOGETHER = 3
"""A seminar brings agencies together if people of so many agency groups were there."""
NAMED_PARTS = 3
"""Agency groups of a seminar that its bar names; all others are one part."""
SMALL_BASE = 20
"""A share of fewer people than this says little: one person more or less moves it by more than five percent."""
_MONTHS_AT_MOST, _QUARTERS_AT_MOST = 366, 3 * 366


class Reached(StrEnum):
    """Whether people of a state attended a seminar."""

    IN_PERIOD = "in_period"
    BEFORE = "before"
    """Not in the period, but before."""
    NEVER = "never"
    """Neither in the period nor before."""


def reached(people: int, last_day: date | None) -> Reached:
    """Return the class of a state.

    Args:
        people: who attended in the period, with a name or without.
        last_day: of the last seminar that somebody attended, in the period or before.
    """
    if people:
        return Reached.IN_PERIOD
    return Reached.NEVER if last_day is None else Reached.BEFORE


def trend_by(first: date, last: date) -> Dimension:
    """Return by what the trend of these days is shown: months of up to a year, quarters of up to three, fiscal years beyond."""
    days = (last - first).days + 1
    if days <= _MONTHS_AT_MOST:
        return Dimension.MONTH
    return Dimension.QUARTER if days <= _QUARTERS_AT_MOST else Dimension.FISCAL_YEAR


def parts_of(by: Dimension, first: date, last: date) -> list[str]:
    """Return every month, quarter or fiscal year from one day to another, those in which nothing happened too."""
    return list(_parts(by, first, last))


def _parts(by: Dimension, first: date, last: date) -> Iterator[str]:
    day = first
    while day <= last:
        part = written(by, day)
        yield part
        period: Period | None = read_period(part)
        if period is None:
            raise ValueError(part)
        day = period.last + timedelta(days=1)


class Mix(Struct, frozen=True):
    """The agency groups of a seminar's people.

    Attributes:
        people: who attended; those without an agency are of no group, but count among them.
        groups: how many groups.
        parts: the largest groups with their people, the largest first.
        rest: people of all other groups, and without one.
    """

    people: int
    groups: int
    parts: Sequence[tuple[str, int]]
    rest: int

    @property
    def together(self) -> bool:
        """Whether the seminar brought agencies together."""
        return self.groups >= TOGETHER

    @property
    def largest_percent(self) -> int:
        """The share of the largest group, of all who attended."""
        return whole_percent(self.parts[0][1], self.people) if self.parts else 0


def mix_of(people: Mapping[str, int]) -> Mix:
    """Return the mix of a seminar, from how many people of each group attended; those of no agency are under an empty code."""
    total = sum(people.values())
    groups = sorted(((code, number) for code, number in people.items() if code and number), key=lambda each: (-each[1], each[0]))
    named = groups[:NAMED_PARTS]
    return Mix(total, len(groups), named, total - sum(number for _, number in named))


def brought_together(seminars: Iterable[Iterable[int]]) -> int:
    """Return how many seminars people of at least `TOGETHER` agency groups attended.

    Args:
        seminars: for each group the numbers of those that somebody of it attended.
    """
    groups = Counter(chain.from_iterable(seminars))
    return sum(number >= TOGETHER for number in groups.values())


class NoShow(Struct, frozen=True):
    """Of the people of a group who held a seat at the end of completed seminars, those who were at no session."""

    group: str
    seated: int
    absent: int

    @property
    def percent(self) -> int:
        """Whole percent of those seated."""
        return whole_percent(self.absent, self.seated)

    @property
    def small(self) -> bool:
        """Whether so few held a seat that the share says little."""
        return self.seated < SMALL_BASE


def no_shows(counted: Iterable[tuple[str, int, int]]) -> list[NoShow]:
    """Return the no-shows by group, the largest share first; small bases and people without an agency stand last.

    Args:
        counted: group, people seated, and those of them who were at no session; a group may come several times.
    """
    sums: dict[str, tuple[int, int]] = {}
    for group, seated, absent in counted:
        before = sums.get(group, (0, 0))
        sums[group] = (before[0] + seated, before[1] + absent)
    found = [NoShow(group, *numbers) for group, numbers in sums.items() if numbers[0]]
    return sorted(found, key=lambda each: (each.small, not each.group, -each.absent / each.seated, each.group))
