"""The seminars of a year, month by month, for the office's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.offices.models import Office
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState

FIRST_YEAR, LAST_YEAR = 2000, 2099


class YearLine(Struct, frozen=True):
    """A seminar in the calendar, with the code of its office and its seats."""

    seminar: Seminar
    office: str
    size: int
    taken: int

    @property
    def is_held(self) -> bool:
        """Whether it was or is going to be held: it is neither a draft nor cancelled."""
        return SeminarState.CANCELLED not in (self.seminar.state, self.seminar.archived_from) and (
            SeminarState.DRAFT not in (self.seminar.state, self.seminar.archived_from)
        )


class Month(Struct, frozen=True):
    """A month with the seminars that begin in it."""

    first: date
    lines: Sequence[YearLine]


class Year(Struct, frozen=True):
    """The calendar of a year: its twelve months."""

    months: Sequence[Month]

    @property
    def lines(self) -> list[YearLine]:
        """All seminars of the year."""
        return [line for month in self.months for line in month.lines]

    @property
    def held(self) -> list[YearLine]:
        """Those that are neither drafts nor cancelled."""
        return [line for line in self.lines if line.is_held]

    @property
    def several_offices(self) -> bool:
        """Whether the lines have to say whose they are."""
        return len({line.office for line in self.lines}) > 1


def year_of(session: Session, actor: Actor, year: int) -> Year:
    """Return the seminars that begin in the year and that the account organizes or coordinates, in any state. One statement."""
    of_pools = select(SeatPool.seminar_id, func.sum(SeatPool.size).label("size"), func.sum(SeatPool.taken).label("taken"))
    pools = (
        of_pools.join(Seminar, Seminar.id == SeatPool.seminar_id)
        .where(_run_by(actor), Seminar.starts_on.between(date(year, 1, 1), date(year, 12, 31)))
        .group_by(SeatPool.seminar_id)
        .subquery()
    )
    rows = session.execute(
        select(Seminar, Office.code, func.coalesce(pools.c.size, 0), func.coalesce(pools.c.taken, 0))
        .join(Office, Office.id == Seminar.office_id)
        .outerjoin(pools, pools.c.seminar_id == Seminar.id)
        .where(_run_by(actor), Seminar.starts_on.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(Seminar.starts_on, Seminar.id)
    )
    lines = [YearLine(*row) for row in rows]
    firsts = [date(year, month, 1) for month in range(1, 13)]
    return Year([Month(first, [line for line in lines if line.seminar.starts_on.month == first.month]) for first in firsts])


def _run_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the seminars that the account organizes or coordinates."""
    if actor.is_admin:
        return true()
    return or_(Seminar.office_id.in_(sorted(actor.office_ids)), Seminar.id.in_(sorted(actor.seminar_ids)))
