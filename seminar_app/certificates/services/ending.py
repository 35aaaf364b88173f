"""Replace, revoke and forget certificates."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit.services import record
from seminar_app.certificates.errors import DoesNotStand, NotEarned, ReasonNeeded
from seminar_app.certificates.models import Certificate, CertificateNumber
from seminar_app.certificates.queries import get_certificate, standings
from seminar_app.certificates.rules import Standing
from seminar_app.certificates.services.issuing import ground_of, issue_to
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.sealed_files import SealedFile
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import Seminar

REVOKED_MAIL = "certificate_revoked"


def reissue(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID) -> Certificate:
    """Issue a certificate anew, with the name and the words of now; the earlier one is replaced by it.

    Raises:
        NotFound, NotCompletedYet, GivesNone: as `issue`.
        DoesNotStand: it was replaced or revoked already.
        NotEarned: the seminar as it was completed last does not support it.
    """
    session.execute(select(CertificateNumber.last).with_for_update())
    ground = ground_of(session, seminar_id)
    old = _standing(session, seminar_id, public_id)
    standing = standings(session, seminar_id, ground.plan.rule, among=[old.registration_id]).get(old.registration_id)
    if standing is not Standing.HAS_ONE:
        raise NotEarned
    old.replaced_at = context.now
    session.flush()
    (made,) = issue_to(session, context, ground, [old.registration_id])
    old.replaced_by_id = made.id
    session.flush()
    record(session, context, action="certificate.reissued", subject=_subject(old), seminar=ground.seminar.slug, details=_numbers(old, made))
    return made


def revoke(session: Session, context: ChangeContext, *, seminar_id: int, public_id: uuid.UUID, reason: str) -> Certificate:
    """Revoke a certificate; the person is told why.

    Raises:
        NotFound: the seminar has no such certificate.
        DoesNotStand: it was replaced or revoked already.
        ReasonNeeded: no reason was given.
    """
    if not reason.strip():
        raise ReasonNeeded
    session.execute(select(CertificateNumber.last).with_for_update())
    found = _standing(session, seminar_id, public_id)
    found.revoked_at, found.revoked_by, found.revoked_reason = context.now, context.actor, reason.strip()[:300]
    session.flush()
    seminar = session.get_one(Seminar, seminar_id)
    registration = session.get_one(Registration, found.registration_id, options=[joinedload(Registration.person)])
    office = session.get_one(Office, seminar.office_id)
    tell(session, context, kind=REVOKED_MAIL, seminar=seminar, office=office, registration=registration, reason=found.revoked_reason)
    record(session, context, action="certificate.revoked", subject=_subject(found), seminar=seminar.slug, details={"number": found.number})
    return found


def replace_by_later(session: Session, context: ChangeContext, *, leaves: int, stays: int) -> Sequence[int]:
    """Move the certificate of a registration that leaves (by id) to the one that stays; of two the earlier is replaced by the later.

    Returns:
        Ids of the certificates that moved.
    """
    session.execute(select(CertificateNumber.last).with_for_update())
    stands = select(Certificate).where(Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None))
    moved = session.scalar(stands.where(Certificate.registration_id == leaves))
    there = session.scalar(stands.where(Certificate.registration_id == stays))
    if moved is None:
        return []
    if there is None:
        moved.registration_id = stays
        session.flush()
        return [moved.id]
    earlier, later = sorted((moved, there), key=lambda each: each.id)
    earlier.replaced_by_id, earlier.replaced_at = later.id, context.now
    session.flush()
    later.registration_id = stays
    session.flush()
    return [moved.id] if later is moved else []


def forget_certificates(session: Session, context: ChangeContext, registration_ids: Collection[int]) -> int:
    """Destroy what was printed of a person who is erased. The certificates stay, with nothing that names anybody."""
    found = session.scalars(
        select(Certificate).where(Certificate.registration_id.in_(registration_ids), Certificate.erased_at.is_(None))
    ).all()
    files = [each for one in found for each in (one.printed_id, one.file_id) if each is not None]
    for one in found:
        one.printed_id = one.file_id = one.revoked_reason = None
        one.erased_at = context.now
    session.flush()
    session.execute(delete(SealedFile).where(SealedFile.id.in_(files)).execution_options(synchronize_session=False))
    return len(found)


def _standing(session: Session, seminar_id: int, public_id: uuid.UUID) -> Certificate:
    found = get_certificate(session, seminar_id, public_id)
    if found.replaced_at is not None or found.revoked_at is not None:
        raise DoesNotStand
    return found


def _subject(certificate: Certificate) -> str:
    return f"certificate:{certificate.public_id.hex}"


def _numbers(old: Certificate, new: Certificate) -> dict[str, int]:
    return {"number": old.number, "replaced_by": new.number}
