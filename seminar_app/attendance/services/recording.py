"""Record attendance. What is recorded is an observation, which is only ever added; the mark follows from all of them.

The registration's row is locked, so what is observed of one person is written one after the other, whoever records it and in
whichever session. An observation that was stored before changes nothing, and neither does an entry that asks for the present mark.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from seminar_app.attendance.errors import (
    AttendanceIsShut,
    MinutesOutOfRange,
    NotOnTheSheet,
    ObservationDiffers,
    TooEarly,
)
from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.queries import SheetMark
from seminar_app.attendance.rules import (
    EARLIEST,
    HAS_MINUTES,
    MarkMethod,
    MarkStatus,
    ObservationKind,
    Observed,
    ParticipationFacts,
    Times,
    may_credit,
    may_observe,
    minutes_said,
    observed_time,
    takes_marks,
)
from seminar_app.attendance.services.observed import AllKept, Kept, SeminarFacts, SessionFacts, chunks, kept_of, read_observed, write_marks
from seminar_app.attendance.services.participations import facts_of, write_participations
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_rows
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeminarSession
from seminar_app.seminars.rules import local_of


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed before the coordinator changed it: the observation that its mark ended with, None for «never marked»."""

    last: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Entry:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObservation:
    """An observation as a page or a device sends it.

    Attributes:
        id: made by the sender; sending it again changes nothing.
        registration: public id.
        minutes: credited, for late and left early; None if nobody said them.
        follows: the last observation that the sender had in view.
        observed_at: by the sender's clock, corrected by its measured offset.
        reason: why, in words, for example of a correction.
    """

    id: uuid.UUID
    registration: uuid.UUID
    kind: ObservationKind
    observed_at: datetime
    minutes: int | None = None
    follows: uuid.UUID | None = None
    method: MarkMethod = MarkMethod.LIST
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an entry or observation."""

    registration: uuid.UUID
    before: SheetMark | None
    after: SheetMark | None
    stored: bool
    """Whether an observation was added."""
    last: uuid.UUID | None
    """The observation that the mark ends with now, also where it was taken away."""
    overtaken: str | None = None
    """Actor (as in the audit log) whose mark was replaced unseen; None if there was none."""

    @property
    def changed(self) -> bool:
        """Whether the mark is another one now."""
        return self.before != self.after


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
        unmarked = unmarked.where(Registration.agency_version_id.in_(agencies))
    sheet = _open(session, seminar_id, session_id, session.scalars(unmarked).all())
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
) -> list[Outcome]:
    """Write a coordinator's entries as observed now, in a fixed number of statements per 500 people.

    If there are two entries for one person (our pages send none), the last counts.

    Returns:
        An outcome for each person, in the order of the entries.

    Raises:
        ObservationDiffers: an entry with the same id was stored with other values.
        NotFound, NotOnTheSheet, MinutesOutOfRange, TooEarly, AttendanceIsShut: as for `mark`; then nothing is written.
    """
    sheet = _open(session, seminar_id, session_id, [entry.registration for entry in entries])
    entries = list({entry.registration: entry for entry in entries}.values())
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
    sheet = _open(session, seminar_id, session_id, [one.registration for one in observations])
    for one in observations:
        sheet.check(one.registration, one.minutes)
    _refuse_ids_of_others(session, sheet, observations)
    return _store(session, context, sheet, observations)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The part of a sheet that is being written: its people are locked, and all that was observed of them is read."""

    facts: SeminarFacts
    place: SessionFacts
    seated: dict[uuid.UUID, int]
    all_kept: AllKept

    @property
    def times(self) -> Times:
        return self.facts.times(self.place)

    def kept(self, registration: uuid.UUID) -> Kept | None:
        """Return what was observed of a person in this session."""
        return self.all_kept[self.seated[registration]].get(self.place.id)

    def check(self, registration: uuid.UUID, minutes: int | None) -> None:
        if registration not in self.seated:
            raise NotOnTheSheet
        contact_minutes = self.place.contact_minutes
        if minutes is not None and not may_credit(minutes, contact_minutes=contact_minutes):
            raise MinutesOutOfRange(contact_minutes=contact_minutes, minutes=str(minutes)[:20])


