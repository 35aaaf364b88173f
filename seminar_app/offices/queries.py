"""Queries about offices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office


def offices(session: Session) -> Sequence[Office]:
    """Return all offices, active ones first, then by code."""
    return session.scalars(select(Office).order_by(Office.active.desc(), Office.code)).all()


def find_office_by_code(session: Session, code: str) -> Office | None:
    """Return the office with this code, or None; case and surrounding spaces do not matter."""
    return session.scalar(select(Office).where(Office.code == code.strip().upper()))


def get_office(session: Session, code: str) -> Office:
    """Return the office with this code.

    Raises:
        NotFound: there is none with this code.
    """
    office = find_office_by_code(session, code)
    if office is None:
        raise NotFound
    return office
