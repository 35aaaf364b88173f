"""What a figure counts: people, participations or person-hours; of which status, period and seminars; broken down by what.

Source: docs/decisions/0056-reports.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct, field

from seminar_app.core.rounding import one_decimal
from seminar_app.seminars.rules import FIRST_DAY, LAST_DAY


class Count(StrEnum):
    """What is counted."""

    PEOPLE = "people"
    """Persons, each once, however many seminars they attended; merged records are one person."""
    PARTICIPATIONS = "participations"
    """One for each person in each seminar."""
    HOURS = "hours"
    """Credited contact hours, added up over all participations."""


class Status(StrEnum):
    """How far a participation must have come to be counted.

    Each includes those after it, but for seminars that credit an absence or ask for nothing: there some complete who were not there.
    """

    REGISTERED = "registered"
    """The person held a seat at the end, or was there at all."""
    ATTENDED = "attended"
    """The person was at one session at least."""
    COMPLETED = "completed"
    """The person reached the seminar's threshold."""


class Names(StrEnum):
    """Whether agencies bear the names of then or of now."""

    THEN = "then"
    """As each registration keeps them."""
    NOW = "now"
    """As the directory has them today; an agency that one other alone succeeded is counted as that one."""


class Dimension(StrEnum):
    """By what a figure can be broken down."""

    AGENCY = "agency"
    GROUP = "group"
    LEVEL = "level"
    STATE = "state"
    SEX = "sex"
    TOPIC = "topic"
    HOST = "host"
    OFFICE = "office"
    FUNDING_SOURCE = "funding_source"
    COUNTRY = "country"
    SEMINAR = "seminar"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"


OF_AGENCY = frozenset({Dimension.AGENCY, Dimension.GROUP, Dimension.LEVEL, Dimension.STATE})
"""What the agency as of then says, or the agency of today."""
OF_PEOPLE = OF_AGENCY | {Dimension.SEX}
"""What differs between the people of one seminar; all others say something of the seminar."""
PERIODS = frozenset({Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.FISCAL_YEAR})
"""What the seminar's last day says. They stand in the order of time."""
WITHHELD = frozenset({Dimension.AGENCY, Dimension.LEVEL, Dimension.STATE, Dimension.SEX})
"""What is not said of a reserved identity: it counts as `RESERVED`. The group is said, as on every list."""
OVERLAPPING = frozenset({Dimension.HOST})
"""One participation can be in several of their cells, so cells do not add up even where participations are counted."""

RESERVED = "reserved"
"""Value of a dimension for a reserved or erased identity. No code is in lower case."""
MISSING = ""
"""Value of a dimension where it is not known."""
OR = "|"
"""Stands between values of which a dimension must have one."""
EMPTY = "-"
"""Stands for `MISSING` where a text must not be empty. No value is only a hyphen."""
_ONE = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)
MOST_DIMENSIONS = 2
LONGEST_VALUE = 600
E = TypeVar("E", bound=StrEnum)


def one_of(values: Iterable[str]) -> str:
    """Return the text of `Definition.only` by which a dimension must have one of these values."""
    return OR.join(EMPTY if value == MISSING else _escaped(value) for value in values)


def _escaped(value: str) -> str:
    return f"\\{value}" if value == EMPTY else value.replace("\\", "\\\\").replace(OR, f"\\{OR}")


def values_of(text: str) -> list[str]:
    """Return the values that `one_of` wrote."""
    return [MISSING if each == EMPTY else re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL) for each in _ONE.findall(text)]


