"""Queries about offices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office, OfficeNotice


def offices(session: Session) -> Sequence[Office]:
    """Return all offices, active ones first, then by code."""
    return session.scalars(select(Office).order_by(Office.active.desc(), Office.code)).all()


def offices_of(session: Session, actor: Actor) -> Sequence[Office]:
    """Return the offices that the account may open: all for an administrator, else those it organizes for."""
    return [office for office in offices(session) if actor.is_admin or office.id in actor.office_ids]


def any_active_office(session: Session) -> bool:
    """Whether there is an office that can hold seminars and have organizers."""
    return bool(session.scalar(select(exists().where(Office.active))))


def shared_by_offices(session: Session, name: Literal["country", "language"]) -> str | None:
    """Return the country or language that all active offices share; None if they differ or there are none."""
    found = {getattr(office, name) for office in offices(session) if office.active}
    return found.pop() if len(found) == 1 else None


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


def get_office_of(session: Session, actor: Actor, code: str) -> Office:
    """Return the office with this code, for an administrator or one of its organizers.

    Raises:
        NotFound: there is none with this code, or the account has nothing to do with it.
    """
    office = get_office(session, code)
    if not actor.is_admin and office.id not in actor.office_ids:
        raise NotFound
    return office


def notices_of(session: Session, office_id: int) -> Sequence[OfficeNotice]:
    """Return all versions of what the office adds to the privacy notice, newest first."""
    return session.scalars(select(OfficeNotice).where(OfficeNotice.office_id == office_id).order_by(OfficeNotice.version.desc())).all()


def language_of(session: Session, office_id: int) -> str | None:
    """Return the office's language; None if it has none yet."""
    return session.scalar(select(Office.language).where(Office.id == office_id))
