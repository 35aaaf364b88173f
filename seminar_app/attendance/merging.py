"""What becomes of observations when two registrations of one person become one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.rules import AUTOMATIC, MarkMethod, ObservationKind, credited_minutes
from seminar_app.attendance.services.observed import rewrite_marks
from seminar_app.attendance.services.participations import refresh, supersede
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_rows
from seminar_app.registration.models import Registration
from seminar_app.registration.services.merging import when_merging
from seminar_app.seminars.models import Seminar, SeminarSession


class MergedObservations:
    """Observations in a merge. A copy keeps its time and recorder; its method says that it was copied, unless it was a scan.

    A scan stays one, because it stands below what a person recorded.
    """

    name = Observation.__tablename__

    def lock(self, session: Session, registration_ids: Collection[int]) -> None:
        """Lock the registrations, in the order of their ids, as when attendance is taken."""
        rows = select(Registration.id).where(Registration.id.in_(registration_ids)).order_by(Registration.id)
        session.execute(rows.with_for_update(key_share=True))

    def credited_minutes(self, session: Session, registration_ids: Collection[int]) -> Mapping[int, int]:
        """Return the credited minutes of all sessions."""
        marks = session.execute(
            select(Mark.registration_id, Mark.status, Mark.minutes, SeminarSession.contact_minutes, Seminar.excused_rule)
            .join(SeminarSession, SeminarSession.id == Mark.session_id)
            .join(Seminar, Seminar.id == SeminarSession.seminar_id)
            .where(Mark.registration_id.in_(registration_ids))
        )
        minutes: Counter[int] = Counter()
        for registration_id, status, said, contact_minutes, excused_rule in marks:
            if status is None:
                continue
            minutes[registration_id] += credited_minutes(status, said, contact_minutes=contact_minutes, excused_rule=excused_rule)
        return minutes

    def copy(self, session: Session, context: ChangeContext, *, leaves: int, stays: int) -> Sequence[int]:
        """Copy what was observed in sessions in which the registration that stays has no mark. It follows what is there.

        The outcome of the registration that leaves is no longer counted.
        """
        supersede(session, [leaves], superseded=True)
        there = select(Mark.session_id).where(Mark.registration_id == stays, Mark.status.is_not(None))
        wanted = select(Observation).where(Observation.registration_id == leaves, Observation.session_id.not_in(there))
        rows = session.scalars(wanted.order_by(Observation.id)).all()
        ends = _ends(session, stays)
        copies = {one.public_id: uuid.uuid4() for one in rows}
        added = [
            {
                "public_id": copies[one.public_id],
                "registration_id": stays,
                "session_id": one.session_id,
                "kind": one.kind,
                "minutes": one.minutes,
                "follows": (copies.get(one.follows) if one.follows else None) or ends.get(one.session_id),
                "observed_at": one.observed_at,
                "received_at": one.received_at,
                "method": _copied(one.method),
                "recorded_by": one.recorded_by,
                "reason": one.reason,
            }
            for one in rows
        ]
        return self._add(session, stays, added)

    def take_back(self, session: Session, context: ChangeContext, copies: Collection[int], *, left: Collection[int]) -> None:
        """Clear the marks that still end with a copy. What was observed since stays."""
        supersede(session, left, superseded=False)
        columns = (Observation.registration_id, Observation.session_id, Observation.public_id, Observation.method)
        copied = session.execute(select(*columns).where(Observation.id.in_(copies))).all()
        for registration_id in sorted({row.registration_id for row in copied}):
            ends = _ends(session, registration_id)
            added = [
                {
                    "public_id": uuid.uuid4(),
                    "registration_id": registration_id,
                    "session_id": row.session_id,
                    "kind": ObservationKind.CLEARED,
                    "minutes": None,
                    "follows": row.public_id,
                    "observed_at": context.now,
                    "received_at": context.now,
                    "method": _copied(row.method),
                    "recorded_by": context.actor,
                    "reason": None,
                }
                for row in copied
                if row.registration_id == registration_id and ends.get(row.session_id) == row.public_id
            ]
            self._add(session, registration_id, added)

    @staticmethod
    def _add(session: Session, registration_id: int, rows: Sequence[Mapping[str, object]]) -> Sequence[int]:
        if not rows:
            return []
        insert_rows(session, Observation, rows)
        seminar_id = session.scalars(select(Registration.seminar_id).where(Registration.id == registration_id)).one()
        rewrite_marks(session, seminar_id, [registration_id])
        refresh(session, seminar_id, [registration_id])
        ids = [row["public_id"] for row in rows]
        return session.scalars(select(Observation.id).where(Observation.public_id.in_(ids)).order_by(Observation.id)).all()


def _copied(method: MarkMethod) -> MarkMethod:
    return method if method in AUTOMATIC else MarkMethod.MERGE


def _ends(session: Session, registration_id: int) -> dict[int, uuid.UUID]:
    """Return the observation that each mark of a person ends with, by session id."""
    return {
        row.session_id: row.last
        for row in session.execute(select(Mark.session_id, Mark.last).where(Mark.registration_id == registration_id))
    }


when_merging(MergedObservations())
