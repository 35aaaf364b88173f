"""Seats of a seminar that are kept now: without a name, by agency and day, and for people who were invited."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.registration.hold_models import Hold


class KeptGroup(Struct, frozen=True):
    """Seats that are kept for the next names of one agency until one day."""

    agency: Agency
    last_day: date
    public_ids: Sequence[uuid.UUID]

    @property
    def seats(self) -> int:
        """How many there are."""
        return len(self.public_ids)


class KeptSeats(Struct, frozen=True):
    """All seats that are kept: those without a name in groups, by agency code and day, and how many are kept for invitations."""

    groups: Sequence[KeptGroup]
    invited: int


def kept_seats(session: Session, seminar_id: int) -> KeptSeats:
    """Return the seats of a seminar that are kept now, in one statement."""
    rows = session.execute(
        select(Hold.public_id, Hold.last_day, Agency)
        .outerjoin(Agency, Agency.id == Hold.agency_id)
        .where(Hold.seminar_id == seminar_id, Hold.ended_at.is_(None))
        .order_by(Agency.code, Hold.last_day, Hold.id)
    )
    invited, groups = 0, dict[tuple[int, date], tuple[Agency, list[uuid.UUID]]]()
    for row in rows:
        agency: Agency | None = row.Agency
        if agency is None:
            invited += 1
        else:
            groups.setdefault((agency.id, row.last_day), (agency, []))[1].append(row.public_id)
    return KeptSeats([KeptGroup(agency, day, ids) for (_id, day), (agency, ids) in groups.items()], invited)
