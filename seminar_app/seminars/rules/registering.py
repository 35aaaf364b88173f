"""When registration is open, what the office does next, and what the public is told about free seats."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from seminar_app.seminars.rules.schedule import instant_of
from seminar_app.seminars.rules.states import SeminarState, is_frozen

FEW_SEATS = 5
FEW_SEATS_SHARE = 0.1
MOST_SEATS = 100_000
MOST_EXTRA_SEATS = 999


class Window(StrEnum):
    """Whether a seminar takes registrations at a given instant."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


class HasWindow(Protocol):
    """The fields that the registration window depends on."""

    state: SeminarState
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    ends_on: date
    time_zone: str


class HasSchedule(HasWindow, Protocol):
    """The fields of the window, and the first day."""

    starts_on: date


def registration_window(seminar: HasWindow, *, now: datetime) -> Window:
    """Return whether registration is not open yet, is open, or is closed.

    Registration closes at its closing instant, and at the latest when the seminar's last day ends in its time zone. At the
    closing instant itself it is closed.
    """
    if seminar.state is SeminarState.DRAFT:
        return Window.NOT_YET
    if seminar.state is not SeminarState.PUBLISHED:
        return Window.CLOSED
    if seminar.registration_opens_at is not None and now < seminar.registration_opens_at:
        return Window.NOT_YET
    return Window.OPEN if now < registration_closes(seminar) else Window.CLOSED


def registration_closes(seminar: HasWindow) -> datetime:
    """Return the instant at which registration closes by itself."""
    last = end_of_day(seminar.ends_on, seminar.time_zone)
    return min(last, seminar.registration_closes_at) if seminar.registration_closes_at is not None else last


def end_of_day(day: date, time_zone: str) -> datetime:
    """Return the midnight after `day` in a time zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)


def is_over(seminar: HasWindow, *, now: datetime) -> bool:
    """Whether the seminar's last day has ended in its time zone."""
    return now >= end_of_day(seminar.ends_on, seminar.time_zone)


def has_ended(seminar: HasWindow, *, now: datetime) -> bool:
    """Whether the seminar is over, or was completed before its last day ended, or archived."""
    return is_frozen(seminar.state) or is_over(seminar, now=now)


class NextStep(StrEnum):
    """The next step that a seminar needs from its office."""

    ADD_SESSIONS = "add_sessions"
    PUBLISH = "publish"
    WAIT_TO_OPEN = "wait_to_open"
    FILL = "fill"
    PREPARE = "prepare"
    ATTEND = "attend"
    COMPLETE = "complete"
    ARCHIVE = "archive"
    NOTHING = "nothing"


def next_step(seminar: HasSchedule, *, sessions: int, now: datetime) -> NextStep:
    """Return the one thing to do next."""
    if seminar.state is SeminarState.DRAFT:
        return NextStep.PUBLISH if sessions else NextStep.ADD_SESSIONS
    if seminar.state in (SeminarState.COMPLETED, SeminarState.CANCELLED):
        return NextStep.ARCHIVE
    if seminar.state is SeminarState.ARCHIVED:
        return NextStep.NOTHING
    if is_over(seminar, now=now):
        return NextStep.COMPLETE
    if now >= instant_of(datetime.combine(seminar.starts_on, time()), seminar.time_zone):
        return NextStep.ATTEND
    window = registration_window(seminar, now=now)
    return {Window.NOT_YET: NextStep.WAIT_TO_OPEN, Window.OPEN: NextStep.FILL, Window.CLOSED: NextStep.PREPARE}[window]


class Places(StrEnum):
    """What the public is told about free seats: never a number."""

    SOME = "some"
    FEW = "few"
    NONE = "none"


def places_left(*, size: int, taken: int) -> Places:
    """Return none, few (at most five seats or a tenth, the larger of the two) or some."""
    free = size - taken
    if free <= 0:
        return Places.NONE
    return Places.FEW if free <= max(FEW_SEATS, size * FEW_SEATS_SHARE) else Places.SOME
