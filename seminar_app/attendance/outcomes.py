"""Read outcomes: what a person attended of each seminar, and what changed since a seminar was completed before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from seminar_app.agencies.queries import NamedAgency, agencies_then
from seminar_app.attendance.models import Mark, Participation
from seminar_app.attendance.queries import SheetPerson, people_of
from seminar_app.registration.queries import PersonRegistration
from seminar_app.registration.training_record import Attended
from seminar_app.seminars.rules import SeminarState

ENDED = frozenset({SeminarState.COMPLETED, SeminarState.ARCHIVED})
"""States of a seminar in which a missing mark means that the person was not there."""


def attended_of(session: Session, registrations: Sequence[PersonRegistration]) -> Mapping[int, Attended]:
    """Return what was attended by registration id, in one statement; nothing of a seminar under way without any mark."""
    ended = {each.id for each in registrations if each.seminar.state in ENDED}
    marked = exists().where(Mark.registration_id == Participation.registration_id, Mark.status.is_not(None))
    rows = session.execute(
        select(Participation, marked.label("marked")).where(
            Participation.registration_id.in_([each.id for each in registrations]), Participation.current
        )
    )
    return {
        row.registration_id: Attended(row.sessions_attended, row.sessions_counted, row.minutes_credited, row.percent or 0.0, row.completed)
        for row, is_marked in rows
        if row.sessions_counted and (is_marked or row.registration_id in ended)
    }


_NOW, _BEFORE, _EARLIER = aliased(Participation), aliased(Participation), aliased(Participation)
_LAST_FROZEN = (
    select(func.max(_EARLIER.version))
    .where(
        _EARLIER.registration_id == _NOW.registration_id,
        _EARLIER.frozen_at.is_not(None),
        or_(_NOW.frozen_at.is_(None), _EARLIER.frozen_at < _NOW.frozen_at),
    )
    .correlate(_NOW)
    .scalar_subquery()
)
"""Of a registration the version that the completion before left. (A version with the same time is a correction of the agency.)"""
_OF_THEN = and_(_BEFORE.registration_id == _NOW.registration_id, _BEFORE.version == _LAST_FROZEN)
COMPARED = ("minutes_credited", "contact_minutes", "attended", "completed", "agency_version_id")
"""What counts as a change of an outcome."""
_DIFFERS: ColumnElement[bool] = or_(
    _BEFORE.id.is_(None), *(getattr(_NOW, name).is_distinct_from(getattr(_BEFORE, name)) for name in COMPARED)
)


def count_changed(session: Session, seminar_id: int) -> int | None:
    """Return how many outcomes differ from those of the completion before; None if the seminar was never completed before."""
    number = func.count(case((_DIFFERS, 1)))
    counted = select(func.count(_BEFORE.id), number).select_from(_NOW).outerjoin(_BEFORE, _OF_THEN)
    then, changed = session.execute(counted.where(_NOW.seminar_id == seminar_id, _NOW.current)).one()
    return changed if then else None


class ChangedOutcome(Struct, frozen=True):
    """An outcome that is not what it was when the seminar was completed before; `before` None for somebody added since."""

    person: SheetPerson
    before: Participation | None
    now: Participation
    agency_before: NamedAgency | None
    agency_now: NamedAgency | None
    """Both None where the agency is the same, or may not be shown."""

    @property
    def moved(self) -> bool:
        """Whether the agency as of then was corrected."""
        return self.agency_before is not None


def changed_outcomes(session: Session, seminar_id: int) -> list[ChangedOutcome]:
    """Return the outcomes that differ, in the order of the sheet, in four statements."""
    wanted = select(_NOW, _BEFORE).outerjoin(_BEFORE, _OF_THEN).where(_NOW.seminar_id == seminar_id, _NOW.current, _DIFFERS)
    rows = {row[0].registration_id: (row[0], row[1]) for row in session.execute(wanted)}
    agencies = agencies_then(session)
    groups = people_of(session, seminar_id, rows, agencies=agencies)
    found = []
    for person in (person for group in groups for person in group.people):
        now, before = rows[person.registration_id]
        moved = before is not None and before.agency_version_id != now.agency_version_id and not person.shown.hidden
        agency_before, agency_now = (agencies[each.agency_version_id].agency if moved and each else None for each in (before, now))
        found.append(ChangedOutcome(person, before, now, agency_before, agency_now))
    return found


def completed_before(session: Session, seminar_id: int) -> datetime | None:
    """Return when the seminar was completed before it was reopened; None if it never was."""
    former = select(func.max(_BEFORE.frozen_at)).select_from(_NOW).join(_BEFORE, _OF_THEN)
    return session.scalar(former.where(_NOW.seminar_id == seminar_id, _NOW.current))