class Definition(Struct, frozen=True):
    """What a figure counts. Two figures of one definition differ only if the data changed.

    Attributes:
        by: dimensions that it is broken down by, at most `MOST_DIMENSIONS`.
        first, last: a seminar counts if its last day lies between these, both included; None is open.
        only: values that dimensions must have, each as `one_of` writes them.
        least_minutes: credited minutes that a participation must have at least.
    """

    count: Count = Count.PEOPLE
    status: Status = Status.COMPLETED
    by: tuple[Dimension, ...] = ()
    names: Names = Names.THEN
    first: date | None = None
    last: date | None = None
    only: Mapping[Dimension, str] = field(default_factory=dict)
    least_minutes: int = 0

    def written(self) -> dict[str, str]:
        """Return the definition as pairs of texts, for an address, a saved view, a snapshot or the audit log. What is usual is left out."""
        said = {
            "count": "" if self.count is Count.PEOPLE else self.count.value,
            "status": "" if self.status is Status.COMPLETED else self.status.value,
            "by": ",".join(self.by),
            "names": "" if self.names is Names.THEN else self.names.value,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "least_minutes": str(self.least_minutes or ""),
        }
        only = {each.value: value for each, value in sorted(self.only.items())}
        return {key: value for key, value in said.items() if value} | only


def read_definition(pairs: Mapping[str, str]) -> Definition:
    """Return the definition that pairs of texts say, as `Definition.written` writes them. What cannot be read is left out."""
    by = dict.fromkeys(each for name in pairs.get("by", "").split(",") if (each := _one_of(Dimension, name)) is not None)
    only = {each: pairs[each.value] for each in Dimension if pairs.get(each.value)}
    return Definition(
        _one_of(Count, pairs.get("count", "")) or Count.PEOPLE,
        _one_of(Status, pairs.get("status", "")) or Status.COMPLETED,
        tuple(by)[:MOST_DIMENSIONS],
        _one_of(Names, pairs.get("names", "")) or Names.THEN,
        _day(pairs.get("from", "")),
        _day(pairs.get("to", "")),
        {each: value[:LONGEST_VALUE] for each, value in only.items() if "\0" not in value},
        _number(pairs.get("least_minutes", "")),
    )


def _one_of(kind: type[E], name: str) -> E | None:
    return kind(name) if name in list(kind) else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0


def _day(text: str) -> date | None:
    """Return the day; one on which no seminar can end is the nearest on which one can."""
    try:
        day = date.fromisoformat(text) if len(text) == len("2014-06-05") else None
    except ValueError:
        return None
    return None if day is None else min(max(day, FIRST_DAY), LAST_DAY)


class ByStatus(Struct, frozen=True):
    """A number for each status."""

    registered: int = 0
    attended: int = 0
    completed: int = 0

    def of(self, status: Status) -> int:
        """Return the number of one status."""
        return {Status.REGISTERED: self.registered, Status.ATTENDED: self.attended, Status.COMPLETED: self.completed}[status]

    def __add__(self, other: ByStatus) -> ByStatus:
        """Return the sums."""
        return ByStatus(self.registered + other.registered, self.attended + other.attended, self.completed + other.completed)


class Figures(Struct, frozen=True):
    """All that is counted of one cell.

    Attributes:
        people: with a name; those that only a headcount knows are not among them.
        participations: those of headcounts included.
        minutes: credited, of those participations.
        without_names: participations of headcounts, which are among `participations`.
    """

    people: ByStatus = ByStatus()
    participations: ByStatus = ByStatus()
    minutes: ByStatus = ByStatus()
    without_names: ByStatus = ByStatus()

    def __add__(self, other: Figures) -> Figures:
        """Return the sums; of people only where nobody is in both."""
        return Figures(
            self.people + other.people,
            self.participations + other.participations,
            self.minutes + other.minutes,
            self.without_names + other.without_names,
        )

    def value(self, count: Count, status: Status) -> int | float:
        """Return the figure: a number of people or participations, or hours to one decimal."""
        match count:
            case Count.PEOPLE:
                return self.people.of(status)
            case Count.PARTICIPATIONS:
                return self.participations.of(status)
            case Count.HOURS:
                return hours(self.minutes.of(status))


def hours(minutes: int) -> float:
    """Return minutes as hours to one decimal, half up."""
    return float(one_decimal(Decimal(minutes) / 60))
