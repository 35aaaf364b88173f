"""What a seminar may do and when. No database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from seminar_app.core.folding import fold

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LONGEST_SEMINAR_DAYS = 366
MOST_SEATS = 100_000
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUGS_TAKEN_BY_PAGES = frozenset({"new"})
FEW_SEATS = 5
FEW_SEATS_SHARE = 0.1


class SeminarState(StrEnum):
    """From idea to archive. Only a published seminar takes registrations; cancelled ones stay visible to those who registered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class RegistrationMode(StrEnum):
    """How one gets to the form."""

    OPEN = "open"
    CODE = "code"
    INVITATION = "invitation"
    NOMINATION = "nomination"


class Approval(StrEnum):
    """Whether a person says yes to each registration, or the rules do."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class ExcusedRule(StrEnum):
    """What an excused absence does to completion."""

    NOT_COUNTED = "not_counted"
    """The session's minutes leave the denominator."""
    CREDITED = "credited"
    """As if present."""
    ABSENT = "absent"
    """As if absent."""


# --- states ---------------------------------------------------------------------------------------------------------


class Change(StrEnum):
    """What staff may do to a seminar as a whole."""

    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    CLOSE = "close"
    REOPEN = "reopen"
    COMPLETE = "complete"
    RESUME = "resume"
    """Take back a completion."""
    CANCEL = "cancel"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


_S = SeminarState
_CHANGES: dict[Change, tuple[frozenset[SeminarState], SeminarState]] = {
    Change.PUBLISH: (frozenset({_S.DRAFT}), _S.PUBLISHED),
    Change.UNPUBLISH: (frozenset({_S.PUBLISHED}), _S.DRAFT),
    Change.CLOSE: (frozenset({_S.PUBLISHED}), _S.CLOSED),
    Change.REOPEN: (frozenset({_S.CLOSED}), _S.PUBLISHED),
    Change.COMPLETE: (frozenset({_S.PUBLISHED, _S.CLOSED}), _S.COMPLETED),
    Change.RESUME: (frozenset({_S.COMPLETED}), _S.CLOSED),
    Change.CANCEL: (frozenset({_S.PUBLISHED, _S.CLOSED}), _S.CANCELLED),
    Change.ARCHIVE: (frozenset({_S.DRAFT, _S.COMPLETED, _S.CANCELLED}), _S.ARCHIVED),
    Change.UNARCHIVE: (frozenset({_S.ARCHIVED}), _S.DRAFT),
}
PUBLIC_STATES = frozenset({_S.PUBLISHED, _S.CLOSED, _S.COMPLETED, _S.CANCELLED})
"""States whose seminars stand in the public calendar."""


def state_after(change: Change, state: SeminarState, *, archived_from: SeminarState | None = None) -> SeminarState | None:
    """The state that a change leads to, or None where it is not allowed from this state.

    What is taken out of the archive becomes again what it was before.
    """
    allowed_from, result = _CHANGES[change]
    if state not in allowed_from:
        return None
    return archived_from or result if change is Change.UNARCHIVE else result


def leads_to(change: Change) -> frozenset[SeminarState]:
    """The states that a seminar may be in right after a change."""
    if change is Change.UNARCHIVE:
        return _CHANGES[Change.ARCHIVE][0]
    return frozenset({_CHANGES[change][1]})


def undoes(change: Change) -> Change | None:
    """The change that takes this one back; None where it cannot be taken back, because people have been told."""
    return {
        Change.PUBLISH: Change.UNPUBLISH,
        Change.CLOSE: Change.REOPEN,
        Change.REOPEN: Change.CLOSE,
        Change.COMPLETE: Change.RESUME,
        Change.ARCHIVE: Change.UNARCHIVE,
        Change.UNARCHIVE: Change.ARCHIVE,
    }.get(change)


def is_public(state: SeminarState, archived_from: SeminarState | None) -> bool:
    """Whether the seminar's page answers a stranger. A page that was public once keeps its address from the archive too."""
    return state in PUBLIC_STATES or (state is SeminarState.ARCHIVED and archived_from in PUBLIC_STATES)


class Need(StrEnum):
    """What a seminar lacks before it can be published."""

    TITLE = "title"
    SESSIONS = "sessions"
    SEATS = "seats"
    CODE = "code"


def needs_before_publishing(
    *, titles: Iterable[str | None], sessions: int, seats: int, mode: RegistrationMode, code: str | None
) -> tuple[Need, ...]:
    """What is missing, in the order in which it is usually done. Dates are never missing: a seminar is created with them."""
    lacking = {
        Need.TITLE: not any(titles),
        Need.SESSIONS: sessions < 1,
        Need.SEATS: seats < 1,
        Need.CODE: mode is RegistrationMode.CODE and not code,
    }
    return tuple(need for need, missing in lacking.items() if missing)


# --- what may be edited ---------------------------------------------------------------------------------------------

