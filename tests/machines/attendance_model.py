"""A second, independent statement of the rules of attendance. Sources: docs/decisions/0006-attendance.md, and DESIGN.md, section 3.

The product reads the observations of a person as a list of steps, from the end. Here they are a tree that is walked from its
roots, and a stay is a set of minutes. All times are whole minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from tests.machines.seats_model import Refused

STATUSES = ("present", "late", "left_early", "excused", "absent")
KINDS = (*STATUSES, "in", "out", "cleared")
GROUP = {"PGR": "PGR", "PGJ": "PGJ", "PGJ-A": "PGJ"}
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """An observation, as it was sent or as it is stored."""

    id: UUID
    person: int
    place: int
    kind: str
    minutes: int | None
    follows: UUID | None
    at: datetime
    method: str
    by: str = ""
    received: datetime = EPOCH

    @property
    def body(self) -> tuple[str, int | None]:
        return self.kind, self.minutes


@dataclass(frozen=True)
class MarkModel:
    """A mark as the database keeps it."""

    last: UUID
    status: str | None
    minutes: int | None
    came: datetime | None
    left: datetime | None
    still_in: bool
    conflict: bool

    @property
    def shown(self) -> Before:
        """The mark as pages show it; None if it was taken away."""
        return None if self.status is None else (self.status, self.minutes, self.came, self.left, self.still_in, self.conflict)


Before = tuple[str, int | None, datetime | None, datetime | None, bool, bool] | None
Told = tuple[int, Before, Before, bool, UUID | None, str | None]
"""Person, mark before, mark after, whether an observation was stored, the last one, and whose mark was replaced unseen."""


@dataclass(eq=False)
class SessionModel:
    starts: datetime
    length: int
    """From beginning to end, in minutes."""
    minutes: int
    """Contact minutes."""
    counts: bool

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.length)

    @property
    def span(self) -> range:
        return range(_minute(self.starts), _minute(self.ends))


def _minute(at: datetime) -> int:
    return (at - EPOCH) // timedelta(minutes=1)


# The rule of marks, once more.

Path = list[list[Seen]]
"""Equal observations, then equal ones that follow them, and so on to the end."""


def mark(observations: Collection[Seen], place: SessionModel) -> MarkModel | None:
    """Walk the tree of what was observed of one person in one session."""
    if not observations:
        return None
    tree = _Tree(set(observations))
    path = tree.path_that_stands()
    status, minutes, came, left, still_in = _read(path, place)
    return MarkModel(_latest(path[-1]).id, status, minutes, came, left, still_in, tree.conflict)


@dataclass
class _Tree:
    rest: set[Seen]
    """What has no place in the tree yet."""
    conflict: bool = False

    def path_that_stands(self) -> Path:
        here = {one.id for one in self.rest}
        roots = {one.follows for one in self.rest} - here
        paths = [path for root in roots for path in self._below({root})]
        while self.rest:
            self.conflict = True  # they follow one another in a circle
            paths.append(self._from([min(self.rest, key=_order)]))
        return max(paths, key=_rank)

    def _below(self, before: set[UUID | None]) -> list[Path]:
        following = [one for one in self.rest if one.follows in before]
        self.rest -= set(following)
        bodies = {one.body for one in following}
        self.conflict |= len(bodies) > 1
        return [self._from([one for one in following if one.body == body]) for body in bodies]

    def _from(self, equal: list[Seen]) -> Path:
        self.rest -= set(equal)
        paths = self._below({one.id for one in equal})
        if not paths:
            return [equal]
        best = max(paths, key=_rank)
        stays = _word(equal) and not _word(best[-1]) and _latest(best[-1]).at <= _latest(equal).at
        return [equal] if stays else [equal, *best]


def _order(one: Seen) -> tuple[datetime, int]:
    return one.at, one.id.int


def _latest(equal: Iterable[Seen]) -> Seen:
    return max(equal, key=_order)


def _word(equal: Iterable[Seen]) -> bool:
    return any(one.method not in ("scan", "self") for one in equal)


def _rank(path: Path) -> tuple[datetime, bool, int]:
    end = _latest(path[-1])
    return end.at, _word(path[-1]), end.id.int


Read = tuple[str | None, int | None, datetime | None, datetime | None, bool]


def _read(path: Path, place: SessionModel) -> Read:
    """What the last word says, and what times in and out after it make of that."""
    words = [number for number, equal in enumerate(path) if equal[0].kind not in ("in", "out")]
    after = path[words[-1] + 1 :] if words else path
    status, minutes = _latest(path[words[-1]]).body if words else (None, None)
    if status == "cleared":
        status, minutes = None, None
    if status in ("present", "late", "left_early"):
        while after and after[0][0].kind == "in":  # they were there already
            after = after[1:]
        if not after:
            return status, minutes, None, None, False
        return _stays(after, place, said=(status, minutes))
    return _stays(after, place) if after else (status, minutes, None, None, False)


def _stays(after: Path, place: SessionModel, said: tuple[str, int | None] | None = None) -> Read:
    """Of arrivals one after the other the first counts, of departures the last; and no time is before the one that it follows."""
    times: list[tuple[str, datetime]] = []
    for equal in after:
        kind = equal[0].kind
        if times and times[-1][0] == kind == "in":
            continue
        if times and times[-1][0] == kind == "out":
            times.pop()
        at = _latest(equal).at if kind == "out" else min(one.at for one in equal)
        times.append((kind, max(at, times[-1][1]) if times else at))
    unseen, still_in = times[0][0] == "out", times[-1][0] == "in"
    borders = [*([place.starts] if unseen else []), *(at for _kind, at in times), *([place.ends] if still_in else [])]
    there = {minute for begin, end in zip(borders[::2], borders[1::2], strict=True) for minute in range(_minute(begin), _minute(end))}
    if not there & set(place.span) and not unseen and not still_in:  # the session was moved away
        stayed = sum(_minute(end) - _minute(begin) for begin, end in zip(borders[::2], borders[1::2], strict=True))
        there = set(range(stayed))
    else:
        there &= set(place.span)
    came, left = None if unseen else times[0][1], None if still_in else times[-1][1]
    if said is not None:
        enough = place.length - len(there) < 15
        cut = "left_early", min(len(there), worth(said[0], said[1], place.minutes, excused=""))
        return (*(said if enough else cut), came, left, still_in)
    if place.length - len(there) < 15:
        return "present", None, came, left, still_in
    late = not unseen and _minute(times[0][1]) - _minute(place.starts) >= 15
    return "late" if late else "left_early", min(len(there), place.minutes), came, left, still_in


def worth(status: str, said: int | None, contact: int, *, excused: str) -> int:
    """What a mark is worth in a session of so many contact minutes."""
    if status in ("late", "left_early"):
        half, missed = contact // 2, contact - 15
        usual = missed if missed > half else half
        return usual if said is None else min(said, contact)
    if status == "present" or (status == "excused" and excused == "credited"):
        return contact
    return 0


# What coordinators and devices do.


@dataclass(frozen=True)
class Said:
    """What a page says of one person.

    Attributes:
        last: the observation that the page had in view, or None for «never marked».
        knows: whether the page says what it had in view.
        after: ids of earlier entries whose answers never came.
    """

    id: UUID
    person: int
    status: str | None
    minutes: int | None = None
    last: UUID | None = None
    knows: bool = False
    after: tuple[UUID, ...] = ()


@dataclass
class AttendanceModel:
    """One seminar: its sessions, its people, and what was observed of them."""

    excused: str
    threshold: int
    places: list[SessionModel]
    agencies: list[str]
    seated: list[bool]
    state: str = "published"
    before_archive: str = ""
    seen: dict[tuple[int, int], dict[UUID, Seen]] = field(default_factory=dict)
    """What is stored by person and session, in order of arrival."""
    marks: dict[tuple[int, int], MarkModel] = field(default_factory=dict)
    stored: list[Seen] = field(default_factory=list)
    """By the last step."""
    told: list[Told] = field(default_factory=list)
    """The outcomes of the last step."""

    def touched(self, place: int) -> bool:
        """Whether anything was ever observed in a session."""
        return any(of[1] == place for of in self.seen)

    def shown(self, person: int, place: int) -> Before:
        found = self.marks.get((person, place))
        return found.shown if found else None

    def last(self, person: int, place: int) -> UUID | None:
        found = self.marks.get((person, place))
        return found.last if found else None

    def say(self, place: int, said: Sequence[Said], *, method: str, by: str, now: datetime) -> None:
        """All of it or nothing; of two words about one person the last counts. Who asks for the mark that there is changes nothing."""
        self._refuse_shut()
        lines = list({one.person: one for one in said}.values())
        for one in lines:
            self._check(one.person, place, one.minutes if one.status in ("late", "left_early") else None)
        asking = [one for one in lines if self._asks(one, place)]
        self._store(place, [self._seen(one, place, method, now) for one in asking], by=by, now=now)
        asked = {one.person for one in asking}
        quiet = [(one.person, place) for one in lines if one.person not in asked]
        self.told += [(of[0], self.shown(*of), self.shown(*of), False, self.last(*of), None) for of in quiet]

    def _minutes(self, one: Said, place: int) -> int | None:
        if one.status not in ("late", "left_early") or one.minutes == worth(one.status, None, self.places[place].minutes, excused=""):
            return None
        return one.minutes

    def _asks(self, one: Said, place: int) -> bool:
        now = self.shown(one.person, place)
        if one.status != (now[0] if now else None):
            return True
        return now is not None and now[0] in ("late", "left_early") and one.minutes is not None and self._minutes(one, place) != now[1]

    def _seen(self, one: Said, place: int, method: str, now: datetime) -> Seen:
        arrived = [earlier for earlier in one.after if earlier in self.seen.get((one.person, place), {})]
        follows = arrived[-1] if arrived else one.last if one.knows else self.last(one.person, place)
        return Seen(one.id, one.person, place, one.status or "cleared", self._minutes(one, place), follows, now, method)

    def say_of_all(self, place: int, status: str, group: str | None, *, ids: dict[int, UUID], method: str, by: str, now: datetime) -> None:
        """Mark all who have no mark; `ids` of the observations by person, which the product makes."""
        self._refuse_shut()
        said = [
            Said(ids.get(person, UUID(int=person)), person, status)
            for person, agency in enumerate(self.agencies)
            if self.seated[person] and self.shown(person, place) is None and group in (None, GROUP[agency])
        ]
        self.say(place, said, method=method, by=by, now=now)

    def observe(self, place: int, sent: Sequence[Seen], *, by: str, now: datetime) -> None:
        """What a device sends of one session: stored once each, and all of it or nothing."""
        self._refuse_shut()
        for one in sent:
            self._check(one.person, place, one.minutes)
        where = {one.id: of for of, all_seen in self.seen.items() for one in all_seen.values()}
        if any(where.get(one.id, (one.person, place)) != (one.person, place) for one in sent):
            raise Refused("ObservationDiffers")
        self._store(place, sent, by=by, now=now)

    def _refuse_shut(self) -> None:
        if self.state not in ("published", "closed", "cancelled"):
            raise Refused("AttendanceIsShut")

    def _check(self, person: int, place: int, minutes: int | None) -> None:
        if not self.seated[person]:
            raise Refused("NotOnTheSheet")
        if minutes is not None and not 0 <= minutes <= self.places[place].minutes:
            raise Refused("MinutesOutOfRange")

    def _store(self, place: int, sent: Sequence[Seen], *, by: str, now: datetime) -> None:
        new: dict[UUID, Seen] = {}
        is_new: list[bool] = []
        for one in sent:
            known = self.seen.get((one.person, place), {}).get(one.id) or new.get(one.id)
            is_new.append(known is None)
            if known is not None:
                if known.body != one.body or known.person != one.person:
                    raise Refused("ObservationDiffers")
                continue
            at = min(one.at, now)
            if one.kind in ("present", "late", "left_early", "in", "out") and self.places[place].starts - at > timedelta(minutes=60):
                raise Refused("TooEarly")
            new[one.id] = replace(one, at=at, by=by, received=now)
        people = {one.person for one in new.values()}
        before = {one.person: self.marks.get((one.person, place)) for one in sent}
        recorders = {person: self.seen[person, place][old.last].by for person, old in before.items() if old}
        for seen in new.values():
            self.seen.setdefault((seen.person, place), {})[seen.id] = seen
        for person in people:
            self.remake(person, place)
        for one, stored in zip(sent, is_new, strict=True):
            old, after = before[one.person], self.shown(one.person, place)
            was = old.shown if old else None
            blind = stored and old is not None and was is not None and one.follows != old.last and one.follows not in new
            stands = self.last(one.person, place) == one.id
            whose = recorders[one.person] if blind and was != after and stands else None
            self.told.append((one.person, was, after, stored, self.last(one.person, place), whose))
        self.stored += new.values()

    def remake(self, person: int, place: int) -> None:
        made = mark(self.seen.get((person, place), {}).values(), self.places[place])
        if made is not None:
            self.marks[person, place] = made

    # What others do meanwhile.

    def correct_session(self, place: int, *, starts: datetime, length: int, minutes: int, counts: bool) -> None:
        """Edit a session. All marks are what its observations make of it as it now is."""
        if self.state not in ("published", "closed"):
            raise Refused("SessionsFixed")
        if minutes > length:
            raise Refused("MinutesOutOfReach")
        self.places[place] = SessionModel(starts, length, minutes, counts)
        for person in range(len(self.agencies)):
            self.remake(person, place)

    def delete_session(self) -> None:
        """Delete a session with a past."""
        raise Refused("SessionHasMarks" if self.state in ("published", "closed") else "SessionsFixed")

    def lose_or_get_back_a_seat(self, person: int) -> None:
        if self.state in ("completed", "archived"):
            raise Refused(f"Seminar{self.state.capitalize()}")
        self.seated[person] = not self.seated[person]

    def completion(self, person: int) -> tuple[int, int, bool]:
        """Minutes credited, minutes to attend, and whether that is enough, as the sessions are now."""
        credited = contact = 0
        for number, place in enumerate(self.places):
            shown = self.shown(person, number)
            if not place.counts or (shown and shown[0] == "excused" and self.excused == "not_counted"):
                continue
            contact += place.minutes
            if shown:
                credited += worth(shown[0], shown[1], place.minutes, excused=self.excused)
        return credited, contact, contact > 0 and Fraction(credited, contact) >= Fraction(self.threshold, 100)

    def change(self, change: str, *, now: datetime) -> None:
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
        if change == "complete" and now < max(place.ends for place in self.places):
            raise Refused("NotOverYet")
        self.before_archive = self.state if change == "archive" else ""
        self.state = after
