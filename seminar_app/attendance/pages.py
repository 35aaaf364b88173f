"""View models of attendance: all that the pages show, prepared so that templates only print it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import NamedAgency
from seminar_app.attendance import queries
from seminar_app.attendance.forms import Typed, as_sent, typed_in
from seminar_app.attendance.queries import Attendance, SessionMarks, SheetGroup, SheetHead, SheetMark, SheetPerson, SheetSession
from seminar_app.attendance.rules import (
    EARLIEST,
    Completion,
    Counts,
    MarkStatus,
    Progress,
    count_marks,
    default_minutes,
    takes_marks,
)
from seminar_app.core.errors import NotFound
from seminar_app.core.folding import fold
from seminar_app.people.rules import name_key
from seminar_app.registration.door_rules import DoorDay, door_day
from seminar_app.registration.queries import EnteredHere, WaitingHere, entered_here, waiting_at_door
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar


def element_id(agency: NamedAgency) -> str:
    """Return the HTML id of an agency group."""
    return f"group-{fold(agency.code).replace(' ', '-') or agency.key}"


class Line(Struct, frozen=True):
    """One person on the marking sheet: the mark, and the hidden values of the line."""

    person: SheetPerson
    mark: SheetMark | None
    typed: Typed
    was: str
    search: str

    @property
    def key(self) -> str:
        """Public id of the registration, as in the names of the fields."""
        return self.person.public_id.hex


class MarkingGroup(Struct, frozen=True):
    """An agency group of the sheet, its counts, and its lines that are shown."""

    agency: NamedAgency
    counts: Counts
    lines: Sequence[Line]

    @property
    def element_id(self) -> str:
        """The HTML id of the group."""
        return element_id(self.agency)


Written = tuple[SheetMark | None, uuid.UUID | None]
"""A mark as it was just written, and the observation that it ends with."""


class SheetLines(Struct, frozen=True):
    """Groups of a session's sheet with lines: of everybody, or only of those whose marks were just written."""

    seminar: Seminar
    contact_minutes: int
    opens_at: datetime | None
    """When people can be marked present, if that is still to come."""
    groups: Sequence[MarkingGroup]
    door: DoorDay
    """Whether people can be entered at the door now."""

    @classmethod
    def written(
        cls, session: Session, seminar: Seminar, session_id: uuid.UUID, *, now: datetime, marks: Mapping[uuid.UUID, Written]
    ) -> SheetLines:
        """Read the lines of some registrations, in two statements; the counts are of all people.

        Args:
            session: to read with.
            seminar: of the sheet.
            session_id: public id of the seminar's session.
            now: decides whether somebody can be present already.
            marks: as they were just written, by registration.
        """
        head = queries.sheet_head(session, seminar.id, session_id)
        people = queries.people_among(session, seminar.id, marks)
        lines = [(one.registration_id, *marks[one.public_id]) for group in people for one in group.people]
        found = SessionMarks({place: mark for place, mark, _last in lines if mark}, {place: last for place, _mark, last in lines if last})
        opens_at = opening_of(head.starts_at, now) if head.starts_at else None
        return cls(seminar, head.contact_minutes, opens_at, _groups(seminar, head, people, found, {}), door_day(seminar, now=now))

    @property
    def touched(self) -> Sequence[MarkingGroup]:
        """The groups with changed lines; all groups if no line has changed, because then the page in the browser is out of date."""
        return [group for group in self.groups if group.lines] or self.groups

    @property
    def counts(self) -> Counts:
        """The counts of the whole sheet."""
        return Counts(
            people=sum(group.counts.people for group in self.groups),
            by_status={status: sum(group.counts.by_status[status] for group in self.groups) for status in MarkStatus},
        )


