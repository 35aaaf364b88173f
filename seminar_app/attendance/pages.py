"""What the pages of attendance show, gathered so that templates only write it down."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyChoice, all_agencies
from seminar_app.attendance import queries
from seminar_app.attendance.forms import as_sent
from seminar_app.attendance.history import PastMark
from seminar_app.attendance.queries import Attendance, SheetGroup, SheetMark, SheetPerson, SheetSession
from seminar_app.attendance.rules import (
    HAS_MINUTES,
    Completion,
    Counts,
    MarkStatus,
    completes,
    count_marks,
    credited_minutes,
    default_minutes,
    takes_marks,
)
from seminar_app.core.errors import NotFound
from seminar_app.core.folding import fold
from seminar_app.oversight.wording import actor_words
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar


def element_id(agency: AgencyChoice) -> str:
    """A group's id in the page."""
    return f"group-{fold(agency.code).replace(' ', '-')}"


@dataclass(frozen=True, slots=True)
class Line:
    """A person of the marking sheet: what is marked, and what the line carries along."""

    person: SheetPerson
    status: str
    minutes: str
    was: str
    search: str

    @property
    def key(self) -> str:
        """Id of the registration, as in the names of the fields."""
        return self.person.public_id.hex


@dataclass(frozen=True, slots=True)
class MarkingGroup:
    """An agency group of the sheet, its counts, and those of its lines that are shown."""

    agency: AgencyChoice
    counts: Counts
    lines: Sequence[Line]

    @property
    def element_id(self) -> str:
        """The group's id in the page."""
        return element_id(self.agency)


@dataclass(frozen=True, slots=True)
class MarkingPage:
    """The sheet of a session, or the lines of it that have just changed."""

    seminar: Seminar
    sessions: Sequence[SheetSession]
    session: SheetSession
    groups: Sequence[MarkingGroup]

    @classmethod
    def read(
        cls,
        session: Session,
        seminar: Seminar,
        session_id: uuid.UUID,
        *,
        typed: Mapping[str, str] | None = None,
        written: Mapping[uuid.UUID, SheetMark | None] | None = None,
    ) -> MarkingPage:
        """Read it in a fixed number of statements.

        Args:
            typed: a form that was refused; its lines are shown as the person left them.
            written: the registrations whose lines are wanted, with the marks that were just written; the counts are of everybody.

        Raises:
            NotFound: no such session in this seminar.
        """
        sessions = queries.sessions_of(session, seminar.id)
        seminar_session = next((found for found in sessions if found.public_id == session_id), None)
        if seminar_session is None:
            raise NotFound
        agencies = all_agencies(session, with_aliases=False)
        counts = queries.counts_by_group(session, seminar.id, seminar_session.id, agencies=agencies)
        if written is None:
            people = queries.people_by_group(session, seminar.id, agencies=agencies)
            marks = queries.marks_of_session(session, seminar_session.id)
        else:
            people = queries.people_among(session, seminar.id, written, agencies=agencies)
            lines = (one for group in people for one in group.people)
            marks = {one.registration_id: mark for one in lines if (mark := written[one.public_id])}
        by_group: dict[int, SheetGroup] = {group.agency.id: group for group in people}
        groups = [MarkingGroup(agency, count, _lines(by_group.get(agency.id), marks, typed or {})) for agency, count in counts]
        return cls(seminar, sessions, seminar_session, groups)

    @property
    def touched(self) -> Sequence[MarkingGroup]:
        """The groups whose lines have changed; all of them where nothing has, because then the page is behind."""
        return [group for group in self.groups if group.lines] or self.groups

    @property
    def counts(self) -> Counts:
        """Of the whole sheet."""
        return Counts(
            people=sum(group.counts.people for group in self.groups),
            by_status={status: sum(group.counts.by_status[status] for group in self.groups) for status in MarkStatus},
        )

    @property
    def may_change(self) -> bool:
        """Whether marks are taken now."""
        return takes_marks(self.seminar.state)

    @property
    def default_minutes(self) -> int:
        """What late or left early is worth in this session until somebody says otherwise."""
        return default_minutes(MarkStatus.LATE, contact_minutes=self.session.contact_minutes, excused_rule=self.seminar.excused_rule)

    @property
    def before(self) -> SheetSession | None:
        """The session before this one."""
        return self.sessions[self.session.number - 2] if self.session.number > 1 else None

    @property
    def after(self) -> SheetSession | None:
        """The session after this one."""
        return self.sessions[self.session.number] if self.session.number < len(self.sessions) else None


def _lines(group: SheetGroup | None, marks: Mapping[int, SheetMark], typed: Mapping[str, str]) -> list[Line]:
    return [_line(person, marks.get(person.registration_id), typed) for person in group.people] if group else []


