"""Read the sheet: sessions, people by agency group, and marks. Each query is a fixed number of statements."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, String, bindparam, exists, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from seminar_app.agencies.models import AgencyVersion
from seminar_app.agencies.queries import AgenciesThen, NamedAgency, agencies_then, agency_then, groups_then, in_group_order
from seminar_app.attendance.models import Mark, Participation
from seminar_app.attendance.rules import (
    Completion,
    CompletionRule,
    CountedSession,
    Counts,
    MarkStatus,
    Progress,
    completes,
    completion,
    counts_from,
    credited_minutes,
    progress_of,
)
from seminar_app.core.errors import NotFound
from seminar_app.core.reading import in_parts, rows_of
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.people.rules import CountedAs, counted_as
from seminar_app.people.shown import ShownPerson, told_apart
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import ExcusedRule, is_frozen


class SheetSession(Struct, frozen=True):
    """A session and its number in the seminar's order, from 1."""

    id: int
    public_id: uuid.UUID
    number: int
    title_es: str | None
    title_en: str | None
    starts_at: datetime
    ends_at: datetime
    contact_minutes: int
    counts: bool


class SheetPerson(Struct, frozen=True):
    """A registration on the sheet, with its person as they may be shown."""

    registration_id: int
    public_id: uuid.UUID
    """Public id of the registration."""
    state: RegistrationState
    shown: ShownPerson
    counted_as: CountedAs
    """In a breakdown by sex."""

    @property
    def name(self) -> str:
        """Surnames first, or the code of a reserved identity."""
        return self.shown.name

    @property
    def agency(self) -> NamedAgency:
        """The agency as of then; of a reserved identity perhaps only its group."""
        assert self.shown.agency is not None  # noqa: S101  for the type checker: a registration has an agency
        return self.shown.agency


class SheetGroup(Struct, frozen=True):
    """An agency group as of then, and its people on the sheet."""

    agency: NamedAgency
    people: tuple[SheetPerson, ...]


@dataclass(frozen=True, slots=True)
class SheetMark:
    """The current mark.

    Attributes:
        minutes: as somebody said them or as times in and out measured them; None if they follow from the session.
        still_in: the person was seen to arrive and not to leave.
        conflict: two recorders with the same view said different things.
        last: the observation that the mark ends with; left out where a whole seminar is read.
    """

    status: MarkStatus
    minutes: int | None
    time_in: datetime | None = None
    time_out: datetime | None = None
    still_in: bool = False
    conflict: bool = False
    last: uuid.UUID | None = field(default=None, compare=False)

    def worth(self, contact_minutes: int, excused_rule: ExcusedRule) -> int:
        """Return the minutes that the mark is worth in a session of this length."""
        return credited_minutes(self.status, self.minutes, contact_minutes=contact_minutes, excused_rule=excused_rule)


class Frozen(Struct, frozen=True):
    """The outcome of a registration as it was when the seminar was completed."""

    done: Completion
    completed: bool


Marks = Mapping[int, Sequence[SheetMark | None]]
"""By registration id: one mark for each session of the seminar, in order."""


