"""A sheet that is being written: lock its people, read what was observed of them, store what is new, and keep what follows."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from seminar_app.attendance.errors import AttendanceIsShut, MinutesOutOfRange, NotOnTheSheet, ObservationDiffers, TooEarly
from seminar_app.attendance.models import Observation
from seminar_app.attendance.queries import SheetMark
from seminar_app.attendance.rules import (
    EARLIEST,
    MarkMethod,
    ObservationKind,
    Observed,
    ParticipationFacts,
    Times,
    may_credit,
    may_observe,
    observed_time,
    takes_marks,
)
from seminar_app.attendance.services.observed import AllKept, Kept, SeminarFacts, SessionFacts, chunks, kept_of, read_observed, write_marks
from seminar_app.attendance.services.participations import facts_of, write_participations
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_rows
from seminar_app.core.reading import rows_of
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.rules import local_of


class NewObservation(Struct, frozen=True, kw_only=True):
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


class Outcome(Struct, frozen=True):
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


class OpenSheet(Struct, frozen=True):
    """The part of a sheet that is being written: its people are locked, and all that was observed of them is read."""

    facts: SeminarFacts
    place: SessionFacts
    seated: dict[uuid.UUID, int]
    all_kept: AllKept

    @property
    def times(self) -> Times:
        """The session as the rule of marks needs it."""
        return self.facts.times(self.place)

    def kept(self, registration: uuid.UUID) -> Kept | None:
        """Return what was observed of a person in this session."""
        return self.all_kept[self.seated[registration]].get(self.place.id)

    def check(self, registration: uuid.UUID, minutes: int | None) -> None:
        """Refuse a registration without a seat, and minutes that the session does not have."""
        if registration not in self.seated:
            raise NotOnTheSheet
        contact_minutes = self.place.contact_minutes
        if minutes is not None and not may_credit(minutes, contact_minutes=contact_minutes):
            raise MinutesOutOfRange(contact_minutes=contact_minutes, minutes=str(minutes)[:20])

    def check_time(self, kind: ObservationKind, at: datetime) -> None:
        """Refuse presence that nobody can have seen yet."""
        if not may_observe(kind, at=at, starts_at=self.place.starts_at):
            opens = local_of(self.place.starts_at - EARLIEST, self.facts.time_zone)
            raise TooEarly(day=opens.date(), time=opens.time())


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


def open_sheet(session: Session, seminar_id: int, session_id: uuid.UUID, registrations: Sequence[uuid.UUID]) -> OpenSheet:
    """Lock the registrations among these that hold a seat, and then read what decides: no change of these people comes between."""
    seated: dict[uuid.UUID, int] = {}
    for some in chunks(sorted(registrations)):
        for row in rows_of(session, _LOCK, {"seminar_id": seminar_id, "registrations": some}):
            seated[row.public_id] = row.id
    facts, all_kept = read_observed(session, seminar_id, seated.values())
    place = next((each for each in facts.sessions.values() if each.public_id == session_id), None) if facts else None
    if facts is None or place is None:
        raise NotFound
    if not takes_marks(facts.state):
        raise AttendanceIsShut
    return OpenSheet(facts, place, seated, all_kept)


def store(session: Session, context: ChangeContext, sheet: OpenSheet, observations: Sequence[NewObservation]) -> list[Outcome]:
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
        sheet.check_time(one.kind, at)
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


def _participation(sheet: OpenSheet, registration_id: int, kept: Kept) -> ParticipationFacts:
    return facts_of(sheet.facts, RegistrationState.REGISTERED, sheet.all_kept[registration_id] | {sheet.place.id: kept})


def _row(sheet: OpenSheet, context: ChangeContext, one: NewObservation, at: datetime) -> dict[str, Any]:
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


def refuse_ids_of_others(session: Session, sheet: OpenSheet, observations: Sequence[NewObservation]) -> None:
    """Refuse ids that stand for another person or another session already."""
    by_id = {one.id: sheet.seated[one.registration] for one in observations}
    for some in chunks(by_id):
        for row in session.execute(_ELSEWHERE, {"ids": some}):
            if (row.registration_id, row.session_id) != (by_id[row.public_id], sheet.place.id):
                raise ObservationDiffers


def _outcome(sheet: OpenSheet, one: NewObservation, after: Kept | None, *, stored: bool, sent: Collection[uuid.UUID]) -> Outcome:
    """Return the result of one observation of those `sent` together. What follows one of them was seen with it."""
    kept = sheet.kept(one.registration)
    before = kept.mark if kept else None
    if after is None:
        return Outcome(one.registration, before, before, stored, kept.last if kept else None)
    unseen = kept is not None and before is not None and one.follows != kept.last and one.follows not in sent
    replaced = stored and unseen and before != after.mark and after.last == one.id
    return Outcome(one.registration, before, after.mark, stored, after.last, kept.recorded_by if replaced and kept is not None else None)


def _record_change(session: Session, context: ChangeContext, sheet: OpenSheet, outcomes: Sequence[Outcome]) -> None:
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