_IDENTITY = frozenset({"slug", "office_id"})
_SCHEDULE = frozenset({"starts_on", "ends_on", "time_zone", "city", "country"})
_REGISTRATION = frozenset({"registration_mode", "registration_code", "approval", "registration_opens_at", "registration_closes_at"})
_COMPLETION = frozenset({"threshold_percent", "excused_rule"})


def locked_fields(state: SeminarState) -> frozenset[str]:
    """Fields of a seminar that may not be changed in this state.

    The address and the office stand once the seminar was published, because people hold links; dates, registration and
    completion stand once it is over, because certificates follow from them.
    """
    if state is SeminarState.DRAFT:
        return frozenset()
    if state in (SeminarState.PUBLISHED, SeminarState.CLOSED):
        return _IDENTITY
    return _IDENTITY | _SCHEDULE | _REGISTRATION | _COMPLETION


def may_edit(state: SeminarState) -> bool:
    """Whether anything of the seminar may be edited."""
    return state not in (SeminarState.CANCELLED, SeminarState.ARCHIVED)


def may_change_sessions(state: SeminarState) -> bool:
    """Whether sessions may be added, moved and removed."""
    return state in (SeminarState.DRAFT, SeminarState.PUBLISHED, SeminarState.CLOSED)


# --- registration window and seats in words -------------------------------------------------------------------------


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


# --- local times ----------------------------------------------------------------------------------------------------


class TimeFault(StrEnum):
    """Why a local time names no instant, or two."""

    SKIPPED = "skipped"
    TWICE = "twice"


def local_time_fault(local: datetime, time_zone: str) -> TimeFault | None:
    """Whether the clocks of a zone skip this local time (forward in spring) or show it twice (back in autumn).

    Source: PEP 495, by comparing the offsets of both folds.
    """
    zone = ZoneInfo(time_zone)
    earlier, later = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if earlier.utcoffset() == later.utcoffset():
        return None
    there_and_back = earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return TimeFault.TWICE if there_and_back == local else TimeFault.SKIPPED


def instant_of(local: datetime, time_zone: str) -> datetime:
    """The instant of a local time, in UTC. Of two it is the first; a skipped one is as much later as the clocks move."""
    return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def local_of(instant: datetime, time_zone: str) -> datetime:
    """The local time of an instant, without a zone, as people type it."""
    return instant.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)


def moved(instant: datetime, time_zone: str, *, days: int = 0, to_zone: str | None = None) -> datetime:
    """The same local time so many days later, if asked in another zone: nine o'clock stays nine o'clock."""
    return instant_of(local_of(instant, time_zone) + timedelta(days=days), to_zone or time_zone)


# --- sessions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sitting:
    """When a session is, with whatever the caller knows it by."""

    key: object
    starts_at: datetime
    ends_at: datetime


def overlapping(sitting: Sitting, others: Iterable[Sitting]) -> Sitting | None:
    """The first of the others that is held at the same time; one may begin when another ends."""
    return next(
        (o for o in others if o.key != sitting.key and o.starts_at < sitting.ends_at and sitting.starts_at < o.ends_at),
        None,
    )


def within_dates(sitting: Sitting, *, starts_on: date, ends_on: date, time_zone: str) -> bool:
    """Whether a session lies within the seminar's days, in its zone."""
    first, last = local_of(sitting.starts_at, time_zone), local_of(sitting.ends_at - timedelta(microseconds=1), time_zone)
    return starts_on <= first.date() and last.date() <= ends_on


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes from start to end."""
    return int((ends_at - starts_at).total_seconds() // 60)


def parse_speakers(lines: str) -> tuple[tuple[str, str | None], ...]:
    """Speakers from lines «name, affiliation», in order. What follows the first comma is the affiliation."""
    speakers = []
    for line in lines.splitlines():
        name, _comma, affiliation = (part.strip() for part in line.partition(","))
        if name:
            speakers.append((name, affiliation or None))
    return tuple(speakers)


# --- addresses ------------------------------------------------------------------------------------------------------


def is_slug(text: str) -> bool:
    """Whether this can stand in an address: lower case letters, digits and single hyphens."""
    return len(text) <= 80 and SLUG.fullmatch(text) is not None and text not in SLUGS_TAKEN_BY_PAGES


def propose_slug(*, city: str, starts_on: date, topic: str = "", taken: Collection[str] = ()) -> str:
    """An address people can say on the phone: «cancun-2014», with the month and then a number where that one is taken."""
    place = "-".join(fold(city).split()) or "-".join(fold(topic).split()) or "seminar"
    place = place[:60].strip("-")
    stems: Sequence[str] = (f"{place}-{starts_on.year}", f"{place}-{starts_on.year}-{starts_on.month:02d}")
    for stem in stems:
        if stem not in taken:
            return stem
    number = 2
    while f"{stems[0]}-{number}" in taken:
        number += 1
    return f"{stems[0]}-{number}"