class Attendance(Struct, frozen=True, dict=True):
    """All that a timetable or an export shows of a seminar."""

    seminar: Seminar
    sessions: Sequence[SheetSession]
    groups: Sequence[SheetGroup]
    marks: Marks
    frozen: Mapping[int, Frozen]
    """The outcomes of a completed seminar by registration id; they stand whatever became of marks or rules."""

    def marks_of(self, person: SheetPerson) -> Sequence[SheetMark | None]:
        """Return one person's marks, in the order of the sessions."""
        return self.marks.get(person.registration_id) or [None] * len(self.sessions)

    @cached_property
    def seminar_sessions(self) -> list[CountedSession]:
        """The sessions in the form that completion needs."""
        return [CountedSession(session.contact_minutes, session.counts) for session in self.sessions]

    def outcome_of(self, person: SheetPerson) -> tuple[Completion, bool]:
        """Return the minutes credited and to attend, and whether the person completes the seminar: as frozen, else by the marks so far."""
        if (frozen := self.frozen.get(person.registration_id)) is not None:
            return frozen.done, frozen.completed
        done = completion(
            self.seminar_sessions,
            self.marks_of(person),
            threshold_percent=self.seminar.threshold_percent,
            excused_rule=self.seminar.excused_rule,
        )
        return done, completes(person.state, done, seminar=self.seminar.outcome_state)

    def completion_of(self, person: SheetPerson) -> Completion:
        """Return the minutes credited and the minutes to attend."""
        return self.outcome_of(person)[0]

    def completes(self, person: SheetPerson) -> bool:
        """Whether the person completes the seminar."""
        return self.outcome_of(person)[1]

    def progress_of(self, person: SheetPerson) -> Progress | None:
        """Return how the person stands toward completion; of a completed seminar there are only those who do and those who do not."""
        if (frozen := self.frozen.get(person.registration_id)) is not None:
            return Progress.COMPLETES if frozen.completed else Progress.OUT_OF_REACH
        return progress_of(
            person.state,
            self.seminar_sessions,
            self.marks_of(person),
            rule=CompletionRule(self.seminar.threshold_percent, self.seminar.excused_rule),
            seminar=self.seminar.outcome_state,
        )


def sessions_of(session: Session, seminar_id: int) -> list[SheetSession]:
    """Return the seminar's sessions in order of time."""
    rows = session.execute(
        select(
            SeminarSession.id,
            SeminarSession.public_id,
            SeminarSession.title_es,
            SeminarSession.title_en,
            SeminarSession.starts_at,
            SeminarSession.ends_at,
            SeminarSession.contact_minutes,
            SeminarSession.counts_for_completion,
        )
        .where(SeminarSession.seminar_id == seminar_id)
        .order_by(SeminarSession.starts_at, SeminarSession.id)
    )
    return [SheetSession(row[0], row[1], number, *row[2:]) for number, row in enumerate(rows, start=1)]


def people_by_group(session: Session, seminar_id: int, *, former: bool = False) -> list[SheetGroup]:
    """Return the people who hold a seat, by agency group (federal ones first) and name.

    Args:
        session: to read with.
        seminar_id: internal id.
        former: include people who lost their seat after they had been marked.
    """
    here = Registration.state == RegistrationState.REGISTERED
    if former:
        here = or_(here, exists().where(Mark.registration_id == Registration.id, Mark.status.is_not(None)))
    return _grouped(session, _PEOPLE.where(Registration.seminar_id == seminar_id, here))


_COLUMNS: list[Any] = [
    Registration.id.label("registration_id"),
    Registration.public_id,
    Registration.state.label("registration_state"),
    *SHOWN,
]
_PEOPLE = select(*_COLUMNS).join(Person, Person.id == Registration.person_id).where(Person.merged_into_id.is_(None))
"""The names of the columns are others than those of an agency's version."""
_AMONG = (
    _PEOPLE.add_columns(AgencyVersion.__table__)
    .outerjoin(AgencyVersion, AgencyVersion.id == Registration.agency_version_id)
    .where(
        Registration.seminar_id == bindparam("seminar_id"),
        Registration.state == RegistrationState.REGISTERED,
        Registration.public_id.in_(bindparam("registrations", expanding=True)),
    )
)


def people_among(session: Session, seminar_id: int, registrations: Collection[uuid.UUID]) -> list[SheetGroup]:
    """Return the people of these registrations who hold a seat, by agency group, in one statement."""
    rows = rows_of(session, _AMONG, {"seminar_id": seminar_id, "registrations": list(registrations)})
    return _in_groups(rows, {row.agency_version_id: agency_then(row) for row in rows})


def people_of(session: Session, seminar_id: int, registration_ids: Collection[int], *, agencies: AgenciesThen) -> list[SheetGroup]:
    """Return the people of these registrations, with or without a seat, by agency group."""
    return _grouped(session, _PEOPLE.where(Registration.seminar_id == seminar_id, Registration.id.in_(registration_ids)), agencies)


