"""The real server on a test's database, with or without protections, and seminars far enough in the future to register for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import TestDatabase
from tests.support.factories import Make
from tests.support.server import LiveServer

FAR = date(2090, 6, 3)


@contextmanager
def serving(database: TestDatabase, folder: Path, *, broken: str = "", workers: int = 2, **settings: str) -> Iterator[LiveServer]:
    """Run the server with several processes; `broken` names the protection to remove (see `registration_app`)."""
    target = "tests.faults.registration_app:app"
    with LiveServer(database.url, folder, workers=workers, target=target, environment={"BROKEN": broken} | settings) as live:
        yield live


def seminars(make: Make, number: int, *, seats: int) -> list[Seminar]:
    """Create `number` seminars with `seats` seats each."""
    office = make.office()
    return [make.seminar(office=office, seats=seats, starts_on=FAR, ends_on=FAR) for _ in range(number)]


def miscounted(session: Session) -> list[str]:
    """Return the pools whose counter differs from the people who hold a seat in them and the kept seats, or is above the pool's size."""
    session.rollback()
    holding = select(Registration.seat_pool_id, func.count()).where(Registration.state == RegistrationState.REGISTERED)
    held = {row[0]: row[1] for row in session.execute(holding.group_by(Registration.seat_pool_id))}
    open_now = select(Hold.seat_pool_id, func.count()).where(Hold.ended_at.is_(None)).group_by(Hold.seat_pool_id)
    kept = {row[0]: row[1] for row in session.execute(open_now)}
    return [
        f"pool {pool.id}: {held.get(pool.id, 0)} seated, {kept.get(pool.id, 0)} kept, {pool.taken} counted, {pool.size} seats"
        for pool in session.scalars(select(SeatPool))
        if not held.get(pool.id, 0) + kept.get(pool.id, 0) == pool.taken <= pool.size or pool.held != kept.get(pool.id, 0)
    ]