def _line(person: SheetPerson, mark: SheetMark | None, typed: Mapping[str, str]) -> Line:
    status, key = mark.status.value if mark else "", person.public_id.hex
    minutes = str(mark.minutes) if mark and mark.status in HAS_MINUTES else ""
    search = fold(f"{person.name} {person.agency.code} {person.state_name or ''}")
    if f"was-{key}" in typed:
        status, minutes = typed.get(f"mark-{key}", ""), typed.get(f"minutes-{key}", "")
    return Line(person, status, minutes, as_sent(mark), search)


@dataclass(frozen=True, slots=True)
class TimetableLine:
    """A person of the timetable with a mark for each session, and how far they are."""

    person: SheetPerson
    marks: Sequence[SheetMark | None]
    done: Completion

    @property
    def seated(self) -> bool:
        """Whether the seat is still theirs."""
        return self.person.state is RegistrationState.REGISTERED

    @property
    def completes(self) -> bool:
        """Whether they complete the seminar as things stand."""
        return completes(self.person.state, self.done)


@dataclass(frozen=True, slots=True)
class TimetableGroup:
    """An agency group of the timetable."""

    agency: AgencyChoice
    lines: Sequence[TimetableLine]

    @property
    def registered(self) -> int:
        """People who hold a seat."""
        return sum(line.seated for line in self.lines)

    @property
    def completed(self) -> int:
        """People who complete the seminar as things stand."""
        return sum(line.completes for line in self.lines)


@dataclass(frozen=True, slots=True)
class TimetablePage:
    """People down, sessions across."""

    groups: Sequence[TimetableGroup]
    sessions: Sequence[SheetSession]
    counts: Sequence[Counts]
    """Of each session, people who hold a seat."""
    days: Sequence[tuple[date, Sequence[SheetSession]]]
    next_session: SheetSession | None
    """What one most likely came to mark: the session going on or the next to begin; after the seminar the first with gaps.

    None where everybody is marked.
    """

    @classmethod
    def of(cls, attendance: Attendance, *, now: datetime) -> TimetablePage:
        """Lay the attendance of a seminar out."""
        groups = [
            TimetableGroup(group.agency, [_timetable_line(attendance, person) for person in group.people]) for group in attendance.groups
        ]
        seated = [line for group in groups for line in group.lines if line.seated]
        counts = [count_marks(_status(line.marks[place]) for line in seated) for place in range(len(attendance.sessions))]
        coming = [session for session in attendance.sessions if session.ends_at > now]
        with_gaps = [session for session, count in zip(attendance.sessions, counts, strict=True) if count.unmarked]
        following = next(iter([*coming, *with_gaps]), None)
        return cls(groups, attendance.sessions, counts, _by_day(attendance), following)

    @property
    def registered(self) -> int:
        """People who hold a seat."""
        return sum(group.registered for group in self.groups)

    @property
    def completed(self) -> int:
        """People who complete the seminar as things stand."""
        return sum(group.completed for group in self.groups)


def _status(mark: SheetMark | None) -> MarkStatus | None:
    return mark.status if mark else None


def _timetable_line(attendance: Attendance, person: SheetPerson) -> TimetableLine:
    return TimetableLine(person, attendance.marks_of(person), attendance.completion_of(person))


def _by_day(attendance: Attendance) -> list[tuple[date, list[SheetSession]]]:
    days: dict[date, list[SheetSession]] = {}
    zone = ZoneInfo(attendance.seminar.time_zone)
    for session in attendance.sessions:
        days.setdefault(session.starts_at.astimezone(zone).date(), []).append(session)
    return list(days.items())


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person's marks in all sessions, each with its past, newest first."""

    seminar: Seminar
    person: SheetPerson
    sessions: Sequence[SheetSession]
    past: Sequence[PastMark]
    names: Mapping[str, str]

    def who(self, audit_name: str) -> str:
        """Who wrote a mark, in words."""
        return actor_words(audit_name, self.names)

    @property
    def may_clear(self) -> bool:
        """Whether a mark may be taken away now: while marks are taken, of somebody who holds a seat."""
        return takes_marks(self.seminar.state) and self.person.state is RegistrationState.REGISTERED

    def of_session(self, session: SheetSession) -> list[PastMark]:
        """The mark of this session and everything it was before."""
        return [mark for mark in self.past if mark.session_id == session.id]

    def minutes(self, mark: PastMark, session: SheetSession) -> int:
        """What the mark is, or was, worth in its session."""
        rule = self.seminar.excused_rule
        return credited_minutes(mark.status, mark.minutes, contact_minutes=session.contact_minutes, excused_rule=rule)