_HELD = select(SeminarSession.id, SeminarSession.starts_at, SeminarSession.contact_minutes).where(
    SeminarSession.seminar_id == bindparam("seminar_id"), SeminarSession.public_id == bindparam("session_id")
)
_HELD_ID = _HELD.with_only_columns(SeminarSession.id).scalar_subquery()
_BY_VERSION = (
    select(Registration.agency_version_id, Mark.status, func.count().label("people"))
    .outerjoin(Mark, (Mark.registration_id == Registration.id) & (Mark.session_id == _HELD_ID))
    .where(Registration.seminar_id == bindparam("seminar_id"), Registration.state == RegistrationState.REGISTERED)
    .group_by(Registration.agency_version_id, Mark.status)
    .subquery()
)
_BY_GROUP = (
    select(func.max(AgencyVersion.id).label("newest"), _BY_VERSION.c.status, func.sum(_BY_VERSION.c.people).label("people"))
    .select_from(_BY_VERSION)
    .outerjoin(AgencyVersion, AgencyVersion.id == _BY_VERSION.c.agency_version_id)
    .group_by(AgencyVersion.group_id, _BY_VERSION.c.status)
    .subquery()
)
_IN_SESSION = _HELD.subquery()
_HEAD = (
    select(AgencyVersion.__table__, _BY_GROUP.c.status, _BY_GROUP.c.people, _IN_SESSION.c.starts_at, _IN_SESSION.c.contact_minutes)
    .select_from(_BY_GROUP)
    .outerjoin(AgencyVersion, AgencyVersion.id == _BY_GROUP.c.newest)
    .join(_IN_SESSION, true())
)
"""Counted first and named afterwards: a sheet of thousands has few groups."""


class SheetHead(Struct, frozen=True):
    """What a sheet says above its lines: groups in their order with their counts, and the session's begin and length.

    Without people it says nothing of the session.
    """

    counts: Sequence[tuple[NamedAgency, Counts]]
    starts_at: datetime | None
    contact_minutes: int


def sheet_head(session: Session, seminar_id: int, session_id: uuid.UUID) -> SheetHead:
    """Count the marks of one session (by public id) for each agency group that has seats, in one statement."""
    rows = rows_of(session, _HEAD, {"seminar_id": seminar_id, "session_id": session_id})
    then = [agency_then(row) for row in rows]
    by_group: dict[int, Counter[MarkStatus | None]] = {}
    for agency, row in zip(then, rows, strict=True):
        by_group.setdefault(agency.group.id, Counter())[row.status] += int(row.people)
    groups = sorted(groups_then(then).values(), key=in_group_order)
    counts = [(group, counts_from(by_group[group.id])) for group in groups]
    return SheetHead(counts, rows[0].starts_at if rows else None, rows[0].contact_minutes if rows else 0)


def agencies_of_group(session: Session, key: str) -> set[int | None]:
    """Return the ids of all versions of agencies in the group with this key, as the sheet shows it; empty if there is no such group.

    Those who are not assigned have the version None.
    """
    return {version_id for version_id, then in agencies_then(session).items() if then.group.key == key}


def person_on_sheet(session: Session, seminar_id: int, public_id: uuid.UUID) -> SheetPerson:
    """Return one person of this seminar by registration, with or without a seat.

    Raises:
        NotFound: no such registration, or it belongs to another seminar.
    """
    groups = _grouped(session, _PEOPLE.where(Registration.seminar_id == seminar_id, Registration.public_id == public_id))
    if not groups:
        raise NotFound
    return groups[0].people[0]


def _grouped(session: Session, people: Select[Any], agencies: AgenciesThen | None = None) -> list[SheetGroup]:
    agencies = agencies_then(session) if agencies is None else agencies
    return _in_groups(in_parts(session, people), agencies)


def _in_groups(rows: Iterable[Any], agencies: AgenciesThen) -> list[SheetGroup]:
    by_group: dict[int, list[SheetPerson]] = {}
    versions = set()
    for row in rows:
        versions.add(row.agency_version_id)
        group_id = agencies[row.agency_version_id].group.id
        person = shown_person(row, agencies)
        counted = counted_as(row.sex, reserved=row.reserved, reason=row.reserved_reason, erased=row.erased_at is not None)
        by_group.setdefault(group_id, []).append(SheetPerson(row.registration_id, row.public_id, row.registration_state, person, counted))
    return [SheetGroup(group, _by_name(by_group[group.id])) for group in _groups(versions, agencies)]


