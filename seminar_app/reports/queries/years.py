"""The years of which there are figures."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.reports.queries.counted import HELD
from seminar_app.reports.rules import fiscal_year_of
from seminar_app.seminars.models import Seminar


def years_with_seminars(session: Session, *, today: date) -> list[str]:
    """Return the years in which seminars end, fiscal and calendar, each the latest first, in one statement."""
    ends = select(func.coalesce(func.min(Seminar.ends_on), today), func.coalesce(func.max(Seminar.ends_on), today)).where(HELD)
    first, last = session.execute(ends).one()
    fiscal = [f"FY{year}" for year in range(fiscal_year_of(last), fiscal_year_of(first) - 1, -1)]
    return [*fiscal, *(str(year) for year in range(last.year, first.year - 1, -1))]


def latest_year(session: Session, *, today: date) -> str:
    """Return the fiscal year in which the latest of the seminars that have ended did, as `FY2014`; the present one if there is none."""
    last = session.scalar(select(func.max(Seminar.ends_on)).where(HELD, Seminar.ends_on <= today))
    return f"FY{fiscal_year_of(last or today)}"
