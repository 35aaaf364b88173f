"""Add, edit and delete the sessions of a seminar."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Protocol

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import InBothLanguages, NotFound, StaleEdit
from seminar_app.seminars import errors
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import Seminar, SeminarSession, Speaker
from seminar_app.seminars.rules import SessionTimes, local_of, may_change_sessions, minutes_between, overlapping, session_span, within_dates
from seminar_app.seminars.services.events import SeminarEdit, edited
from seminar_app.seminars.services.making import instant_typed, locked_seminar, trail


class SessionDetails(Struct, frozen=True, kw_only=True):
    """The editable data of a session. Times are local times of the seminar; an end at 0:00 means the midnight after `day`.

    Attributes:
        contact_minutes: None means the whole length of the session.
        speakers: (name, affiliation) in order.
    """

    day: date
    starts: time
    ends: time
    contact_minutes: int | None = None
    title_es: str | None = None
    title_en: str | None = None
    room: str | None = None
    counts_for_completion: bool = True
    speakers: Sequence[tuple[str, str | None]] = ()


class Titled(Protocol):
    """A session, stored or typed."""

    @property
    def title_es(self) -> str | None:
        """The title in Spanish."""

    @property
    def title_en(self) -> str | None:
        """The title in English."""


def add_session(
    session: Session, context: ChangeContext, *, seminar_id: int, details: SessionDetails, public_id: uuid.UUID | None = None
) -> SeminarSession:
    """Add a session to a seminar.

    Args:
        public_id: id of a deleted session that is restored, so that calendars recognize it.

    Raises:
        Refusal: one of `seminars.errors`, for example if it overlaps another session or is outside the seminar's days.
    """
    seminar = seminar_with_sessions(session, seminar_id)
    before = announced_now(session, seminar)
    row = SeminarSession(public_id=public_id or uuid.uuid4(), seminar_id=seminar.id)
    _write(session, context, seminar, row, details)
    session.add(row)
    session.flush()
    write_speakers(session, row, details.speakers)
    trail(session, context, seminar, action="session.added", subject=subject_of(row), minutes=row.contact_minutes)
    edited(session, context, seminar, SeminarEdit(sessions=frozenset({row.id})), before=before)
    return row


def edit_session(
    session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, version: int, details: SessionDetails
) -> SeminarSession:
    """Edit a session.

    Raises:
        NotFound: this seminar has no such session.
        StaleEdit: another user saved it since.
        Refusal: as in `add_session`.
    """
    seminar = seminar_with_sessions(session, seminar_id)
    before = announced_now(session, seminar)
    row = _session_of(session, seminar, public_id)
    if row.version != version:
        raise StaleEdit
    _write(session, context, seminar, row, details)
    write_speakers(session, row, details.speakers)
    trail(session, context, seminar, action="session.edited", subject=subject_of(row), minutes=row.contact_minutes)
    session.flush()
    edited(session, context, seminar, SeminarEdit(sessions=frozenset({row.id})), before=before)
    return row


def delete_session(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID) -> SessionDetails:
    """Delete a session that has no attendance and no feedback.

    Returns:
        Its data, so that it can be restored.

    Raises:
        NotFound: this seminar has no such session.
        SessionHasMarks: attendance or feedback refers to it.
    """
    seminar = seminar_with_sessions(session, seminar_id)
    before = announced_now(session, seminar)
    row = _session_of(session, seminar, public_id)
    speakers = session.scalars(select(Speaker).where(Speaker.session_id == row.id).order_by(Speaker.position)).all()
    was = details_as_stored(row, speakers, seminar.time_zone)
    delete_row(session, row)
    trail(session, context, seminar, action="session.deleted", subject=subject_of(row))
    edited(session, context, seminar, SeminarEdit(sessions=frozenset({row.id})), before=before)
    return was


def details_as_stored(row: SeminarSession, speakers: Iterable[Speaker], time_zone: str) -> SessionDetails:
    """Return the data of a session as somebody would type them."""
    starts, ends = local_of(row.starts_at, time_zone), local_of(row.ends_at, time_zone)
    return SessionDetails(
        day=starts.date(),
        starts=starts.time(),
        ends=ends.time(),
        contact_minutes=row.contact_minutes,
        title_es=row.title_es,
        title_en=row.title_en,
        room=row.room,
        counts_for_completion=row.counts_for_completion,
        speakers=tuple((speaker.name, speaker.affiliation) for speaker in speakers),
    )


def delete_row(session: Session, row: SeminarSession) -> None:
    """Delete a session with its speakers. Raises SessionHasMarks if attendance or feedback refers to it."""
    try:
        session.execute(delete(Speaker).where(Speaker.session_id == row.id))
        session.execute(delete(SeminarSession).where(SeminarSession.id == row.id))
    except IntegrityError as error:
        raise errors.SessionHasMarks from error


def seminar_with_sessions(session: Session, seminar_id: int) -> Seminar:
    """Return the seminar, locked, so that two users cannot add overlapping sessions at once."""
    seminar = locked_seminar(session, seminar_id)
    if not may_change_sessions(seminar.state):
        raise errors.SessionsFixed
    return seminar


def _session_of(session: Session, seminar: Seminar, public_id: uuid.UUID) -> SeminarSession:
    row = session.scalar(select(SeminarSession).where(SeminarSession.public_id == public_id, SeminarSession.seminar_id == seminar.id))
    if row is None:
        raise NotFound
    return row


def subject_of(row: SeminarSession) -> str:
    """Return how the audit log names the session."""
    return f"seminar_session:{row.public_id.hex}"


def _write(session: Session, context: ChangeContext, seminar: Seminar, row: SeminarSession, details: SessionDetails) -> None:
    times = checked_times(seminar, details, key=row.id)
    rows = session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == seminar.id)).all()
    refuse_overlap(seminar, times, ((times_of(other), other) for other in rows))
    write_row(context, row, details, times)


def checked_times(seminar: Seminar, details: SessionDetails, *, key: object) -> SessionTimes:
    """Return the instants of a session, whose data make sense by themselves. What else is held then is not looked at."""
    if not (details.title_es or details.title_en):
        raise errors.LanguageOfTextMissing
    if not seminar.starts_on <= details.day <= seminar.ends_on:
        raise errors.SessionOutsideDates(first=seminar.starts_on, last=seminar.ends_on)
    times = SessionTimes(key, *_times(seminar, details))
    if not within_dates(times, starts_on=seminar.starts_on, ends_on=seminar.ends_on, time_zone=seminar.time_zone):
        raise errors.SessionOutsideDates(first=seminar.starts_on, last=seminar.ends_on)
    lasts = minutes_between(times.starts_at, times.ends_at)
    if details.contact_minutes is not None and not 1 <= details.contact_minutes <= lasts:
        raise errors.MinutesOutOfReach(minutes=lasts)
    return times


def times_of(row: SeminarSession) -> SessionTimes:
    """Return the times of a stored session, by its internal id."""
    return SessionTimes(row.id, row.starts_at, row.ends_at)


def write_row(context: ChangeContext, row: SeminarSession, details: SessionDetails, times: SessionTimes) -> None:
    """Write what was checked into the columns of a session."""
    lasts = minutes_between(times.starts_at, times.ends_at)
    row.title_es, row.title_en, row.room = details.title_es or None, details.title_en or None, details.room or None
    row.starts_at, row.ends_at = times.starts_at, times.ends_at
    row.contact_minutes = lasts if details.contact_minutes is None else details.contact_minutes
    row.counts_for_completion = details.counts_for_completion
    row.changed_at = context.now


def _times(seminar: Seminar, details: SessionDetails) -> tuple[datetime, datetime]:
    """Return the instants of start and end."""
    span = session_span(details.day, details.starts, details.ends, seminar.time_zone)
    if span is None:
        raise errors.SessionReversed
    begins, until = span
    return instant_typed(begins, seminar.time_zone, field="starts"), instant_typed(until, seminar.time_zone, field="ends")


def refuse_overlap(seminar: Seminar, times: SessionTimes, others: Iterable[tuple[SessionTimes, Titled]]) -> None:
    """Refuse a session while one of the others is held."""
    held = list(others)
    other = overlapping(times, (each for each, _titled in held))
    if other is not None:
        titled = next(titled for each, titled in held if each is other)
        raise errors.SessionsOverlap(
            session=InBothLanguages(titled.title_es, titled.title_en),
            starts=local_of(other.starts_at, seminar.time_zone).time(),
            ends=local_of(other.ends_at, seminar.time_zone).time(),
        )


def write_speakers(session: Session, row: SeminarSession, speakers: Sequence[tuple[str, str | None]]) -> None:
    """Write the speakers in order. A speaker who stays keeps the same row, because feedback refers to it."""
    present = list(session.scalars(select(Speaker).where(Speaker.session_id == row.id).order_by(Speaker.position)))
    if [(speaker.name, speaker.affiliation) for speaker in present] == list(speakers):
        return
    by_name: dict[str, list[Speaker]] = {}
    for speaker in present:
        by_name.setdefault(speaker.name, []).append(speaker)
        speaker.position += 1_000_000  # moved away first: positions are unique within the session at every moment
    session.flush()
    for place, (name, affiliation) in enumerate(speakers):
        same = by_name.get(name)
        found = same.pop(0) if same else Speaker(public_id=uuid.uuid4(), session_id=row.id, name=name)
        found.position, found.affiliation = place, affiliation
        session.add(found)
    gone = [speaker.id for left in by_name.values() for speaker in left]
    try:
        session.flush()
        session.execute(delete(Speaker).where(Speaker.id.in_(gone)))
    except IntegrityError as error:
        raise errors.SpeakerHasFeedback from error