class MarkingPage(SheetLines, frozen=True):
    """The sheet of a session."""

    sessions: Sequence[SheetSession]
    session: SheetSession
    waiting: Sequence[WaitingHere]
    """Who was entered at the door and waits for a seat."""
    entered: EnteredHere | None
    """Of whom the page says what came of the entry."""
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    """Of this showing of the page; it makes the ids of the observations that are sent from it."""

    @classmethod
    def read(
        cls,
        session: Session,
        seminar: Seminar,
        session_id: uuid.UUID,
        *,
        now: datetime,
        typed: Mapping[str, str] | None = None,
        entered: uuid.UUID | None = None,
    ) -> MarkingPage:
        """Read the page in five statements, on the seminar's days in six.

        Args:
            session: to read with.
            seminar: of the sheet.
            session_id: public id of the seminar's session.
            now: decides whether somebody can be present already.
            typed: a form that was refused; its lines are shown as the coordinator left them.
            entered: registration of a person who was just entered at the door.

        Raises:
            NotFound: no such session in this seminar.
        """
        sessions = queries.sessions_of(session, seminar.id)
        held = next((found for found in sessions if found.public_id == session_id), None)
        if held is None:
            raise NotFound
        head = queries.sheet_head(session, seminar.id, session_id)
        people = queries.people_by_group(session, seminar.id)
        marks = queries.marks_of_session(session, held.id)
        groups = _groups(seminar, head, people, marks, typed or {})
        door, opens_at = door_day(seminar, now=now), opening_of(held.starts_at, now)
        waiting = waiting_at_door(session, seminar.id) if door is DoorDay.OPEN else []
        just = entered_here(session, seminar.id, entered, now=now) if entered is not None else None
        return cls(seminar, held.contact_minutes, opens_at, groups, door, sessions, held, waiting, just)

    @property
    def may_change(self) -> bool:
        """Whether marks can be changed now."""
        return takes_marks(self.seminar.state)

    def status_of(self, registration: uuid.UUID) -> MarkStatus | None:
        """Return the mark of one person; None where there is none."""
        lines = (line for group in self.groups for line in group.lines if line.person.public_id == registration)
        return next((line.mark.status for line in lines if line.mark), None)

    @property
    def default_minutes(self) -> int:
        """Minutes that late or left early is worth in this session until the coordinator enters another number."""
        return default_minutes(MarkStatus.LATE, contact_minutes=self.session.contact_minutes, excused_rule=self.seminar.excused_rule)

    @property
    def before(self) -> SheetSession | None:
        """The session before this one."""
        return self.sessions[self.session.number - 2] if self.session.number > 1 else None

    @property
    def after(self) -> SheetSession | None:
        """The session after this one."""
        return self.sessions[self.session.number] if self.session.number < len(self.sessions) else None


def opening_of(starts_at: datetime, now: datetime) -> datetime | None:
    """Return when people can be seen at a session, if that is still to come."""
    opens = starts_at - EARLIEST
    return opens if opens > now else None


def _groups(
    seminar: Seminar, head: SheetHead, people: Sequence[SheetGroup], marks: SessionMarks, typed: Mapping[str, str]
) -> list[MarkingGroup]:
    by_group = {group.agency.id: group.people for group in people}

    def line(person: SheetPerson) -> Line:
        mark, last = marks.marks.get(person.registration_id), marks.last.get(person.registration_id)
        worth = mark.worth(head.contact_minutes, seminar.excused_rule) if mark else 0
        search = fold(f"{person.name} {person.agency.code or person.agency.name_es} {person.shown.state_name or ''}")
        return Line(person, mark, typed_in(typed, person.public_id.hex, mark, worth), as_sent(mark, worth, last), search)

    return [MarkingGroup(agency, counts, [line(person) for person in by_group.get(agency.id, ())]) for agency, counts in head.counts]


class TimetableLine(Struct, frozen=True):
    """One person in the timetable: a mark for each session, and the progress toward completion."""

    person: SheetPerson
    marks: Sequence[SheetMark | None]
    done: Completion
    progress: Progress | None
    """Whether the person completes the seminar, still can or no longer can; None of a person without a seat."""

    @property
    def seated(self) -> bool:
        """Whether the person still holds the seat."""
        return self.person.state is RegistrationState.REGISTERED

    @property
    def completes(self) -> bool:
        """Whether the person completes the seminar, judged by the marks so far."""
        return self.progress is Progress.COMPLETES

    @property
    def share(self) -> float:
        """Part of the contact minutes that is credited, 0 to 1; 0 where there is nothing to attend."""
        return self.done.minutes_credited / (self.done.contact_minutes or 1)


class TimetableGroup(Struct, frozen=True):
    """An agency group of the timetable."""

    agency: NamedAgency
    lines: Sequence[TimetableLine]
    shown: Sequence[TimetableLine]
    """The lines that the filters leave."""

    @property
    def registered(self) -> int:
        """People who hold a seat."""
        return sum(line.seated for line in self.lines)

    @property
    def completed(self) -> int:
        """People who complete the seminar, judged by the marks so far."""
        return sum(line.completes for line in self.lines)


class Order(StrEnum):
    """How the timetable is sorted: by agency group and name, or all people in one list."""

    AGENCY = "agency"
    NAME = "name"
    LOWEST = "lowest"
    """By the percentage of contact minutes, lowest first; those who have none to attend last."""
    HIGHEST = "highest"


