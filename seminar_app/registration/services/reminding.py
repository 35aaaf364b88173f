"""Send an invitation again by itself, three days before its last day, to somebody who has not answered."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.invitation_rules import DAYS_BEFORE_LAST, reminder_due
from seminar_app.registration.services.invitations import remind
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.seats import HANDING_OUT
from seminar_app.seminars.models import Seminar


def seminars_to_remind(session: Session, context: ChangeContext) -> list[int]:
    """Return the seminars in which an invitation may be due to be sent again, in any time zone."""
    today = context.now.date()
    near = Hold.last_day.between(today - timedelta(days=1), today + timedelta(days=DAYS_BEFORE_LAST + 1))
    open_still = Hold.ended_at.is_(None) & Hold.registration_id.is_not(None)
    of = select(Hold.seminar_id).join(Seminar, Seminar.id == Hold.seminar_id).where(open_still, near, Seminar.state.in_(HANDING_OUT))
    return list(session.scalars(of.distinct().order_by(Hold.seminar_id)))


def remind_due(session: Session, context: ChangeContext, *, seminar_id: int) -> int:
    """Send the invitations of one seminar again that are due, and return how many were sent."""
    seats = lock_seats(session, seminar_id)
    today, zone = seats.today(context.now), seats.seminar.time_zone
    due = [
        hold.registration_id
        for hold in seats.holds(session)
        if hold.registration_id is not None
        and reminder_due(hold.last_day, made_at=hold.made_at, reminded_at=hold.reminded_at, time_zone=zone, today=today)
    ]
    return remind(session, context, seminar_id=seminar_id, registration_ids=due) if due else 0
