"""Who would get a seat that became free now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import pool_steps
from seminar_app.agencies.succession_rules import path_to_pools
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.rules import (
    RegistrationState,
    Waiting,
    after_releases,
    decide_promotions,
    decide_releases,
    reach_of,
)
from seminar_app.seminars.models import SeatPool, Seminar


def next_in_line(session: Session, seminar: Seminar, pool_id: int, *, today: date) -> int | None:
    """Return the registration to which a seat of this pool would go if it became free; None if nobody who waits may hold it.

    Args:
        today: in the seminar's time zone.
    """
    rows = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id).order_by(SeatPool.id)).all()
    pools = [pool_state(row) for row in rows]
    pools = [replace(pool, taken=pool.taken - 1) if pool.id == pool_id else pool for pool in pools]
    pools = list(after_releases(pools, decide_releases(pools, today=today)))
    steps = pool_steps(session, seminar.starts_on)
    columns = Registration.id, Registration.queue_place, Registration.agency_id, Registration.agency_seats_only
    waits = Registration.seminar_id == seminar.id, Registration.state == RegistrationState.WAITLISTED
    queue = []
    for row in session.execute(select(*columns).where(*waits)):
        path = path_to_pools(row.agency_id, steps) if row.agency_id is not None else ()
        reach = reach_of(pools, path, agency_seats_only=row.agency_seats_only, today=today)
        queue.append(Waiting(row.id, row.queue_place or 0, reach))
    return next((promotion.registration_id for promotion in decide_promotions(pools, queue)), None)
