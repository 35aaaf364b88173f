"""What a person attended of each seminar, for the training record on the person's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import ATTENDED, CountedSession, StoredMark, completes, completion
from seminar_app.registration.queries import Participation
from seminar_app.registration.training_record import Attended
from seminar_app.seminars.models import SeminarSession
from seminar_app.seminars.rules import SeminarState

ENDED = frozenset({SeminarState.COMPLETED, SeminarState.ARCHIVED})
"""States of a seminar in which a missing mark means that the person was not there."""


def attended_of(session: Session, participations: Sequence[Participation]) -> Mapping[int, Attended]:
    """Return what was attended by registration id, in two statements; nothing of a seminar under way without any mark."""
    sessions = session.execute(
        select(SeminarSession.id, SeminarSession.seminar_id, SeminarSession.contact_minutes, SeminarSession.counts_for_completion)
        .where(SeminarSession.seminar_id.in_([each.seminar.id for each in participations]))
        .order_by(SeminarSession.id)
    ).all()
    rows = session.execute(
        select(Mark.registration_id, Mark.session_id, Mark.status, Mark.minutes).where(
            Mark.registration_id.in_([each.id for each in participations]), Mark.status.is_not(None)
        )
    )
    marks = {(row.registration_id, row.session_id): StoredMark(row.status, row.minutes) for row in rows}
    found = {}
    for each in participations:
        held = [row for row in sessions if row.seminar_id == each.seminar.id]
        own = [marks.get((each.id, row.id)) for row in held]
        if held and (any(own) or each.seminar.state in ENDED):
            done = completion(
                [CountedSession(row.contact_minutes, row.counts_for_completion) for row in held],
                own,
                threshold_percent=each.seminar.threshold_percent,
                excused_rule=each.seminar.excused_rule,
            )
            counting = [mark for mark, row in zip(own, held, strict=True) if row.counts_for_completion]
            there = sum(mark is not None and mark.status in ATTENDED for mark in counting)
            found[each.id] = Attended(
                there, len(counting), done.minutes_credited, done.percent, completes(each.state, done, seminar=each.seminar.state)
            )
    return found
