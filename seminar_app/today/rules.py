"""Which seminars stand on the page «Today», in which order, and what can wait in them. No database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from seminar_app.core.actor import RoleName
from seminar_app.seminars.rules import HasSchedule, is_over, local_of

AHEAD = timedelta(weeks=8)
"""Seminars that begin within this time stand on the page."""
DEADLINES_AHEAD = timedelta(weeks=4)
AFTERWARDS = timedelta(days=90)
"""So long after a seminar its people and its mail are asked about; a seminar that is not completed is named however old it is."""
UNTAKEN_WITHIN = timedelta(days=30)
"""A session without attendance is named so long."""
NEWS_WITHIN = timedelta(days=14)
"""A liaison is told so long that a request of hers was decided."""
ALERTS_WITHIN = timedelta(days=7)
MOST_WAITING, MOST_SEMINARS, MOST_ENDED, MOST_DEADLINES, MOST_GROUPS, MOST_SESSIONS = 6, 8, 3, 10, 6, 5
"""Seminars with something that waits, seminars, those of them that have ended, deadlines, meters of a seminar, later sessions."""
AT_MOST = 200
"""So many of each are shown where all are asked for."""


class Part(StrEnum):
    """A part of the page, in the page's order."""

    ORGANIZING = "organizing"
    DOOR = "door"
    AGENCY = "agency"
    OVERSIGHT = "oversight"
    INSTALLATION = "installation"


_SEEN_BY = {
    Part.ORGANIZING: {RoleName.ORGANIZER, RoleName.ADMIN},
    Part.DOOR: {RoleName.COORDINATOR},
    Part.AGENCY: {RoleName.LIAISON},
    Part.OVERSIGHT: {RoleName.AUDITOR},
    Part.INSTALLATION: {RoleName.ADMIN},
}


def parts_of(roles: Iterable[str]) -> list[Part]:
    """Return the parts that an account with these roles sees, each once."""
    held = set(roles)
    return [part for part in Part if held & _SEEN_BY[part]]


class Phase(StrEnum):
    """Where a seminar stands in time."""

    RUNNING = "running"
    COMING = "coming"
    ENDED = "ended"


def phase_of(seminar: HasSchedule, *, now: datetime) -> Phase:
    """Return whether the seminar runs, is to come or is over, by the days of its own zone."""
    if is_over(seminar, now=now):
        return Phase.ENDED
    return Phase.COMING if days_until(seminar.starts_on, seminar.time_zone, now=now) > 0 else Phase.RUNNING


def days_until(day: date, time_zone: str, *, now: datetime) -> int:
    """Return the number of days until `day` where the zone is; 0 for today, less for a day that has passed."""
    return (day - local_of(now, time_zone).date()).days


class Dated(Protocol):
    """A seminar, or what is known of it, that can be put in order."""

    @property
    def id(self) -> int:
        """Its internal id."""

    @property
    def starts_on(self) -> date:
        """Its first day."""

    @property
    def ends_on(self) -> date:
        """Its last day."""


Some = TypeVar("Some", bound=Dated)


def most_urgent_first(seminars: Iterable[Some], *, today: date) -> list[Some]:
    """Return those that run, then those to come, the nearest first, then those that are over, the last one first.

    An order can do without zones, so `today` is the day in UTC.
    """

    def key(seminar: Some) -> tuple[int, int, int]:
        first = seminar.starts_on.toordinal()
        if seminar.ends_on < today:
            return 2, -first, seminar.id
        return int(seminar.starts_on > today), first, seminar.id

    return sorted(seminars, key=key)


def to_show(ended: Sequence[Some], here: Sequence[Some]) -> list[Some]:
    """Return the seminars that get a card, in order of date: the last ones that ended, and those that run or are to come.

    Args:
        ended: those that wait to be completed, the last one first.
        here: those that run or begin soon, in order of date.
    """
    last = list(reversed(ended[:MOST_ENDED]))
    return [*last, *here[: MOST_SEMINARS - len(last)]]


class Waiting(StrEnum):
    """What can wait in a seminar for those who organize it, in the order of its lines."""

    SEATS_ASKED = "seats_asked"
    """People stand at the door."""
    UNTAKEN = "untaken"
    """Sessions without attendance."""
    PENDING = "pending"
    NOMINATED = "nominated"
    PROPOSED = "proposed"
    """Officials propose a substitute."""
    REQUESTS = "requests"
    """Liaisons ask to change the list."""
    NAMES = "names"
    AGENCIES = "agencies"
    """People whose agency is to be assigned."""
    NOBODY_AT_DOOR = "nobody_at_door"
    ERASURES = "erasures"
    MAIL = "mail"
    COMPLETE = "complete"
    CERTIFICATES = "certificates"
    FORMS = "forms"
    """Forms whose button in the mail was not pressed; staff can press it for the person on the phone."""
