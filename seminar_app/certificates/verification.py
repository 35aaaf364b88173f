"""Verify a certificate by its code: what a stranger who holds the code is told. It holds nothing of the person.

Source: docs/decisions/0054-verifying-certificates.md.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import Verified, find_verified, validity_of
from seminar_app.certificates.rules import CertificateCode, Validity, seconds_to_wait
from seminar_app.core.sealed_files import SealedFile, content_of
from seminar_app.offices.models import Office
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import hosts_of


class CertificateFacts(Struct, frozen=True, kw_only=True):
    """What a certificate says of its seminar, as printed; once the person was erased, as the seminar is now.

    Attributes:
        hosts: names in Spanish and English, in order.
        minutes: credited, of `contact_minutes`; None where nothing says it any more.
    """

    seminar_es: str
    seminar_en: str
    hosts: tuple[tuple[str, str], ...]
    city: str
    country: str
    first_day: date
    last_day: date
    issued_on: date
    minutes: int | None
    contact_minutes: int | None


class Verification(Struct, frozen=True, kw_only=True):
    """The answer about a code that names a certificate.

    Attributes:
        code: number and letters, as printed.
        ended_on: the day of replacement or revocation, in the seminar's zone.
        office: of the seminar, to turn to.
        wait: seconds until another surname is compared; 0 if one is compared now.
    """

    certificate_id: int
    public_id: uuid.UUID
    file_id: int | None
    code: str
    validity: Validity
    ended_on: date | None
    facts: CertificateFacts
    office: Office
    wait: int


def verify(session: Session, code: CertificateCode | None, *, now: datetime) -> Verification | None:
    """Return what is told of the certificate with this code; None if there is none, or if what was typed is no code.

    The same statements are sent for every code, up to the hosts of a certificate whose print was destroyed.
    """
    found = find_verified(session, code or CertificateCode(0, ""))
    seminar_id = found.seminar.id if found else 0
    office = session.scalar(select(Office).join(Seminar, Seminar.office_id == Office.id).where(Seminar.id == seminar_id))
    if found is None or code is None or office is None:
        return None
    certificate = found.certificate
    zone = ZoneInfo(found.seminar.time_zone)
    ended_at = certificate.revoked_at or certificate.replaced_at
    return Verification(
        certificate_id=certificate.id,
        public_id=certificate.public_id,
        file_id=certificate.file_id,
        code=str(code),
        validity=validity_of(certificate),
        ended_on=ended_at.astimezone(zone).date() if ended_at else None,
        facts=_facts(session, found, office, zone),
        office=office,
        wait=seconds_to_wait(tries=certificate.surname_tries, since=certificate.tries_since, now=now),
    )


def _facts(session: Session, found: Verified, office: Office, zone: ZoneInfo) -> CertificateFacts:
    printed, seminar = found.printed, found.seminar
    if printed is None:
        hosts = hosts_of(session, [seminar.id])[seminar.id] or [office]
        minutes, contact_minutes = _outcome_then(session, found.certificate)
        return CertificateFacts(
            seminar_es=seminar.title_es or "",
            seminar_en=seminar.title_en or "",
            hosts=tuple((host.name_es, host.name_en) for host in hosts),
            city=seminar.city,
            country=seminar.country,
            first_day=seminar.starts_on,
            last_day=seminar.ends_on,
            issued_on=found.certificate.issued_at.astimezone(zone).date(),
            minutes=minutes,
            contact_minutes=contact_minutes,
        )
    return CertificateFacts(
        seminar_es=printed.seminar_es,
        seminar_en=printed.seminar_en,
        hosts=printed.hosts,
        city=printed.city,
        country=printed.country,
        first_day=printed.first_day,
        last_day=printed.last_day,
        issued_on=printed.issued_on,
        minutes=printed.minutes,
        contact_minutes=printed.contact_minutes,
    )


def _outcome_then(session: Session, certificate: Certificate) -> tuple[int | None, int | None]:
    """Return the minutes of the outcome that the certificate was issued by."""
    row = session.execute(
        select(Participation.minutes_credited, Participation.contact_minutes)
        .where(Participation.registration_id == certificate.registration_id, Participation.frozen_at <= certificate.issued_at)
        .order_by(Participation.version.desc())
        .limit(1)
    ).first()
    return (row.minutes_credited, row.contact_minutes) if row else (None, None)


def kept_pdf(session: Session, found: Verification) -> bytes | None:
    """Return the PDF as it was issued; None if none was made yet, or the person was erased."""
    kept = session.get(SealedFile, found.file_id) if found.file_id is not None else None
    return content_of(session, kept) if kept is not None else None
