"""Record attendance. Every change keeps the value that it replaced; an entry that changes nothing writes nothing.

The row of the session is locked, so marks of one session are written one after the other. Of two coordinators the last one
wins, the history keeps both marks, and `Outcome.overtaken` says whose mark was replaced unseen.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from seminar_app.attendance.errors import AttendanceIsShut, MinutesOutOfRange, NotOnTheSheet
from seminar_app.attendance.models import Mark, MarkHistory
from seminar_app.attendance.queries import SheetMark
from seminar_app.attendance.rules import HAS_MINUTES, MarkMethod, MarkStatus, may_credit, minutes_to_store, takes_marks
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession


@dataclass(frozen=True, slots=True)
class Seen:
    """A mark as a page showed it before the coordinator changed it; `status` None is «not marked»."""

    status: MarkStatus | None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One coordinator's entry for one person in one session.

    Attributes:
        registration: public id.
        status: None clears the mark.
        minutes: credited, for late and left early; None is the stated default.
        seen: the mark that the page showed, or None if unknown; without it an overtaken mark is not noticed.
    """

    registration: uuid.UUID
    status: MarkStatus | None
    minutes: int | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an entry."""

    registration: uuid.UUID
    before: SheetMark | None
    after: SheetMark | None
    overtaken: str | None
    """Actor (as in the audit log) who had changed the mark since the page was shown; None if the mark was unchanged."""

    @property
    def changed(self) -> bool:
        """Whether a row was written."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class _Call:
    """What the marks to write have in common."""

    seminar: Seminar
    seminar_session: SeminarSession
    method: MarkMethod
    context: ChangeContext


def mark(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    session_id: uuid.UUID,
    registration: uuid.UUID,
    status: MarkStatus,
    minutes: int | None = None,
    method: MarkMethod = MarkMethod.LIST,
) -> Outcome:
    """Mark one person in one session. The same mark again changes nothing.

    Raises:
        NotFound: no such session in this seminar.
        NotOnTheSheet: the registration belongs to another seminar, or holds no seat.
        MinutesOutOfRange: below 0 or above the session's contact minutes.
        AttendanceIsShut: the seminar is a draft or archived.
    """
    entry = Entry(registration, status, minutes)
    return record(session, context, seminar_id=seminar_id, session_id=session_id, entries=[entry], method=method)[0]


def clear(session: Session, context: ChangeContext, *, seminar_id: int, session_id: uuid.UUID, registration: uuid.UUID) -> Outcome:
    """Remove a mark as if it had never been taken. The history keeps it.

    Raises:
        NotFound, NotOnTheSheet, AttendanceIsShut: as for `mark`.
    """
    entry = Entry(registration, None)
    return record(session, context, seminar_id=seminar_id, session_id=session_id, entries=[entry])[0]


def mark_all(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    session_id: uuid.UUID,
    status: MarkStatus,
    agencies: Collection[int] | None = None,
    method: MarkMethod = MarkMethod.LIST,
) -> list[Outcome]:
    """Mark all people who have no mark yet: those of some agencies as of then (ids of versions), or the whole sheet. Existing marks stay.

    Returns:
        One outcome for each person marked; empty if all had a mark.

    Raises:
        NotFound, AttendanceIsShut: as for `mark`.
    """
    seminar_session, seminar = _lock(session, seminar_id, session_id)
    unmarked = (
        select(Registration.id, Registration.public_id)
        .outerjoin(Mark, (Mark.registration_id == Registration.id) & (Mark.session_id == seminar_session.id))
        .where(Registration.seminar_id == seminar_id, Registration.state == RegistrationState.REGISTERED, Mark.id.is_(None))
    )
    if agencies is not None:
        unmarked = unmarked.where(Registration.agency_version_id.in_(agencies))
    people = {row.public_id: row.id for row in session.execute(unmarked)}
    entries = [Entry(public_id, status) for public_id in people]
    return _write(session, _Call(seminar, seminar_session, method, context), entries, people, {})


def record(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    session_id: uuid.UUID,
    entries: Sequence[Entry],
    method: MarkMethod = MarkMethod.LIST,
) -> list[Outcome]:
    """Write a coordinator's entries, in a fixed number of statements per 500 people.

    If there are two entries for one person (our pages send none), the last counts.

    Returns:
        An outcome for each person, in the order of the entries.

    Raises:
        NotFound, NotOnTheSheet, MinutesOutOfRange, AttendanceIsShut: as for `mark`; then nothing is written.
    """
    seminar_session, seminar = _lock(session, seminar_id, session_id)
    people, marks = _seated(session, seminar_id, seminar_session.id, [entry.registration for entry in entries])
    for entry in entries:
        if entry.registration not in people:
            raise NotOnTheSheet
        asked = entry.minutes if entry.status in HAS_MINUTES else None
        if asked is not None and not may_credit(asked, contact_minutes=seminar_session.contact_minutes):
            raise MinutesOutOfRange(contact_minutes=seminar_session.contact_minutes, minutes=str(asked)[:20])
    entries = list({entry.registration: entry for entry in entries}.values())
    return _write(session, _Call(seminar, seminar_session, method, context), entries, people, marks)


_LOCK = (
    select(SeminarSession, Seminar)
    .join(Seminar, Seminar.id == SeminarSession.seminar_id)
    .where(SeminarSession.public_id == bindparam("session_id"), SeminarSession.seminar_id == bindparam("seminar_id"))
    .with_for_update(of=SeminarSession, key_share=True)
)


def _lock(session: Session, seminar_id: int, session_id: uuid.UUID) -> tuple[SeminarSession, Seminar]:
    found = session.execute(_LOCK, {"session_id": session_id, "seminar_id": seminar_id}).one_or_none()
    if found is None:
        raise NotFound
    if not takes_marks(found.Seminar.state):
        raise AttendanceIsShut
    return found.SeminarSession, found.Seminar


