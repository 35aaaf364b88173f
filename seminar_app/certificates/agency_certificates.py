"""What a liaison's page of a completed seminar says about her people's certificates. The page asks; its room may not import this one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.certificates.models import Certificate
from seminar_app.nominations.agency_queries import AgencyAccess
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.database import session


class AgencyCertificates(Struct, frozen=True):
    """The certificates of a liaison's people that stand.

    Attributes:
        numbers: by registration id, also of reserved identities, who are shown by their code.
        files: how many she can take: set, and of no reserved identity.
        reserved: how many go to the person only.
    """

    numbers: Mapping[int, int]
    files: int
    reserved: int

    @property
    def waiting(self) -> int:
        """How many are not made as a file yet."""
        return len(self.numbers) - self.files - self.reserved


def agency_certificates(access: AgencyAccess) -> AgencyCertificates | None:
    """Return what the page says; None while the seminar is not completed, and where none of her people has a certificate."""
    if access.seminar.outcome_state is not SeminarState.COMPLETED:
        return None
    found = _read(session(), access)
    return found if found.numbers else None


def _read(reading: Session, access: AgencyAccess) -> AgencyCertificates:
    stands = (Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None), Certificate.erased_at.is_(None))
    rows = reading.execute(
        select(Certificate.registration_id, Certificate.number, Certificate.file_id, Person.reserved)
        .join(Registration, Registration.id == Certificate.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Certificate.seminar_id == access.seminar.id, *stands)
        .where(Registration.agency_id.in_(access.own), Person.merged_into_id.is_(None))
    ).all()
    files = sum(row.file_id is not None and not row.reserved for row in rows)
    return AgencyCertificates({row.registration_id: row.number for row in rows}, files, sum(row.reserved for row in rows))