_LOCK = (
    select(Registration.public_id, Registration.id)
    .where(
        Registration.seminar_id == bindparam("seminar_id"),
        Registration.state == RegistrationState.REGISTERED,
        Registration.public_id.in_(bindparam("registrations", expanding=True)),
    )
    .order_by(Registration.id)
    .with_for_update(of=Registration, key_share=True)
)


def _open(session: Session, seminar_id: int, session_id: uuid.UUID, registrations: Sequence[uuid.UUID]) -> _Sheet:
    """Lock the registrations among these that hold a seat, and then read what decides: no change of these people comes between."""
    seated: dict[uuid.UUID, int] = {}
    for some in chunks(sorted(registrations)):
        for row in session.execute(_LOCK, {"seminar_id": seminar_id, "registrations": some}):
            seated[row.public_id] = row.id
    facts, all_kept = read_observed(session, seminar_id, seated.values())
    place = next((each for each in facts.sessions.values() if each.public_id == session_id), None) if facts else None
    if facts is None or place is None:
        raise NotFound
    if not takes_marks(facts.state):
        raise AttendanceIsShut
    return _Sheet(facts, place, seated, all_kept)


def _record(session: Session, context: ChangeContext, sheet: _Sheet, entries: Sequence[Entry], method: MarkMethod) -> list[Outcome]:
    """Store the entries that ask for another mark than the present one."""
    asking = [entry for entry in entries if _asks(sheet, entry)]
    outcomes = {one.registration: one for one in _store(session, context, sheet, [_observation(sheet, context, e, method) for e in asking])}
    return [outcomes.get(entry.registration) or _unchanged(sheet, entry.registration) for entry in entries]


def _unchanged(sheet: _Sheet, registration: uuid.UUID) -> Outcome:
    kept = sheet.kept(registration)
    return Outcome(registration, kept.mark if kept else None, kept.mark if kept else None, False, kept.last if kept else None)


def _asks(sheet: _Sheet, entry: Entry) -> bool:
    """Whether the entry asks for another mark. The same status without minutes keeps the mark."""
    kept = sheet.kept(entry.registration)
    before = kept.mark if kept else None
    if before is None or entry.status is None or before.status is not entry.status:
        return entry.status is not (before.status if before else None)
    return entry.status in HAS_MINUTES and entry.minutes is not None and _said(sheet, entry) != before.minutes


def _said(sheet: _Sheet, entry: Entry) -> int | None:
    if entry.status is None:
        return None
    times = sheet.times
    return minutes_said(entry.status, entry.minutes, contact_minutes=times.contact_minutes, excused_rule=times.excused_rule)


def _observation(sheet: _Sheet, context: ChangeContext, entry: Entry, method: MarkMethod) -> NewObservation:
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


def _store(session: Session, context: ChangeContext, sheet: _Sheet, observations: Sequence[NewObservation]) -> list[Outcome]:
    """Add the observations that are new, write the marks that follow, and one audit row."""
    new: dict[uuid.UUID, Observed] = {}
    people: dict[uuid.UUID, uuid.UUID] = {}
    rows, stored = [], []
    for one in observations:
        if people.setdefault(one.id, one.registration) != one.registration:
            raise ObservationDiffers
        kept = sheet.kept(one.registration)
        same = new.get(one.id) or (kept.find(one.id) if kept else None)
        if same is not None:
            if (same.kind, same.minutes) != (one.kind, one.minutes):
                raise ObservationDiffers
            stored.append(False)
            continue
        stored.append(True)
        at = observed_time(one.observed_at, received_at=context.now)
        if not may_observe(one.kind, at=at, starts_at=sheet.place.starts_at):
            opens = local_of(sheet.place.starts_at - EARLIEST, sheet.facts.time_zone)
            raise TooEarly(day=opens.date(), time=opens.time())
        new[one.id] = Observed(one.id, one.kind, one.minutes, one.follows, at, one.method)
        rows.append(_row(sheet, context, one, at))
    if rows:
        insert_rows(session, Observation, rows)
    after: dict[uuid.UUID, Kept] = {}
    for public_id, more in _by_registration(one for one in observations if one.id in new).items():
        kept, added = sheet.kept(public_id), [new[one.id] for one in more]
        recorders = dict(kept.recorders if kept else {}) | {one.id: context.actor for one in added}
        after[public_id] = kept_of([*(kept.observed if kept else ()), *added], recorders, sheet.times)  # type: ignore[assignment]
    write_marks(session, {(sheet.seated[public_id], sheet.place.id): kept.made for public_id, kept in after.items()})
    write_participations(
        session, {sheet.seated[public_id]: _participation(sheet, sheet.seated[public_id], kept) for public_id, kept in after.items()}
    )
    outcomes = [
        _outcome(sheet, one, after.get(one.registration), stored=is_new, sent=new.keys())
        for one, is_new in zip(observations, stored, strict=True)
    ]
    _record_change(session, context, sheet, outcomes)
    return outcomes


