"""The training record of one person: each seminar in which they held a seat, the hours credited, and the certificate that stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from msgspec import Struct
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Participation
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.certificates.rules import CertificateCode
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import hosts_of


class RecordLine(Struct, frozen=True):
    """A seminar of the record.

    Attributes:
        minutes: credited, of `contact_minutes`.
        fixed: the seminar was completed, so the outcome changes no more.
        code: of the certificate that stands.
    """

    seminar: Seminar
    hosts: Sequence[Office]
    minutes: int
    contact_minutes: int
    completed: bool
    fixed: bool
    code: CertificateCode | None


class Record(Struct, frozen=True):
    """The seminars of a record, the latest first."""

    lines: Sequence[RecordLine]

    @property
    def completed(self) -> int:
        """Number of seminars completed, of those whose outcome is fixed."""
        return sum(line.completed and line.fixed for line in self.lines)

    @property
    def minutes(self) -> int:
        """Credited minutes of all seminars."""
        return sum(line.minutes for line in self.lines)

    @property
    def years(self) -> list[tuple[int, list[RecordLine]]]:
        """The lines by the year in which the seminar began, the latest first."""
        return [(year, list(lines)) for year, lines in groupby(self.lines, key=lambda line: line.seminar.starts_on.year)]


def read_record(session: Session, registration_ids: Collection[int]) -> Record:
    """Return the record of these registrations of one person.

    A registration counts if it holds a seat, and attendance was taken or the seminar is completed: what the page of the person shows.
    """
    marked = exists().where(Mark.registration_id == Registration.id, Mark.status.is_not(None))
    rows = session.execute(
        select(Registration.id, Seminar, Participation, Office)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .join(Participation, (Participation.registration_id == Registration.id) & Participation.current & ~Participation.superseded)
        .where(Registration.id.in_(registration_ids), Registration.state == RegistrationState.REGISTERED)
        .where(Participation.sessions_counted > 0, or_(marked, Participation.frozen_at.is_not(None)))
        .order_by(Seminar.starts_on.desc(), Seminar.id.desc())
    ).all()
    hosts, codes = hosts_of(session, [row.Seminar.id for row in rows]), _codes(session, [row.id for row in rows])
    return Record(
        [
            RecordLine(
                seminar=row.Seminar,
                hosts=hosts[row.Seminar.id] or [row.Office],
                minutes=row.Participation.minutes_credited,
                contact_minutes=row.Participation.contact_minutes,
                completed=row.Participation.completed,
                fixed=row.Participation.frozen_at is not None,
                code=codes.get(row.id),
            )
            for row in rows
        ]
    )


def own_registrations(session: Session, registration_id: int) -> Sequence[int]:
    """Return the ids of all registrations of the person of this one."""
    person = select(Registration.person_id).where(Registration.id == registration_id).scalar_subquery()
    return session.scalars(select(Registration.id).where(Registration.person_id == person)).all()


def _codes(session: Session, registration_ids: Collection[int]) -> Mapping[int, CertificateCode]:
    """Return the code of the certificate that stands, by registration id."""
    stands = Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None), Certificate.erased_at.is_(None)
    found = session.scalars(select(Certificate).where(Certificate.registration_id.in_(registration_ids), *stands)).all()
    printed = {each.registration_id: printed_of(session, each) for each in found}
    return {registration_id: each.code for registration_id, each in printed.items() if each is not None}
