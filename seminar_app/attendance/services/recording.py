"""Record attendance. What is recorded is an observation, which is only ever added; the mark follows from all of them.

The registration's row is locked, so what is observed of one person is written one after the other, whoever records it and in
whichever session. An observation that was stored before changes nothing, and neither does an entry that asks for the present mark.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import HAS_MINUTES, MarkMethod, MarkStatus, ObservationKind, may_observe, minutes_said
from seminar_app.attendance.services.sheet import NewObservation, OpenSheet, Outcome, open_sheet, refuse_ids_of_others, store
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeminarSession


class Seen(Struct, frozen=True):
    """What a page showed before the coordinator changed it: the observation that its mark ended with, None for «never marked»."""

    last: uuid.UUID | None


class Entry(Struct, frozen=True):
    """One coordinator's entry for one person in one session.

    Attributes:
        registration: public id.
        status: None takes the mark away.
        minutes: credited, for late and left early; None is the stated default.
        seen: what the page showed; None if unknown, and then the entry follows the present mark.
        id: of the observation, so that an entry that is sent twice is stored once.
        after: ids of earlier entries for the line from the same page whose answers never came; the last that was stored was seen.
    """

    registration: uuid.UUID
    status: MarkStatus | None
    minutes: int | None = None
    seen: Seen | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    after: Sequence[uuid.UUID] = ()


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
        TooEarly: presence, more than 60 minutes before the session.
        AttendanceIsShut: the seminar is a draft, completed or archived.
    """
    entry = Entry(registration, status, minutes)
    return record(session, context, seminar_id=seminar_id, session_id=session_id, entries=[entry], method=method)[0]


def clear(session: Session, context: ChangeContext, *, seminar_id: int, session_id: uuid.UUID, registration: uuid.UUID) -> Outcome:
    """Take a mark away as if it had never been taken. What was observed before is kept.

    Raises:
        NotFound, NotOnTheSheet, AttendanceIsShut: as for `mark`.
    """
    entry = Entry(registration, None)
    return record(session, context, seminar_id=seminar_id, session_id=session_id, entries=[entry])[0]


def mark_on_arrival(
    session: Session, context: ChangeContext, *, seminar_id: int, session_id: uuid.UUID, registration: uuid.UUID
) -> Outcome | None:
    """Mark a person present who was just entered at the door; None where they hold no seat, or the session is not near yet.

    Raises:
        NotFound: no such session in this seminar.
        AttendanceIsShut: the seminar is a draft, completed or archived.
    """
    sheet = open_sheet(session, seminar_id, session_id, [registration])
    if registration not in sheet.seated or not may_observe(ObservationKind.PRESENT, at=context.now, starts_at=sheet.place.starts_at):
        return None
    return _record(session, context, sheet, [Entry(registration, MarkStatus.PRESENT)], MarkMethod.LIST)[0]


def clear_all(session: Session, context: ChangeContext, *, seminar_id: int, registration: uuid.UUID) -> None:
    """Take all marks of a person away, who was entered by mistake. Nothing is done for a person without a seat.

    Raises:
        AttendanceIsShut: the seminar is a draft, completed or archived.
    """
    marked = (
        select(SeminarSession.public_id)
        .join(Mark, Mark.session_id == SeminarSession.id)
        .join(Registration, Registration.id == Mark.registration_id)
        .where(Registration.public_id == registration, Registration.seminar_id == seminar_id, Mark.status.is_not(None))
        .where(Registration.state == RegistrationState.REGISTERED)
        .order_by(SeminarSession.starts_at, SeminarSession.id)
    )
    for session_id in session.scalars(marked).all():
        clear(session, context, seminar_id=seminar_id, session_id=session_id, registration=registration)


def mark_all(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    session_id: uuid.UUID,
    status: MarkStatus,
    agencies: Collection[int | None] | None = None,
    method: MarkMethod = MarkMethod.LIST,
) -> list[Outcome]:
    """Mark all people who have no mark yet: those of some agencies as of then (ids of versions), or the whole sheet. Existing marks stay.

    Returns:
        One outcome for each person marked; empty if all had a mark.

    Raises:
        NotFound, TooEarly, AttendanceIsShut: as for `mark`.
    """
    unmarked = (
        select(Registration.public_id)
        .join(SeminarSession, SeminarSession.seminar_id == Registration.seminar_id)
        .outerjoin(Mark, (Mark.registration_id == Registration.id) & (Mark.session_id == SeminarSession.id))
        .where(
            Registration.seminar_id == seminar_id,
            SeminarSession.public_id == session_id,
            Registration.state == RegistrationState.REGISTERED,
            Mark.status.is_(None),
        )
    )
    if agencies is not None:
        of_these = Registration.agency_version_id.in_([each for each in agencies if each is not None])
        unmarked = unmarked.where(of_these | Registration.agency_version_id.is_(None) if None in agencies else of_these)
    sheet = open_sheet(session, seminar_id, session_id, session.scalars(unmarked).all())
    entries = [Entry(public_id, status) for public_id in sheet.seated if (kept := sheet.kept(public_id)) is None or kept.mark is None]
    return _record(session, context, sheet, entries, method)