def _participation(sheet: _Sheet, registration_id: int, kept: Kept) -> ParticipationFacts:
    return facts_of(sheet.facts, RegistrationState.REGISTERED, sheet.all_kept[registration_id] | {sheet.place.id: kept})


def _row(sheet: _Sheet, context: ChangeContext, one: NewObservation, at: datetime) -> dict[str, Any]:
    return {
        "public_id": one.id,
        "registration_id": sheet.seated[one.registration],
        "session_id": sheet.place.id,
        "kind": one.kind,
        "minutes": one.minutes,
        "follows": one.follows,
        "observed_at": at,
        "received_at": context.now,
        "method": one.method,
        "recorded_by": context.actor,
        "reason": one.reason,
    }


def _by_registration(observations: Iterable[NewObservation]) -> dict[uuid.UUID, list[NewObservation]]:
    found: dict[uuid.UUID, list[NewObservation]] = {}
    for one in observations:
        found.setdefault(one.registration, []).append(one)
    return found


_ELSEWHERE = select(Observation.public_id, Observation.registration_id, Observation.session_id).where(
    Observation.public_id.in_(bindparam("ids", expanding=True))
)


def _refuse_ids_of_others(session: Session, sheet: _Sheet, observations: Sequence[NewObservation]) -> None:
    """Refuse ids that stand for another person or another session already."""
    by_id = {one.id: sheet.seated[one.registration] for one in observations}
    for some in chunks(by_id):
        for row in session.execute(_ELSEWHERE, {"ids": some}):
            if (row.registration_id, row.session_id) != (by_id[row.public_id], sheet.place.id):
                raise ObservationDiffers


def _outcome(sheet: _Sheet, one: NewObservation, after: Kept | None, *, stored: bool, sent: Collection[uuid.UUID]) -> Outcome:
    """Return the result of one observation of those `sent` together. What follows one of them was seen with it."""
    kept = sheet.kept(one.registration)
    before = kept.mark if kept else None
    if after is None:
        return Outcome(one.registration, before, before, stored, kept.last if kept else None)
    unseen = kept is not None and before is not None and one.follows != kept.last and one.follows not in sent
    replaced = stored and unseen and before != after.mark and after.last == one.id
    return Outcome(one.registration, before, after.mark, stored, after.last, kept.recorded_by if replaced and kept is not None else None)


def _record_change(session: Session, context: ChangeContext, sheet: _Sheet, outcomes: Sequence[Outcome]) -> None:
    changed = [outcome for outcome in outcomes if outcome.stored]
    if not changed:
        return
    details: dict[str, Any] = {"session": sheet.place.public_id.hex}
    if len(changed) == 1:
        (one,) = changed
        subject = f"registration:{one.registration.hex}"
        details |= {"from": _status(one.before), "to": _status(one.after)}
        details["minutes"] = one.after.minutes if one.after else None
    else:
        subject = f"seminar_session:{sheet.place.public_id.hex}"
        details["changed"] = len(changed)
        details["to"] = Counter(_status(outcome.after) or "cleared" for outcome in changed)
    action = "attendance.marked" if any(outcome.after for outcome in changed) else "attendance.cleared"
    audit.record(session, context, action=action, subject=subject, seminar=sheet.facts.slug, details=details)


def _status(mark: SheetMark | None) -> str | None:
    return mark.status.value if mark else None
