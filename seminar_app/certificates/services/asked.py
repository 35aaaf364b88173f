"""Issue certificates to people whom somebody has chosen, once for each time that it was asked."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from seminar_app.certificates.errors import NobodyEarnsOne
from seminar_app.certificates.models import Certificate, CertificateNumber
from seminar_app.certificates.services.issuing import issue
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.models import Registration


def issue_asked(
    session: Session, context: ChangeContext, *, seminar_id: int, registrations: Collection[uuid.UUID], asked_at: datetime
) -> list[Certificate]:
    """Issue certificates to the people who were chosen then, and none to whom one was issued or revoked since.

    So work that is taken up again issues nothing twice, and nothing that was revoked meanwhile.

    Raises:
        NotFound, NotCompletedYet, GivesNone: as `issue`.
        NobodyEarnsOne: nobody of these earns one or has one that stands.
    """
    session.execute(select(CertificateNumber.last).with_for_update())
    theirs = (
        select(Registration.public_id)
        .join(Certificate, Certificate.registration_id == Registration.id)
        .where(Registration.seminar_id == seminar_id, Registration.public_id.in_(registrations))
    )
    since = set(session.scalars(theirs.where(or_(Certificate.issued_at >= asked_at, Certificate.revoked_at >= asked_at))))
    try:
        return issue(session, context, seminar_id=seminar_id, registrations=[each for each in registrations if each not in since])
    except NobodyEarnsOne:
        if session.scalar(theirs.where(Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None)).limit(1)) is None:
            raise
        return []
