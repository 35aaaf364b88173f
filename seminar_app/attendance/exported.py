"""When and by which office a file of attendance is made, and who hosts the seminar: what stands above the tables of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from seminar_app.offices.models import Office
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import hosts_of


@dataclass(frozen=True, slots=True)
class Exported:
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
