"""Reading offices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office


def offices(session: Session) -> Sequence[Office]:
    """All offices, those in use first, then by code."""
    return session.scalars(select(Office).order_by(Office.active.desc(), Office.code)).all()


def find_office_by_code(session: Session, code: str) -> Office | None:
    """The office with this code, as a person may type it: case does not matter."""
    return session.scalar(select(Office).where(Office.code == code.strip().upper()))


def get_office(session: Session, code: str) -> Office:
    """An office.

    Raises:
        NotFound: there is none with this code.
    """
    office = find_office_by_code(session, code)
    if office is None:
        raise NotFound
    return office
