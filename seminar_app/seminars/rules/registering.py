"""When registration is open, what comes next, and what the public is told of the seats."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from seminar_app.seminars.rules.schedule import instant_of
from seminar_app.seminars.rules.states import SeminarState

FEW_SEATS = 5
FEW_SEATS_SHARE = 0.1
MOST_SEATS = 100_000


class Window(StrEnum):
    """Whether a seminar takes registrations at an instant."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


class HasWindow(Protocol):
    """What the window is decided from."""

    state: SeminarState
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    ends_on: date
    time_zone: str


class HasSchedule(HasWindow, Protocol):
    """The window and the first day."""

    starts_on: date


def registration_window(seminar: HasWindow, *, now: datetime) -> Window:
    """Whether registration has not opened yet, is open, or is closed.

    Without a closing instant it closes when the seminar's last day ends, in its zone. The closing instant itself is closed.
    """
    if seminar.state is SeminarState.DRAFT:
        return Window.NOT_YET
    if seminar.state is not SeminarState.PUBLISHED:
        return Window.CLOSED
    if seminar.registration_opens_at is not None and now < seminar.registration_opens_at:
        return Window.NOT_YET
    return Window.OPEN if now < registration_closes(seminar) else Window.CLOSED


def registration_closes(seminar: HasWindow) -> datetime:
    """The instant at which registration closes by itself."""
    last = end_of_day(seminar.ends_on, seminar.time_zone)
    return min(last, seminar.registration_closes_at) if seminar.registration_closes_at is not None else last


def end_of_day(day: date, time_zone: str) -> datetime:
    """The midnight after `day` in a zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)


def is_over(seminar: HasWindow, *, now: datetime) -> bool:
    """Whether the seminar's last day has passed where it is held."""
    return now >= end_of_day(seminar.ends_on, seminar.time_zone)


class NextStep(StrEnum):
    """What a seminar waits for from its office."""

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
    """The one thing to do next."""
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
    """What the public is told of the seats that are left: never a number."""

    SOME = "some"
    FEW = "few"
    NONE = "none"


def places_left(*, size: int, taken: int) -> Places:
    """In words: none, few (five or a tenth, whichever is more), or some."""
    free = size - taken
    if free <= 0:
        return Places.NONE
    return Places.FEW if free <= max(FEW_SEATS, size * FEW_SEATS_SHARE) else Places.SOME