def _by_name(people: list[SheetPerson]) -> tuple[SheetPerson, ...]:
    """Sort the people of a group, and tell namesakes apart."""
    ordered = sorted(people, key=lambda person: person.shown.order)
    shown = told_apart(person.shown for person in ordered)
    return tuple(person if person.shown is one else replace(person, shown=one) for person, one in zip(ordered, shown, strict=True))


def _groups(versions: Iterable[int], agencies: AgenciesThen) -> list[NamedAgency]:
    """Return the groups of these versions in the order of the sheet, each once."""
    return sorted(groups_then(agencies[version] for version in versions).values(), key=in_group_order)


_MARKS = select(
    Mark.registration_id, Mark.session_id, Mark.last, Mark.status, Mark.minutes, Mark.time_in, Mark.time_out, Mark.still_in, Mark.conflict
)


class SessionMarks(Struct, frozen=True):
    """The marks of one session by registration id, and the last observation of each person, also where the mark was taken away."""

    marks: Mapping[int, SheetMark]
    last: Mapping[int, uuid.UUID]


def marks_of_session(session: Session, session_id: int) -> SessionMarks:
    """Return the marks of one session."""
    rows = session.execute(_MARKS.where(Mark.session_id == session_id)).all()
    marks = {row.registration_id: _sheet_mark(row) for row in rows if row.status is not None}
    return SessionMarks(marks, {row.registration_id: row.last for row in rows})


def marks_of_person(session: Session, registration_id: int) -> SessionMarks:
    """Return one person's marks, and last observations, by session id."""
    rows = session.execute(_MARKS.where(Mark.registration_id == registration_id)).all()
    marks = {row.session_id: _sheet_mark(row) for row in rows if row.status is not None}
    return SessionMarks(marks, {row.session_id: row.last for row in rows})


def _sheet_mark(row: Any) -> SheetMark:
    return SheetMark(row.status, row.minutes, row.time_in, row.time_out, row.still_in, row.conflict, row.last)


def marks_of_seminar(session: Session, sessions: Sequence[SheetSession]) -> Marks:
    """Return the marks of all sessions by registration id. Equal marks share one object to save memory."""
    place = {seminar_session.id: index for index, seminar_session in enumerate(sessions)}
    rows = in_parts(
        session,
        select(
            Mark.registration_id,
            Mark.session_id,
            type_coerce(Mark.status, String),
            Mark.minutes,
            Mark.time_in,
            Mark.time_out,
            Mark.still_in,
            Mark.conflict,
        )
        .join(SeminarSession, SeminarSession.id == Mark.session_id)
        .where(SeminarSession.id.in_(place), Mark.status.is_not(None)),
    )
    marks: dict[int, list[SheetMark | None]] = {}
    known: dict[Any, SheetMark] = {}
    for row in rows:
        registration_id, session_id, *_values = row
        if (mark := known.get(row[2:])) is None:
            mark = known[row[2:]] = SheetMark(MarkStatus(row[2]), *row[3:])
        if (line := marks.get(registration_id)) is None:
            line = marks[registration_id] = [None] * len(place)
        line[place[session_id]] = mark
    return marks


def attendance_of(session: Session, seminar: Seminar, *, former: bool) -> Attendance:
    """Read the complete attendance of a seminar, in four statements, of a completed one in five."""
    sessions = sessions_of(session, seminar.id)
    people, marks = people_by_group(session, seminar.id, former=former), marks_of_seminar(session, sessions)
    return Attendance(seminar, sessions, people, marks, _frozen(session, seminar) if is_frozen(seminar.state) else {})


def _frozen(session: Session, seminar: Seminar) -> dict[int, Frozen]:
    rows = session.execute(
        select(
            Participation.registration_id,
            Participation.minutes_credited,
            Participation.contact_minutes,
            Participation.threshold_percent,
            Participation.completed,
        ).where(Participation.seminar_id == seminar.id, Participation.current, Participation.frozen_at.is_not(None))
    )
    return {row[0]: Frozen(Completion(*row[1:4]), row[4]) for row in rows}
