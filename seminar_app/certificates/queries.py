"""Read certificates: who earns one and who does not and why, and the certificate that a code names."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.attendance.queries import SheetGroup, SheetPerson, people_by_group
from seminar_app.certificates.models import Certificate, CertificatePlan, Signatory
from seminar_app.certificates.printed import Printed
from seminar_app.certificates.rules import CertificateCode, CertificateRule, Facts, Standing, Validity, standing_of
from seminar_app.core.errors import NotFound
from seminar_app.core.links import token_hash
from seminar_app.core.sealed_files import SealedFile, content_of
from seminar_app.feedback.models import FeedbackForm, ResponseReceipt
from seminar_app.feedback.rules import FormKind
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import hosts_of


def plan_of(session: Session, seminar_id: int) -> CertificatePlan | None:
    """Return what the seminar asks for its certificate; None where nobody said anything."""
    return session.get(CertificatePlan, seminar_id)


def signatories_of(session: Session, seminar_id: int) -> Sequence[Signatory]:
    """Return who signs, in order."""
    return session.scalars(select(Signatory).where(Signatory.seminar_id == seminar_id).order_by(Signatory.position)).all()


def hosts_or_office(session: Session, seminar: Seminar) -> Sequence[Office]:
    """Return the hosts in order; the seminar's own office where none are named."""
    return hosts_of(session, [seminar.id])[seminar.id] or [session.get_one(Office, seminar.office_id)]


def _answered() -> Any:
    """Whether the registration has answered the evaluation of its seminar."""
    return exists().where(
        ResponseReceipt.registration_id == Registration.id,
        ResponseReceipt.form_id == FeedbackForm.id,
        FeedbackForm.kind == FormKind.REACTION,
    )


_STANDS = Certificate.replaced_at.is_(None) & Certificate.revoked_at.is_(None)
_FACTS: Select[Any] = (
    select(
        Registration.id,
        Participation.completed,
        Participation.frozen_at,
        Person.erased_at,
        _answered().label("answered"),
        exists().where(Certificate.registration_id == Registration.id, _STANDS).label("valid"),
        exists().where(Certificate.registration_id == Registration.id, Certificate.revoked_at.is_not(None)).label("revoked"),
    )
    .join(Person, Person.id == Registration.person_id)
    .join(Participation, (Participation.registration_id == Registration.id) & Participation.current & ~Participation.superseded)
    .where(Registration.state == RegistrationState.REGISTERED)
)


def standings(session: Session, seminar_id: int, rule: CertificateRule, *, among: Collection[int] | None = None) -> Mapping[int, Standing]:
    """Return how those who hold a seat in a completed seminar stand toward the certificate, by registration id, in one statement.

    Args:
        among: ids of registrations; None for all.
    """
    wanted = _FACTS.where(Registration.seminar_id == seminar_id, Participation.frozen_at.is_not(None))
    if among is not None:
        wanted = wanted.where(Registration.id.in_(among))
    return {
        row.id: standing_of(Facts(row.completed, row.answered, row.erased_at is not None, row.valid, row.revoked), rule)
        for row in session.execute(wanted)
    }


def earned_in(session: Session, seminars: Select[int]) -> Mapping[int, int]:
    """Count the certificates that are earned and not issued in these completed seminars, by seminar, in one statement.

    The database counts alike registrations; the rule decides about each kind of them.

    Args:
        seminars: selects ids. Each registration of these seminars is looked at, so let there be few.
    """
    plans = CertificatePlan.seminar_id == Registration.seminar_id
    facts = _FACTS.add_columns(Registration.seminar_id, CertificatePlan.rule).join(CertificatePlan, plans)
    facts = facts.where(CertificatePlan.rule != CertificateRule.NONE, Registration.seminar_id.in_(seminars))
    row = facts.where(Participation.frozen_at.is_not(None)).subquery().c
    alike = (row.seminar_id, row.rule, row.completed, row.answered, row.erased_at.is_not(None).label("erased"), row.valid, row.revoked)
    counts: Counter[int] = Counter()
    for seminar_id, rule, *said, number in session.execute(select(*alike, func.count()).group_by(*alike)):
        if standing_of(Facts(*said), rule) is Standing.EARNS:
            counts[seminar_id] += number
    return counts


