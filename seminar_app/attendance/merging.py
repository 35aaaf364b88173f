"""What becomes of marks when two registrations of one person become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import credited_minutes
from seminar_app.registration.models import Registration
from seminar_app.registration.services.merging import when_merging
from seminar_app.seminars.models import Seminar, SeminarSession

COPIED = ("session_id", "status", "minutes_credited", "time_in", "time_out", "method", "recorded_by", "recorded_at")


class MergedMarks:
    """Marks in a merge. A copy keeps its method, recorder and time."""

    name = Mark.__tablename__

    def lock(self, session: Session, registration_ids: Collection[int]) -> None:
        """Lock the sessions, in the order of their ids, as when marks are taken."""
        of_these = select(Registration.seminar_id).where(Registration.id.in_(registration_ids))
        session.execute(
            select(SeminarSession.id)
            .where(SeminarSession.seminar_id.in_(of_these))
            .order_by(SeminarSession.id)
            .with_for_update(key_share=True)
        )

    def credited_minutes(self, session: Session, registration_ids: Collection[int]) -> Mapping[int, int]:
        """Return the credited minutes of all sessions."""
        marks = session.execute(
            select(Mark.registration_id, Mark.status, Mark.minutes_credited, SeminarSession.contact_minutes, Seminar.excused_rule)
            .join(SeminarSession, SeminarSession.id == Mark.session_id)
            .join(Seminar, Seminar.id == SeminarSession.seminar_id)
            .where(Mark.registration_id.in_(registration_ids))
        )
        minutes: Counter[int] = Counter()
        for registration_id, status, stored, contact_minutes, excused_rule in marks:
            minutes[registration_id] += credited_minutes(status, stored, contact_minutes=contact_minutes, excused_rule=excused_rule)
        return minutes

    def copy(self, session: Session, *, leaves: int, stays: int) -> Sequence[int]:
        """Copy the marks of sessions in which the registration that stays has none."""
        there = select(Mark.session_id).where(Mark.registration_id == stays)
        wanted = select(Mark).where(Mark.registration_id == leaves, Mark.session_id.not_in(there)).order_by(Mark.id)
        copies = [Mark(registration_id=stays, **{column: getattr(mark, column) for column in COPIED}) for mark in session.scalars(wanted)]
        session.add_all(copies)
        session.flush()
        return [copy.id for copy in copies]

    def take_back(self, session: Session, copies: Collection[int]) -> None:
        """Delete copies that nobody has changed since."""
        session.execute(delete(Mark).where(Mark.id.in_(copies), Mark.version == 1))


when_merging(MergedMarks())
