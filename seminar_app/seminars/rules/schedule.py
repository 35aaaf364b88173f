"""Local times and their pitfalls, and whether sessions fit into a seminar's days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LONGEST_SEMINAR_DAYS = 366
LONGEST_NIGHT = timedelta(hours=12)
"""Of a session over midnight. What would take longer has its two times the wrong way round."""


class TimeFault(StrEnum):
    """Why a local time names no instant (skipped) or two (twice)."""

    SKIPPED = "skipped"
    TWICE = "twice"


def local_time_fault(local: datetime, time_zone: str) -> TimeFault | None:
    """Return whether the clocks of a time zone skip this local time (in spring) or show it twice (in autumn), else None.

    Source: PEP 495, by comparing the offsets of both folds.
    """
    zone = ZoneInfo(time_zone)
    earlier, later = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if earlier.utcoffset() == later.utcoffset():
        return None
    there_and_back = earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return TimeFault.TWICE if there_and_back == local else TimeFault.SKIPPED


def instant_of(local: datetime, time_zone: str) -> datetime:
    """Return the instant of a local time, in UTC: of two instants the first; a skipped time is as much later as the clocks move."""
    return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def local_of(instant: datetime, time_zone: str) -> datetime:
    """Return the local time of an instant, without a time zone, as people type it."""
    return instant.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)


def moved(instant: datetime, time_zone: str, *, days: int = 0, to_zone: str | None = None) -> datetime:
    """Return the same local time `days` later, in `to_zone` if given: nine o'clock stays nine o'clock."""
    return instant_of(local_of(instant, time_zone) + timedelta(days=days), to_zone or time_zone)


def days_between(starts_on: date, ends_on: date) -> list[date]:
    """Return each day from the first to the last."""
    return [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1)]


def session_span(day: date, starts: time, ends: time, time_zone: str) -> tuple[datetime, datetime] | None:
    """Return the local start and end of a session that begins on `day`, or None if it would end before it begins.

    An end that is not after the start is of the next day: at 0:00 it is the midnight after `day`, and a later one is taken
    for a session over midnight only if that takes at most `LONGEST_NIGHT`.
    """
    overnight = ends <= starts
    begins = datetime.combine(day, starts)
    until = datetime.combine(day + timedelta(days=1) if overnight else day, ends)
    lasts = instant_of(until, time_zone) - instant_of(begins, time_zone)
    if lasts <= timedelta(0) or (overnight and ends != time(0) and lasts > LONGEST_NIGHT):
        return None
    return begins, until


class SessionTimes(Struct, frozen=True):
    """The times of a session, with a key that the caller chooses."""

    key: object
    starts_at: datetime
    ends_at: datetime


def overlapping(seminar_session: SessionTimes, others: Iterable[SessionTimes]) -> SessionTimes | None:
    """Return the first of the others that is held at the same time, or None. A session may begin when another ends."""
    return next(
        (
            o
            for o in others
            if o.key != seminar_session.key and o.starts_at < seminar_session.ends_at and seminar_session.starts_at < o.ends_at
        ),
        None,
    )


def within_dates(seminar_session: SessionTimes, *, starts_on: date, ends_on: date, time_zone: str) -> bool:
    """Whether a session lies within the seminar's days, in the seminar's time zone."""
    first, last = local_of(seminar_session.starts_at, time_zone), local_of(seminar_session.ends_at - timedelta(microseconds=1), time_zone)
    return starts_on <= first.date() and last.date() <= ends_on


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return the whole minutes from start to end."""
    return int((ends_at - starts_at).total_seconds() // 60)


def minutes_said(minutes: int, starts_at: datetime, ends_at: datetime) -> int | None:
    """Return the contact minutes where they are fewer than the session lasts, else None: those of a whole session follow its hours."""
    return None if minutes == minutes_between(starts_at, ends_at) else minutes


def parse_speakers(lines: str) -> tuple[tuple[str, str | None], ...]:
    """Return (name, affiliation) for each line «name, affiliation», in order. The affiliation begins after the first comma."""
    speakers = []
    for line in lines.splitlines():
        name, _comma, affiliation = (part.strip() for part in line.partition(","))
        if name:
            speakers.append((name, affiliation or None))
    return tuple(speakers)


def session_at_the_door(sessions: Iterable[SessionTimes], *, now: datetime) -> SessionTimes | None:
    """Return the session that people at the door come for: the one that is on, else the next one, else the last; None without any.

    Where two are on at once it is the one that began last.
    """
    held = sorted(sessions, key=lambda each: each.starts_at)
    on = [each for each in held if each.starts_at <= now < each.ends_at]
    coming = [each for each in held if each.starts_at > now]
    return next(iter(on[-1:] or coming[:1] or held[-1:]), None)
