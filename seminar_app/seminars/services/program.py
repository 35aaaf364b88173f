"""Save the program of a seminar: all its sessions at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import InBothLanguages, Refusal
from seminar_app.core.values import replace
from seminar_app.seminars import errors
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import Seminar, SeminarSession, Speaker
from seminar_app.seminars.rules import SessionTimes, local_of, minutes_said
from seminar_app.seminars.services.events import SeminarEdit, edited
from seminar_app.seminars.services.making import trail
from seminar_app.seminars.services.sessions import (
    SessionDetails,
    checked_times,
    delete_row,
    details_as_stored,
    refuse_overlap,
    seminar_with_sessions,
    subject_of,
    times_of,
    write_row,
    write_speakers,
)


class ProgramLine(Struct, frozen=True, kw_only=True):
    """A line of the program. Its room is not typed here: the session keeps the one it has.

    Attributes:
        public_id: of the session; None for a new one.
        version: that the page showed.
        delete: whether the session is to be deleted; `details` says nothing then.
    """

    details: SessionDetails | None = None
    public_id: uuid.UUID | None = None
    version: int = 0
    delete: bool = False


class _Stored(Struct, frozen=True):
    row: SeminarSession
    details: SessionDetails


class _Change(Struct, frozen=True):
    """A line that differs from what is stored. `number` is its place in the page; without details the session is deleted."""

    number: int
    stored: _Stored | None
    details: SessionDetails | None


def save_program(session: Session, context: ChangeContext, *, seminar_id: int, lines: Sequence[ProgramLine]) -> int:
    """Add, edit and delete sessions, all or none of them. Sessions of which no line speaks stay as they are.

    A line that says what is stored changes nothing, whatever its version. Sessions are compared as they all are after the change, so
    two of them can exchange their times.

    Returns:
        How many sessions were added, edited or deleted.

    Raises:
        LinesRefused: what is wrong with each line, as `add_session`, `edit_session` and `delete_session` would say it.
        SessionsFixed: the sessions of this seminar can no longer change.
    """
    seminar = seminar_with_sessions(session, seminar_id)
    before = announced_now(session, seminar)
    stored = _stored(session, seminar)
    changes = _changes(seminar, lines, stored)
    times = _checked(seminar, changes, stored)
    concerned = frozenset(_apply(session, context, seminar, changes, times))
    session.flush()
    edited(session, context, seminar, SeminarEdit(sessions=concerned), before=before)
    return len(changes)


def _stored(session: Session, seminar: Seminar) -> dict[uuid.UUID, _Stored]:
    """Return the sessions with their speakers, by public id. Two statements."""
    of_seminar = SeminarSession.seminar_id == seminar.id
    speakers: dict[int, list[Speaker]] = {}
    for speaker in session.scalars(
        select(Speaker).join(SeminarSession, SeminarSession.id == Speaker.session_id).where(of_seminar).order_by(Speaker.position)
    ):
        speakers.setdefault(speaker.session_id, []).append(speaker)
    rows = session.scalars(select(SeminarSession).where(of_seminar).order_by(SeminarSession.starts_at)).all()
    return {row.public_id: _Stored(row, details_as_stored(row, speakers.get(row.id, ()), seminar.time_zone)) for row in rows}


def _changes(seminar: Seminar, lines: Sequence[ProgramLine], stored: Mapping[uuid.UUID, _Stored]) -> list[_Change]:
    """Return the lines that differ from what is stored. Refuse those whose session another user has saved or deleted since."""
    found: list[_Change] = []
    stale: list[tuple[int, Refusal]] = []
    for number, line in enumerate(lines):
        known = stored.get(line.public_id) if line.public_id is not None else None
        if line.public_id is not None and known is None:
            if not line.delete:
                stale.append((number, errors.SessionGone()))
            continue
        details = line.details
        if known is not None and details is not None:
            details = replace(details, room=known.details.room)
            if details == _as_typed(known):
                continue
        if known is not None and known.row.version != line.version:
            stale.append((number, _changed_meanwhile(known, seminar)))
        found.append(_Change(number, known, None if line.delete else details))
    if stale:
        raise errors.LinesRefused(stale)
    return found


def _as_typed(known: _Stored) -> SessionDetails:
    """Return the stored data with the minutes as the page shows them: only where they are not the whole session."""
    return replace(known.details, contact_minutes=minutes_said(known.row.contact_minutes, known.row.starts_at, known.row.ends_at))


def _changed_meanwhile(known: _Stored, seminar: Seminar) -> Refusal:
    starts, ends = local_of(known.row.starts_at, seminar.time_zone), local_of(known.row.ends_at, seminar.time_zone)
    titles = InBothLanguages(known.row.title_es, known.row.title_en)
    return errors.SessionChanged(session=titles, day=starts.date(), starts=starts.time(), ends=ends.time())


def _checked(seminar: Seminar, changes: Sequence[_Change], stored: Mapping[uuid.UUID, _Stored]) -> dict[int, SessionTimes]:
    """Return the times of each line that is added or edited; all that is wrong is said at once."""
    changing = {change.stored.row.id for change in changes if change.stored is not None}
    held: list[tuple[SessionTimes, SeminarSession | SessionDetails]] = [
        (times_of(known.row), known.row) for known in stored.values() if known.row.id not in changing
    ]
    times: dict[int, SessionTimes] = {}
    faults: list[tuple[int, Refusal]] = []
    for change in changes:
        if change.details is None:
            continue
        try:
            times[change.number] = checked_times(seminar, change.details, key=("line", change.number))
            refuse_overlap(seminar, times[change.number], held)
            held.append((times[change.number], change.details))
        except Refusal as refusal:
            faults.append((change.number, refusal))
    if faults:
        raise errors.LinesRefused(faults)
    return times


def _apply(
    session: Session, context: ChangeContext, seminar: Seminar, changes: Sequence[_Change], times: Mapping[int, SessionTimes]
) -> Iterator[int]:
    """Write the changes, deletions first. Yield the internal ids of the sessions."""
    for change in sorted(changes, key=lambda each: each.details is not None):
        row = change.stored.row if change.stored is not None else SeminarSession(public_id=uuid.uuid4(), seminar_id=seminar.id)
        try:
            if change.details is None:
                delete_row(session, row)
                trail(session, context, seminar, action="session.deleted", subject=subject_of(row))
            else:
                write_row(context, row, change.details, times[change.number])
                session.add(row)
                session.flush()
                write_speakers(session, row, change.details.speakers)
                action = "session.added" if change.stored is None else "session.edited"
                trail(session, context, seminar, action=action, subject=subject_of(row), minutes=row.contact_minutes)
        except Refusal as refusal:
            raise errors.LinesRefused([(change.number, refusal)]) from refusal
        yield row.id