class TimetableFilter(Struct, frozen=True, dict=True):
    """What part of the timetable is shown, and in which order.

    Attributes:
        progress: people who stand so toward completion.
        group: key of an agency group.
        words: of a name.
    """

    progress: Progress | None = None
    group: str = ""
    words: str = ""
    order: Order = Order.AGENCY

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return bool(self.progress or self.group or self.words)

    def takes(self, group: NamedAgency, line: TimetableLine) -> bool:
        """Whether the line is shown. A reserved identity is found by its code."""
        if self.group not in ("", group.key) or self.progress not in (None, line.progress):
            return False
        key = name_key(line.person.name) if self._parts else ""
        return all(part in key for part in self._parts)

    @cached_property
    def _parts(self) -> list[str]:
        return name_key(self.words).split()

    def in_order(self, lines: Iterable[TimetableLine]) -> list[TimetableLine]:
        """Sort the people of all groups in one list."""
        if self.order is Order.NAME:
            return sorted(lines, key=lambda line: line.person.shown.order)
        sign = -1 if self.order is Order.HIGHEST else 1
        return sorted(lines, key=lambda line: (not line.done.contact_minutes, sign * line.share, line.person.shown.order))


class TimetablePage(Struct, frozen=True):
    """The timetable: a row for each person, a column for each session."""

    groups: Sequence[TimetableGroup]
    sessions: Sequence[SheetSession]
    counts: Sequence[Counts]
    """For each session, the marks of the people who hold a seat."""
    days: Sequence[tuple[date, Sequence[SheetSession]]]
    next_session: SheetSession | None
    """The session to mark next: the one going on or the next to begin; after the seminar, the first with unmarked people.

    None if the seminar is over and all people are marked.
    """
    progress: Mapping[Progress, int]
    """How many of those who hold a seat stand so toward completion; empty where nobody can complete."""
    blocks: Sequence[tuple[TimetableGroup | None, Sequence[TimetableLine]]]
    """The lines that the filters leave, in order: by agency group, or all in one block without one."""

    @classmethod
    def of(cls, attendance: Attendance, *, now: datetime, wanted: TimetableFilter) -> TimetablePage:
        """Build the page from the attendance of a seminar. The filters leave out lines and no counts."""
        groups = []
        for group in attendance.groups:
            lines = [_timetable_line(attendance, person) for person in group.people]
            groups.append(TimetableGroup(group.agency, lines, [line for line in lines if wanted.takes(group.agency, line)]))
        seated = [line for group in groups for line in group.lines if line.seated]
        counts = [count_marks(_status(line.marks[place]) for line in seated) for place in range(len(attendance.sessions))]
        coming = [session for session in attendance.sessions if session.ends_at > now]
        with_gaps = [session for session, count in zip(attendance.sessions, counts, strict=True) if count.unmarked]
        following = next(iter([*coming, *with_gaps]), None)
        progress = Counter(line.progress for line in seated if line.progress)
        blocks: list[tuple[TimetableGroup | None, Sequence[TimetableLine]]] = [(group, group.shown) for group in groups if group.shown]
        if wanted.order is not Order.AGENCY:
            blocks = [(None, wanted.in_order(line for group in groups for line in group.shown))]
        return cls(groups, attendance.sessions, counts, _by_day(attendance), following, progress, blocks)

    @property
    def registered(self) -> int:
        """People who hold a seat."""
        return sum(group.registered for group in self.groups)

    @property
    def shown(self) -> int:
        """Lines that the filters leave."""
        return sum(len(group.shown) for group in self.groups)

    @property
    def total(self) -> int:
        """Lines of all people, also of those who lost their seat."""
        return sum(len(group.lines) for group in self.groups)


def _status(mark: SheetMark | None) -> MarkStatus | None:
    return mark.status if mark else None


def _timetable_line(attendance: Attendance, person: SheetPerson) -> TimetableLine:
    done = attendance.completion_of(person)
    return TimetableLine(person, attendance.marks_of(person), done, attendance.progress_of(person))


def _by_day(attendance: Attendance) -> list[tuple[date, list[SheetSession]]]:
    days: dict[date, list[SheetSession]] = {}
    zone = ZoneInfo(attendance.seminar.time_zone)
    for session in attendance.sessions:
        days.setdefault(session.starts_at.astimezone(zone).date(), []).append(session)
    return list(days.items())
