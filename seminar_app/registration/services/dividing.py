"""Divide a seminar's seats anew, and give those that became free to who waits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import StaleEdit
from seminar_app.registration.errors import (
    AgencyTwice,
    OpenPoolBelowTaken,
    QuotaBelowTaken,
    QuotasAboveCapacity,
    ReleasedAtOnce,
)
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.rules import (
    SeatFault,
    SeatRefusal,
    WishedPool,
    check_pools,
    edition_of_seats,
    released_at_once,
)
from seminar_app.registration.services import holding
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.seats import settle
from seminar_app.seminars.models import SeatPool


def resize(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    capacity: int,
    wished: Sequence[WishedPool],
    opened: str | None = None,
    releases: bool = True,
) -> int:
    """Divide the seats anew, and give those that became free to the waiting list.

    Args:
        capacity: all seats of the seminar.
        wished: the quotas; the open pool gets the rest. A quota that is not listed keeps no seats.
        opened: `edition_of_seats` of what the page showed; None if the caller is not a page.
        releases: a quota may be released by it at once; False where that is to be asked first.

    Returns:
        How many people were given a seat.

    Raises:
        StaleEdit: the seats were divided differently meanwhile.
        SeminarCompleted: the seminar is completed or archived.
        ReleasedAtOnce: a quota would be released at once, and `releases` is False.
        AgencyTwice, QuotasAboveCapacity, QuotaBelowTaken, OpenPoolBelowTaken: the seats cannot be divided that way.
    """
    seats = lock_seats(session, seminar_id)
    if opened is not None and opened != edition_of_seats((pool.agency_id, pool.size, pool.release_on) for pool in seats.pools):
        raise StaleEdit
    seats.refuse_if_frozen()
    if (fault := check_pools(seats.pools, capacity=capacity, wished=wished)) is not None:
        raise _refusal(session, fault, capacity)
    today = seats.today(context.now)
    if not releases and (at_once := released_at_once(seats.pools, wished, today=today)) is not None:
        code = session.scalar(select(Agency.code).where(Agency.id == at_once.agency_id)) or ""
        raise ReleasedAtOnce(agency=code, seats=at_once.seats, kept=at_once.kept)
    rows = {row.agency_id: row for row in seats.rows.values()}
    sizes: dict[int | None, int] = {None: capacity - sum(wish.size for wish in wished)}
    dates: dict[int | None, date | None] = {}
    for wish in wished:
        sizes[wish.agency_id], dates[wish.agency_id] = wish.size, wish.release_on
    for agency_id in sizes.keys() - rows.keys():
        row = SeatPool(public_id=uuid.uuid4(), seminar_id=seminar_id, agency_id=agency_id, size=0, taken=0)
        session.add(row)
        rows[agency_id] = row
    before = {str(row.agency_id): row.size for row in rows.values()}
    was = {agency_id: row.release_on for agency_id, row in rows.items()}
    for agency_id, row in rows.items():
        row.size = sizes.get(agency_id, 0)
        row.release_on = dates.get(agency_id)
        if row.release_on is None or row.release_on > today:
            row.released_at = None
        if row.release_on != was[agency_id]:
            row.release_told = None
    session.flush()
    audit.record(
        session,
        context,
        action="seats.changed",
        subject=f"seminar:{seats.seminar.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"before": before, "after": {str(row.agency_id): row.size for row in rows.values()}},
    )
    seats.rows = {row.id: row for row in rows.values()}
    seats.pools = [pool_state(row) for row in rows.values()]
    holding.shorten(session, seats=seats)
    return settle(session, context, seats=seats)


def _refusal(session: Session, fault: SeatRefusal, capacity: int) -> Exception:
    """Return the refusal for a fault that the rules found."""
    if fault.fault is SeatFault.ABOVE_CAPACITY:
        return QuotasAboveCapacity(seats=fault.seats, capacity=capacity)
    if fault.agency_id is None:
        return OpenPoolBelowTaken(seats=fault.seats, kept=fault.kept)
    code = session.scalar(select(Agency.code).where(Agency.id == fault.agency_id)) or ""
    if fault.fault is SeatFault.TWICE:
        return AgencyTwice(agency=code)
    return QuotaBelowTaken(agency=code, seats=fault.seats, kept=fault.kept)
