"""A second, independent statement of the rules of attendance. Source: docs/decisions/0006-attendance.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from tests.machines.seats_model import Refused

STATUSES = ("present", "late", "left_early", "excused", "absent")
GROUP = {"PGR": "PGR", "PGJ": "PGJ", "PGJ-A": "PGJ"}


@dataclass(frozen=True)
class MarkModel:
    status: str
    minutes: int
    method: str
    by: str
    at: datetime
    version: int = 1


@dataclass(eq=False)
class SessionModel:
    minutes: int
    counts: bool
    touched: bool = False
    """Whether a mark was ever taken in it."""


@dataclass(frozen=True)
class Said:
    """What a coordinator says of one person; `seen` is what the page had shown, as (status or None, minutes)."""

    person: int
    status: str | None
    minutes: int | None = None
    seen: tuple[str | None, int | None] | None = None


Before = tuple[str, int] | None
Told = tuple[int, Before, Before, str | None]
"""Person, mark before, mark after, and who had changed it unseen."""


@dataclass
class AttendanceModel:
    """One seminar: its seminar_sessions, its people and their marks."""

    excused: str
    threshold: int
    seminar_sessions: list[SessionModel]
    agencies: list[str]
    seated: list[bool]
    state: str = "published"
    before_archive: str = ""
    marks: dict[tuple[int, int], MarkModel] = field(default_factory=dict)
    replaced: list[tuple[int, int, MarkModel, str]] = field(default_factory=list)
    """Person, seminar_session, the mark that was, and who replaced it: of the last step."""
    told: list[Told] = field(default_factory=list)

    def worth(self, status: str, asked: int | None, contact: int) -> int:
        if status in ("late", "left_early"):
            half = contact // 2
            missed = contact - 15
            return asked if asked is not None else (missed if missed > half else half)
        if status == "present" or (status == "excused" and self.excused == "credited"):
            return contact
        return 0

    def say(self, seminar_session: int, said: Sequence[Said], *, method: str, by: str, at: datetime) -> None:
        """All of it or nothing; of two words about one person the last counts."""
        if self.state in ("draft", "archived"):
            raise Refused("AttendanceIsShut")
        place = self.seminar_sessions[seminar_session]
        for one in said:
            if not self.seated[one.person]:
                raise Refused("NotOnTheSheet")
            if one.status in ("late", "left_early") and one.minutes is not None and not 0 <= one.minutes <= place.minutes:
                raise Refused("MinutesOutOfRange")
        for one in {one.person: one for one in said}.values():
            self._say_one(seminar_session, one, method=method, by=by, at=at)

    def _say_one(self, seminar_session: int, one: Said, *, method: str, by: str, at: datetime) -> None:
        key, place = (one.person, seminar_session), self.seminar_sessions[seminar_session]
        old = self.marks.get(key)
        before = (old.status, old.minutes) if old else None
        after: Before = None
        if one.status is not None:
            own_minutes = one.minutes if one.status in ("late", "left_early") else None
            same = old is not None and old.status == one.status and own_minutes is None
            after = before if same else (one.status, self.worth(one.status, own_minutes, place.minutes))
        unseen = None
        if old is not None and before != after and one.seen is not None:
            status, minutes = one.seen
            if status != old.status or (minutes is not None and minutes != old.minutes):
                unseen = old.by
        self.told.append((one.person, before, after, unseen))
        if before == after:
            return
        place.touched = True
        if old is not None:
            self.replaced.append((*key, old, by))
            del self.marks[key]
        if after is not None:
            self.marks[key] = MarkModel(*after, method, by, at, old.version + 1 if old else 1)

    def say_of_all(self, seminar_session: int, status: str, group: str | None, *, method: str, by: str, at: datetime) -> None:
        if self.state in ("draft", "archived"):
            raise Refused("AttendanceIsShut")
        for person, agency in enumerate(self.agencies):
            if self.seated[person] and (person, seminar_session) not in self.marks and group in (None, GROUP[agency]):
                self._say_one(seminar_session, Said(person, status), method=method, by=by, at=at)

    def completion(self, person: int) -> tuple[int, int, bool]:
        """Minutes credited, minutes to attend, and whether that is enough, as the sessions are now."""
        credited = contact = 0
        for number, seminar_session in enumerate(self.seminar_sessions):
            mark = self.marks.get((person, number))
            if not seminar_session.counts or (mark and mark.status == "excused" and self.excused == "not_counted"):
                continue
            contact += seminar_session.minutes
            if mark:
                asked = min(mark.minutes, seminar_session.minutes)
                credited += self.worth(mark.status, asked, seminar_session.minutes)
        return credited, contact, contact > 0 and Fraction(credited, contact) >= Fraction(self.threshold, 100)

    def change(self, change: str) -> None:
        allowed = {
            "close": (("published",), "closed"),
            "reopen": (("closed",), "published"),
            "complete": (("published", "closed"), "completed"),
            "resume": (("completed",), "closed"),
            "archive": (("completed",), "archived"),
            "unarchive": (("archived",), self.before_archive),
        }
        before, after = allowed[change]
        if self.state not in before:
            raise Refused("NotInThisState")
        self.before_archive = self.state if change == "archive" else ""
        self.state = after
