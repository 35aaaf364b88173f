"""Reading seminars. Somebody else's seminar is not found, like one that does not exist."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import Actor, may_coordinate, may_organize
from seminar_app.core.errors import NotFound
from seminar_app.seminars.models import Seminar


def find_seminar(session: Session, slug: str) -> Seminar | None:
    """The seminar with this slug, whatever its state."""
    return session.scalar(select(Seminar).where(Seminar.slug == slug))


def seminar_to_organize(session: Session, actor: Actor, slug: str) -> Seminar:
    """A seminar of this person's office.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    seminar = find_seminar(session, slug)
    if seminar is None or not may_organize(actor, office_id=seminar.office_id):
        raise NotFound
    return seminar


def seminar_to_coordinate(session: Session, actor: Actor, slug: str) -> Seminar:
    """A seminar whose door this person may run: of their office, or one they are assigned to.

    Raises:
        NotFound: there is none, or they are not assigned to it.
    """
    seminar = find_seminar(session, slug)
    if seminar is None or not may_coordinate(actor, office_id=seminar.office_id, seminar_id=seminar.id):
        raise NotFound
    return seminar
