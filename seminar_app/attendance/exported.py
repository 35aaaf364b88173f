"""The circumstances of a file of attendance: when and by which office it is made, who hosts the seminar, and how large it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.queries import hosts_of


class Exported(Struct, frozen=True):
    """The circumstances of an export.

    Attributes:
        at: instant.
        office: the seminar's own. Its organizers and coordinators export for it, and so does an administrator.
        hosts: in order.
    """

    at: datetime
    office: Office
    hosts: Sequence[Office]


def exported(session: Session, seminar: Seminar, *, at: datetime) -> Exported:
    """Read the circumstances of an export that is made now, in two statements."""
    office = session.get_one(Office, seminar.office_id)
    return Exported(at, office, hosts_of(session, [seminar.id])[seminar.id] or [office])


class Extent(Struct, frozen=True):
    """How many people and sessions a file of a seminar's attendance has. Those who lost their seat after a mark, a few, are not counted."""

    people: int
    sessions: int


def extent_of(session: Session, seminar: Seminar) -> Extent:
    """Count them, in one statement."""
    seated = Registration.state == RegistrationState.REGISTERED
    people = select(func.count()).where(Registration.seminar_id == seminar.id, seated).scalar_subquery()
    sessions = select(func.count()).where(SeminarSession.seminar_id == seminar.id).scalar_subquery()
    return Extent(*session.execute(select(people, sessions)).one())
