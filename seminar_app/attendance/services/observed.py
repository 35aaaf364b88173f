"""Read what was observed, and keep the marks that it makes: in the transaction of each observation, and again at any time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from msgspec import Struct, field
from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.queries import SheetMark
from seminar_app.attendance.rules import Observed, ObservedMark, Times, mark_of
from seminar_app.core.reading import rows_of
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import ExcusedRule, SeminarState, outcome_state

CHUNK = 500
"""Values in one IN list. It keeps statements short enough that both databases plan them well."""


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """Return the values in lists of at most 500."""
    everything = list(values)
    return (everything[start : start + CHUNK] for start in range(0, len(everything), CHUNK))


class Kept(Struct, frozen=True):
    """All that was observed of one person in one session, in order of arrival, and the mark that it makes."""

    observed: tuple[Observed, ...]
    recorders: Mapping[uuid.UUID, str]
    made: ObservedMark

    @property
    def mark(self) -> SheetMark | None:
        """The mark as pages show it; None if it was taken away."""
        made = self.made
        if made.status is None:
            return None
        return SheetMark(made.status, made.minutes, made.time_in, made.time_out, made.still_in, made.conflict, made.last)

    @property
    def last(self) -> uuid.UUID:
        """The observation that the mark ends with."""
        return self.made.last

    @property
    def recorded_by(self) -> str:
        """Actor of the observation that the mark ends with, as in the audit log."""
        return self.recorders[self.made.last]

    def find(self, public_id: uuid.UUID) -> Observed | None:
        """Return the observation with this id, if it is here."""
        return next((one for one in self.observed if one.id == public_id), None)


class SessionFacts(Struct, frozen=True):
    """What attendance needs to know of a session."""

    id: int
    public_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    contact_minutes: int
    counts: bool


class SeminarFacts(Struct, frozen=True):
    """What attendance needs to know of a seminar, with its sessions by id."""

    id: int
    slug: str
    time_zone: str
    state: SeminarState
    archived_from: SeminarState | None
    threshold_percent: int
    excused_rule: ExcusedRule
    sessions: dict[int, SessionFacts] = field(default_factory=dict)

    @property
    def outcome_state(self) -> SeminarState:
        """The state that decides the outcome: of an archived seminar that in which it was archived."""
        return outcome_state(self.state, self.archived_from)

    def times(self, session: SessionFacts) -> Times:
        """Return a session as the rule of marks needs it."""
        return Times(session.starts_at, session.ends_at, session.contact_minutes, self.excused_rule)


AllKept = dict[int, dict[int, Kept]]
"""What was observed by registration id and session id; sessions without anything are left out."""

_OBSERVED = (
    select(
        Seminar.slug,
        Seminar.time_zone,
        Seminar.state,
        Seminar.archived_from,
        Seminar.threshold_percent,
        Seminar.excused_rule,
        SeminarSession.id.label("held_id"),
        SeminarSession.public_id.label("held_public_id"),
        SeminarSession.starts_at,
        SeminarSession.ends_at,
        SeminarSession.contact_minutes,
        SeminarSession.counts_for_completion,
        Observation.registration_id,
        Observation.public_id,
        Observation.kind,
        Observation.minutes,
        Observation.follows,
        Observation.observed_at,
        Observation.method,
        Observation.recorded_by,
    )
    .join(SeminarSession, SeminarSession.seminar_id == Seminar.id)
    .outerjoin(
        Observation,
        (Observation.session_id == SeminarSession.id) & Observation.registration_id.in_(bindparam("registration_ids", expanding=True)),
    )
    .where(Seminar.id == bindparam("seminar_id"))
    .order_by(Observation.id)
)


def read_observed(session: Session, seminar_id: int, registration_ids: Collection[int]) -> tuple[SeminarFacts | None, AllKept]:
    """Return a seminar with its sessions, and all that was observed of some of its people; one statement for each 500 of them.

    A seminar without sessions is None.
    """
    facts: SeminarFacts | None = None
    observed: dict[tuple[int, int], list[Observed]] = {}
    recorders: dict[tuple[int, int], dict[uuid.UUID, str]] = {}
    for some in list(chunks(registration_ids)) or [[]]:
        for row in rows_of(session, _OBSERVED, {"seminar_id": seminar_id, "registration_ids": some}):
            if facts is None:
                facts = SeminarFacts(
                    seminar_id, row.slug, row.time_zone, row.state, row.archived_from, row.threshold_percent, row.excused_rule
                )
            if row.held_id not in facts.sessions:
                facts.sessions[row.held_id] = _session_facts(row)
            if row.registration_id is not None:
                of = row.registration_id, row.held_id
                observed.setdefault(of, []).append(Observed(row.public_id, row.kind, row.minutes, row.follows, row.observed_at, row.method))
                recorders.setdefault(of, {})[row.public_id] = row.recorded_by
    kept: AllKept = {registration_id: {} for registration_id in registration_ids}
    for of, some_observed in observed.items():
        assert facts is not None  # noqa: S101  for the type checker: a row has made them
        made = kept_of(some_observed, recorders[of], facts.times(facts.sessions[of[1]]))
        if made is not None:
            kept[of[0]][of[1]] = made
    return facts, kept


def without_sessions(session: Session, seminar_id: int) -> SeminarFacts:
    """Return a seminar that has no sessions."""
    seminar = session.get_one(Seminar, seminar_id)
    return SeminarFacts(
        seminar_id, seminar.slug, seminar.time_zone, seminar.state, seminar.archived_from, seminar.threshold_percent, seminar.excused_rule
    )


def _session_facts(row: Any) -> SessionFacts:
    return SessionFacts(row.held_id, row.held_public_id, row.starts_at, row.ends_at, row.contact_minutes, row.counts_for_completion)


def kept_of(observed: Sequence[Observed], recorders: Mapping[uuid.UUID, str], times: Times) -> Kept | None:
    """Return the observations with the mark that they make; None if there are none."""
    made = mark_of(observed, times)
    return Kept(tuple(observed), recorders, made) if made else None


def write_marks(session: Session, made: Mapping[tuple[int, int], ObservedMark]) -> None:
    """Write marks by registration id and session id over those that are there."""
    rows = [
        {
            "registration_id": registration_id,
            "session_id": session_id,
            "last": mark.last,
            "status": mark.status,
            "minutes": mark.minutes,
            "time_in": mark.time_in,
            "time_out": mark.time_out,
            "still_in": mark.still_in,
            "conflict": mark.conflict,
        }
        for (registration_id, session_id), mark in made.items()
    ]
    if rows:
        session.connection().execute(_writing(session.get_bind().dialect.name), rows[0] if len(rows) == 1 else rows)


def rewrite_marks(session: Session, seminar_id: int, registration_ids: Collection[int]) -> None:
    """Make all marks of some registrations of a seminar again from their observations."""
    _facts, kept = read_observed(session, seminar_id, registration_ids)
    write_marks(session, {(person, place): each.made for person, places in kept.items() for place, each in places.items()})


@cache
def _writing(database: str) -> Any:
    table = cast(Table, Mark.__table__)
    insertion = (postgresql.insert if database == "postgresql" else sqlite.insert)(table)
    changed = {name: insertion.excluded[name] for name in ("last", "status", "minutes", "time_in", "time_out", "still_in", "conflict")}
    return insertion.on_conflict_do_update(index_elements=["registration_id", "session_id"], set_=changed)