class CertificateLine(Struct, frozen=True):
    """One person on the page of certificates. `certificate`: the newest, standing or not."""

    person: SheetPerson
    standing: Standing | None
    """None while the seminar is not completed."""
    certificate: Certificate | None


class CertificateGroup(Struct, frozen=True):
    """An agency group with its lines."""

    group: SheetGroup
    lines: Sequence[CertificateLine]


def certificate_groups(session: Session, seminar: Seminar, rule: CertificateRule) -> list[CertificateGroup]:
    """Return the people who hold a seat by agency group, with their standing and newest certificate, in four statements."""
    groups = people_by_group(session, seminar.id)
    standing = standings(session, seminar.id, rule)
    newest = newest_of(session, seminar.id)
    return [
        CertificateGroup(
            group, [CertificateLine(one, standing.get(one.registration_id), newest.get(one.registration_id)) for one in group.people]
        )
        for group in groups
    ]


def newest_of(session: Session, seminar_id: int) -> Mapping[int, Certificate]:
    """Return the newest certificate of each registration of a seminar, by registration id."""
    rows = session.scalars(select(Certificate).where(Certificate.seminar_id == seminar_id).order_by(Certificate.id))
    return {row.registration_id: row for row in rows}


def history_of(session: Session, registration_id: int) -> Sequence[Certificate]:
    """Return all certificates of a registration, the newest first."""
    wanted = select(Certificate).where(Certificate.registration_id == registration_id).order_by(Certificate.id.desc())
    return session.scalars(wanted).all()


def get_certificate(session: Session, seminar_id: int, public_id: uuid.UUID) -> Certificate:
    """Return a certificate of this seminar.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(select(Certificate).where(Certificate.public_id == public_id, Certificate.seminar_id == seminar_id))
    if found is None:
        raise NotFound
    return found


def printed_of(session: Session, certificate: Certificate) -> Printed | None:
    """Return what was printed; None once the person was erased."""
    kept = session.get(SealedFile, certificate.printed_id) if certificate.printed_id is not None else None
    return Printed.from_bytes(content_of(session, kept)) if kept is not None else None


def validity_of(certificate: Certificate) -> Validity:
    """Return what a certificate is worth now."""
    if certificate.revoked_at is not None:
        return Validity.REVOKED
    if certificate.replaced_at is not None:
        return Validity.REPLACED
    return Validity.ERASED if certificate.erased_at is not None else Validity.VALID


def code_hash(code: CertificateCode) -> bytes:
    """Return the hash by which a certificate is found: nobody reads the letters out of the database."""
    return token_hash(f"certificate\0{code}")


class Verified(Struct, frozen=True):
    """The certificate that a code names. `printed`: None once the person was erased; `reserved`: the person's identity is, now."""

    certificate: Certificate
    seminar: Seminar
    printed: Printed | None
    reserved: bool


def find_verified(session: Session, code: CertificateCode) -> Verified | None:
    """Return the certificate with this code; None if there is none."""
    row = session.execute(
        select(Certificate, Seminar, Person.reserved)
        .join(Seminar, Seminar.id == Certificate.seminar_id)
        .join(Registration, Registration.id == Certificate.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Certificate.code_hash == code_hash(code))
    ).first()
    return Verified(row[0], row[1], printed_of(session, row[0]), row[2]) if row is not None else None


def owner_of(session: Session, certificate: Certificate) -> uuid.UUID:
    """Return the public id of the registration that a certificate belongs to."""
    return session.scalars(select(Registration.public_id).where(Registration.id == certificate.registration_id)).one()


def is_reserved(session: Session, certificate: Certificate) -> bool:
    """Whether the identity of its person is reserved or erased now."""
    owner = select(Person.reserved).join(Registration, Registration.person_id == Person.id)
    return bool(session.scalar(owner.where(Registration.id == certificate.registration_id)))


def pdf_of(session: Session, certificate: Certificate) -> bytes | None:
    """Return the PDF of a certificate; None where it was not set yet, or the person was erased."""
    kept = session.get(SealedFile, certificate.file_id) if certificate.file_id is not None else None
    return content_of(session, kept) if kept is not None else None


def standing_certificate(session: Session, registration_id: int) -> Certificate | None:
    """Return the certificate of a registration that was neither replaced nor revoked; None if there is none."""
    return session.scalar(select(Certificate).where(Certificate.registration_id == registration_id, _STANDS))
