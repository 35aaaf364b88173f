"""Compare marks with the observations that should make them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.rules import Observed, ObservedMark, Times, mark_of
from seminar_app.seminars.models import Seminar, SeminarSession


def wrong_marks(session: Session) -> list[str]:
    """Return a line for each mark that is not what all observations of that person in that session make."""
    session.rollback()
    times = {
        row.id: Times(row.starts_at, row.ends_at, row.contact_minutes, row.excused_rule)
        for row in session.execute(
            select(
                SeminarSession.id, SeminarSession.starts_at, SeminarSession.ends_at, SeminarSession.contact_minutes, Seminar.excused_rule
            ).join(Seminar)
        )
    }
    seen: dict[tuple[int, int], list[Observed]] = defaultdict(list)
    for one in session.scalars(select(Observation)):
        observed = Observed(one.public_id, one.kind, one.minutes, one.follows, one.observed_at, one.method)
        seen[one.registration_id, one.session_id].append(observed)
    stored = {
        (one.registration_id, one.session_id): ObservedMark(
            one.last, one.status, one.minutes, one.time_in, one.time_out, one.still_in, one.conflict
        )
        for one in session.scalars(select(Mark))
    }
    made = {of: mark_of(observed, times[of[1]]) for of, observed in seen.items()}
    session.rollback()
    return [f"{of}: {stored.get(of)} and not {made.get(of)}" for of in sorted({*stored, *made}) if stored.get(of) != made.get(of)]
