"""What people hold a copy of, and what of it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from seminar_app.core.values import replace
from seminar_app.seminars.rules.schedule import instant_of, local_of

TOLD_AFTER = timedelta(minutes=10)
"""How long changes are collected after the last one, before people are told of all of them in one mail."""


class AnnouncedSession(Struct, frozen=True, kw_only=True):
    """A session as people have it in their calendars. Its title names it; a new title is no news."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    room: str | None = None
    title_es: str | None = None
    title_en: str | None = None
    revision: int = 0
    """Number that its calendar event had; a later one replaces it."""


class Announced(Struct, frozen=True, kw_only=True):
    """Days, time zone, place and sessions of a seminar, as people were told of them."""

    starts_on: date
    ends_on: date
    time_zone: str
    venue: str | None
    city: str
    country: str
    street: str | None = None
    sessions: tuple[AnnouncedSession, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            **asdict(self),
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "sessions": [
                asdict(each) | {"starts_at": each.starts_at.isoformat(), "ends_at": each.ends_at.isoformat()} for each in self.sessions
            ],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Announced:
        """Return what `as_json` wrote."""
        sessions = (
            AnnouncedSession(
                **each | {"starts_at": datetime.fromisoformat(each["starts_at"]), "ends_at": datetime.fromisoformat(each["ends_at"])}
            )
            for each in values["sessions"]
        )
        days = {name: date.fromisoformat(values[name]) for name in ("starts_on", "ends_on")}
        return cls(**{**values, **days, "sessions": tuple(sessions)})


class News(StrEnum):
    """What can change, in the order in which people read it."""

    DAYS = "days"
    PLACE = "place"
    ZONE = "zone"
    SESSION_MOVED = "session_moved"
    SESSION_ADDED = "session_added"
    SESSION_DELETED = "session_deleted"


class Difference(Struct, frozen=True):
    """One change; `old` and `new` are the session of a change of sessions, as it was and as it is."""

    news: News
    old: AnnouncedSession | None = None
    new: AnnouncedSession | None = None


def differences(before: Announced, after: Announced, *, at: datetime) -> tuple[Difference, ...]:
    """Return what has changed for people who know `before`, in order; nothing where it was changed back.

    What was over at `at` both before and after is no news: a correction of the past is told to nobody. Times of sessions are compared
    as local times. Where the seminar is moved as a whole, its sessions move along, and only those that did something else are named.

    Args:
        before: what people were told last.
        after: what is true now.
        at: time of the last change.
    """
    if _is_over(before, at) and _is_over(after, at):
        return ()
    found = []
    if (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on):
        found.append(Difference(News.DAYS))
    if _place(before) != _place(after):
        found.append(Difference(News.PLACE))
    if before.time_zone != after.time_zone:
        found.append(Difference(News.ZONE))
    old, new = ({each.public_id: each for each in side.sessions} for side in (before, after))
    days = moved_as_a_whole(before, after)
    found += [
        Difference(News.SESSION_MOVED, old[key], new[key])
        for key in new
        if key in old and not _alike(old[key], new[key], before, after, days=days) and (old[key].ends_at > at or new[key].ends_at > at)
    ]
    found += [Difference(News.SESSION_ADDED, None, new[key]) for key in new if key not in old and new[key].ends_at > at]
    found += [Difference(News.SESSION_DELETED, old[key], None) for key in old if key not in new and old[key].ends_at > at]
    return tuple(found)


def moved_as_a_whole(before: Announced, after: Announced) -> int:
    """Return by how many days both the first and the last day moved; 0 where they did not move equally."""
    first, last = (after.starts_on - before.starts_on).days, (after.ends_on - before.ends_on).days
    return first if first == last else 0


def _alike(old: AnnouncedSession, new: AnnouncedSession, before: Announced, after: Announced, *, days: int) -> bool:
    along = timedelta(days=days)
    expected = tuple(local_of(instant, before.time_zone) + along for instant in (old.starts_at, old.ends_at))
    return old.room == new.room and expected == tuple(local_of(instant, after.time_zone) for instant in (new.starts_at, new.ends_at))


def _place(announced: Announced) -> tuple[str | None, ...]:
    return announced.venue, announced.street, announced.city, announced.country


def _is_over(announced: Announced, at: datetime) -> bool:
    after_it = datetime.combine(announced.ends_on, datetime.min.time()) + timedelta(days=1)
    return instant_of(after_it, announced.time_zone) <= at


def without_titles(announced: Announced) -> Announced:
    """Return it without what is no news, to see quickly whether an edit is any."""
    bare = (replace(each, title_es=None, title_en=None, revision=0) for each in announced.sessions)
    return replace(announced, sessions=tuple(bare))
