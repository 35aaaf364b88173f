"""How much there is to count."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.reports.queries.counted import COUNTS
from seminar_app.reports.queries.scopes import Scope
from seminar_app.seminars.models import Seminar


def participations_of(session: Session, scope: Scope) -> int:
    """Return how many participations a figure of this scope reads at most. An agency's people are looked for among all."""
    counted = select(func.count()).select_from(Participation).where(COUNTS)
    if scope.offices is not None:
        counted = counted.join(Seminar, Seminar.id == Participation.seminar_id).where(Seminar.office_id.in_(sorted(scope.offices)))
    return session.scalar(counted) or 0
