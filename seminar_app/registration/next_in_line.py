"""Who would get a seat that became free now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.values import replace
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Waiting, after_releases, decide_promotions, decide_releases
from seminar_app.registration.services.locked_seats import read_seats
from seminar_app.seminars.models import Seminar


def next_in_line(session: Session, seminar: Seminar, pool_id: int, *, now: datetime) -> int | None:
    """Return the registration to which a seat of this pool would go if it became free; None if nobody who waits may hold it."""
    seats = read_seats(session, seminar, session.get_one(Office, seminar.office_id))
    pools = [replace(pool, taken=pool.taken - 1) if pool.id == pool_id else pool for pool in seats.pools]
    pools = after_releases(pools, decide_releases(pools, today=seats.today(now)))
    waits = Registration.seminar_id == seminar.id, Registration.state == RegistrationState.WAITLISTED
    waiting = session.scalars(select(Registration).where(*waits))
    queue = [Waiting(each.id, each.queue_place or 0, seats.reach(session, each, now=now)) for each in waiting]
    return next((promotion.registration_id for promotion in decide_promotions(pools, queue)), None)
