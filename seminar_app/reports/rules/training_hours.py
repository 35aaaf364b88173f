"""Hours per official: how many hours a rule asks for in a year, and how far a person has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from seminar_app.reports.rules.periods import HoursYear, Period, calendar_year, fiscal_year

MOST_HOURS = 2_000
"""A rule asks for less than a year of work."""


class HoursClass(StrEnum):
    """How far a person has come. Each class ends where the next begins, and the end belongs to it."""

    NONE = "none"
    QUARTER = "quarter"
    HALF = "half"
    THREE_QUARTERS = "three_quarters"
    NEARLY = "nearly"
    ALL = "all"


DUE = tuple(each for each in HoursClass if each is not HoursClass.ALL)
"""Classes of people who lack hours."""
_QUARTERS = {HoursClass.QUARTER: 1, HoursClass.HALF: 2, HoursClass.THREE_QUARTERS: 3}


class Span(Struct, frozen=True):
    """Minutes of a class: more than `above` (unless None), and at most `most` (unless None)."""

    above: int | None
    most: int | None


def span_of(which: HoursClass, needed: int) -> Span:
    """Return the minutes of a class in which `needed` minutes are asked for. Of no minutes only `NONE` holds.

    A quarter that is no whole minute ends at the whole minute below it.
    """
    match which:
        case HoursClass.NONE:
            return Span(None, 0)
        case HoursClass.NEARLY:
            return Span(needed * 3 // 4, needed - 1)
        case HoursClass.ALL:
            return Span(needed - 1, None)
        case _:
            return Span(needed * (_QUARTERS[which] - 1) // 4, needed * _QUARTERS[which] // 4)


class HoursAsked(Struct, frozen=True):
    """A rule: so many minutes in each year of a kind, valid from one day to another, both included. `office`: its code; None: all."""

    office: str | None
    minutes: int
    year: HoursYear
    valid_from: date
    valid_to: date | None
    source: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is valid on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, first: date, last: date | None) -> bool:
        """Whether it is valid on a day between these; None is open."""
        return (last is None or self.valid_from <= last) and (self.valid_to is None or first <= self.valid_to)


def year_days(kind: HoursYear, year: int) -> Period:
    """Return the days of a year of a kind."""
    return calendar_year(year) if kind is HoursYear.CALENDAR else fiscal_year(year)


def rules_in(rules: Iterable[HoursAsked], year: int) -> list[HoursAsked]:
    """Return the rules that hold in a year, valid on the last day of their kind of year: that of all offices first, then by office."""
    found = [rule for rule in rules if rule.holds_on(year_days(rule.year, year).last)]
    return sorted(found, key=lambda rule: rule.office or "")


def rule_for(holding: Iterable[HoursAsked], *, office: str | None, own: Iterable[str] = ()) -> HoursAsked | None:
    """Return the rule by which a reader sees a year.

    Args:
        holding: the rules that hold in the year (`rules_in`).
        office: whose rule the reader chose: a code, or an empty text for that of all offices; None if they chose none.
        own: codes of the reader's offices. The rule of the only one comes before that of all offices.
    """
    by_office = {rule.office or "": rule for rule in holding}
    if office is not None and office in by_office:
        return by_office[office]
    mine = [code for code in own if code in by_office]
    if len(mine) == 1:
        return by_office[mine[0]]
    return next(iter(by_office.values()), None)