def record(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    session_id: uuid.UUID,
    entries: Sequence[Entry],
    method: MarkMethod = MarkMethod.LIST,
    leave_out_gone: bool = False,
) -> list[Outcome]:
    """Write a coordinator's entries as observed now, in a fixed number of statements per 500 people.

    If there are two entries for one person (our pages send none), the last counts.

    Args:
        leave_out_gone: whether entries of people who hold no seat any more are left out, so that the others are kept.

    Returns:
        An outcome for each person, in the order of the entries.

    Raises:
        ObservationDiffers: an entry with the same id was stored with other values.
        NotFound, NotOnTheSheet, MinutesOutOfRange, TooEarly, AttendanceIsShut: as for `mark`; then nothing is written.
    """
    sheet = open_sheet(session, seminar_id, session_id, [entry.registration for entry in entries])
    entries = list({entry.registration: entry for entry in entries if entry.registration in sheet.seated or not leave_out_gone}.values())
    for entry in entries:
        sheet.check(entry.registration, entry.minutes if entry.status in HAS_MINUTES else None)
    return _record(session, context, sheet, entries, method)


def observe(
    session: Session, context: ChangeContext, *, seminar_id: int, session_id: uuid.UUID, observations: Sequence[NewObservation]
) -> list[Outcome]:
    """Store observations of one session as a device sends them: late, shuffled, or again.

    Returns:
        An outcome for each observation, in their order, with the mark that all of them make.

    Raises:
        ObservationDiffers: an observation with the same id was stored with other values.
        NotFound, NotOnTheSheet, MinutesOutOfRange, TooEarly, AttendanceIsShut: as for `mark`; then nothing is written.
    """
    sheet = open_sheet(session, seminar_id, session_id, [one.registration for one in observations])
    for one in observations:
        sheet.check(one.registration, one.minutes)
    refuse_ids_of_others(session, sheet, observations)
    return store(session, context, sheet, observations)


def _record(session: Session, context: ChangeContext, sheet: OpenSheet, entries: Sequence[Entry], method: MarkMethod) -> list[Outcome]:
    """Store the entries that ask for another mark than the present one."""
    asking = [entry for entry in entries if _asks(sheet, entry)]
    outcomes = {one.registration: one for one in store(session, context, sheet, [_observation(sheet, context, e, method) for e in asking])}
    return [outcomes.get(entry.registration) or _unchanged(sheet, entry.registration) for entry in entries]


def _unchanged(sheet: OpenSheet, registration: uuid.UUID) -> Outcome:
    kept = sheet.kept(registration)
    return Outcome(registration, kept.mark if kept else None, kept.mark if kept else None, False, kept.last if kept else None)


def _asks(sheet: OpenSheet, entry: Entry) -> bool:
    """Whether the entry asks for another mark. The same status without minutes keeps the mark."""
    kept = sheet.kept(entry.registration)
    before = kept.mark if kept else None
    if before is None or entry.status is None or before.status is not entry.status:
        return entry.status is not (before.status if before else None)
    return entry.status in HAS_MINUTES and entry.minutes is not None and _said(sheet, entry) != before.minutes


def _said(sheet: OpenSheet, entry: Entry) -> int | None:
    if entry.status is None:
        return None
    times = sheet.times
    return minutes_said(entry.status, entry.minutes, contact_minutes=times.contact_minutes, excused_rule=times.excused_rule)


def _observation(sheet: OpenSheet, context: ChangeContext, entry: Entry, method: MarkMethod) -> NewObservation:
    kept = sheet.kept(entry.registration)
    own = [earlier for earlier in entry.after if kept is not None and kept.find(earlier) is not None]
    if own:
        follows: uuid.UUID | None = own[-1]
    elif entry.seen is not None:
        follows = entry.seen.last
    else:
        follows = kept.last if kept else None
    return NewObservation(
        id=entry.id,
        registration=entry.registration,
        kind=ObservationKind(entry.status.value) if entry.status else ObservationKind.CLEARED,
        observed_at=context.now,
        minutes=_said(sheet, entry),
        follows=follows,
        method=method,
    )