CHUNK = 500
"""Values in one IN list. It keeps statements short enough that both databases plan them well."""


def _chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    everything = list(values)
    return (everything[start : start + CHUNK] for start in range(0, len(everything), CHUNK))


MARK = cast(Table, Mark.__table__)
HISTORY = cast(Table, MarkHistory.__table__)
_SEATED = (
    select(Registration.public_id, Registration.id.label("seated_id"), *MARK.c)
    .outerjoin(MARK, (MARK.c.registration_id == Registration.id) & (MARK.c.session_id == bindparam("session_id")))
    .where(
        Registration.seminar_id == bindparam("seminar_id"),
        Registration.state == RegistrationState.REGISTERED,
        Registration.public_id.in_(bindparam("registrations", expanding=True)),
    )
)


def _seated(
    session: Session, seminar_id: int, session_id: int, registrations: Iterable[uuid.UUID]
) -> tuple[dict[uuid.UUID, int], dict[int, Row[Any]]]:
    """Return the registrations among these that hold a seat, and their marks in this session by registration id."""
    people: dict[uuid.UUID, int] = {}
    marks: dict[int, Row[Any]] = {}
    for some in _chunks(registrations):
        for row in session.execute(_SEATED, {"seminar_id": seminar_id, "session_id": session_id, "registrations": some}):
            people[row.public_id] = row.seated_id
            if row.id is not None:
                marks[row.seated_id] = row
    return people, marks


KEPT = ("registration_id", "session_id", "status", "minutes_credited", "time_in", "time_out", "method", "recorded_by", "recorded_at")
CHANGED = ("status", "minutes_credited", "method", "recorded_by", "recorded_at", "version")
ALTER = update(MARK).where(MARK.c.id == bindparam("mark_id")).values({name: bindparam(f"new_{name}") for name in CHANGED})


def _write(
    session: Session, call: _Call, entries: Sequence[Entry], people: Mapping[uuid.UUID, int], marks: Mapping[int, Row[Any]]
) -> list[Outcome]:
    """Decide each entry, then write: replaced values to the history; marks inserted, updated and deleted; one audit row."""
    outcomes = [_outcome(entry, marks.get(people[entry.registration]), call) for entry in entries]
    changed = [outcome for outcome in outcomes if outcome.changed]
    replaced, new, altered, gone = [], [], [], []
    for outcome in changed:
        row = marks.get(people[outcome.registration])
        if row is not None:
            replaced.append(
                {name: row._mapping[name] for name in KEPT} | {"replaced_by": call.context.actor, "replaced_at": call.context.now}
            )
        if outcome.after is None:
            gone.append({"mark_id": row.id if row is not None else None})
            continue
        values = {"status": outcome.after.status, "minutes_credited": outcome.after.minutes}
        values |= {"method": call.method, "recorded_by": call.context.actor, "recorded_at": call.context.now}
        if row is None:
            new.append(values | {"registration_id": people[outcome.registration], "session_id": call.seminar_session.id, "version": 1})
        else:
            altered.append({"mark_id": row.id, "new_version": row.version + 1} | {f"new_{name}": value for name, value in values.items()})
    for statement, rows in (
        (insert(HISTORY), replaced),
        (insert(MARK), new),
        (ALTER, altered),
        (delete(MARK).where(MARK.c.id == bindparam("mark_id")), gone),
    ):
        if rows:
            session.execute(statement, rows)
    _record_change(session, call, changed)
    return outcomes


def _outcome(entry: Entry, row: Row[Any] | None, call: _Call) -> Outcome:
    before = None if row is None else SheetMark(row.status, row.minutes_credited, row.time_in, row.time_out)
    after = _wanted(entry, before, call)
    overtaken = None
    if entry.seen is not None and row is not None and before != after and not _is_what_was_seen(before, entry.seen):
        overtaken = row.recorded_by
    return Outcome(entry.registration, before, after, overtaken)


def _wanted(entry: Entry, before: SheetMark | None, call: _Call) -> SheetMark | None:
    """Return the mark that the entry asks for. The same status without minutes keeps the mark; times in and out stay."""
    if entry.status is None:
        return None
    if before is not None and before.status is entry.status and (entry.minutes is None or entry.status not in HAS_MINUTES):
        return before
    minutes = minutes_to_store(
        entry.status, entry.minutes, contact_minutes=call.seminar_session.contact_minutes, excused_rule=call.seminar.excused_rule
    )
    return SheetMark(entry.status, minutes, before.time_in if before else None, before.time_out if before else None)


def _is_what_was_seen(mark: SheetMark | None, seen: Seen) -> bool:
    if mark is None or seen.status is None:
        return mark is None and seen.status is None
    return mark.status is seen.status and seen.minutes in (None, mark.minutes)


def _record_change(session: Session, call: _Call, changed: Sequence[Outcome]) -> None:
    if not changed:
        return
    details: dict[str, Any] = {"session": call.seminar_session.public_id.hex}
    if len(changed) == 1:
        (one,) = changed
        subject = f"registration:{one.registration.hex}"
        details |= {"from": one.before.status.value if one.before else None, "to": one.after.status.value if one.after else None}
        details["minutes"] = one.after.minutes if one.after else None
    else:
        subject = f"seminar_session:{call.seminar_session.public_id.hex}"
        details["changed"] = len(changed)
        details["to"] = Counter(outcome.after.status.value if outcome.after else "cleared" for outcome in changed)
    action = "attendance.marked" if any(outcome.after for outcome in changed) else "attendance.cleared"
    audit.record(session, call.context, action=action, subject=subject, seminar=call.seminar.slug, details=details)
