"""What becomes of certificates when a seminar is completed, and when two registrations of one person become one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.certificates import services
from seminar_app.certificates.issue_job import begin_issuing
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import plan_of
from seminar_app.certificates.rules import CertificateRule, Issuing
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.services.merging import when_merging
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import StateChange, when_changing_state


@when_changing_state
def on_state(session: Session, context: ChangeContext, seminar: Seminar, change: StateChange) -> None:
    """Begin to issue certificates as soon as the seminar is completed, where it says so; those that are out stay valid anyway."""
    plan = plan_of(session, seminar.id) if change.change is Change.COMPLETE else None
    if plan is not None and plan.rule is not CertificateRule.NONE and plan.issuing is Issuing.ON_COMPLETION:
        begin_issuing(session, context, seminar=seminar)


class MergedCertificates:
    """Certificates in a merge: that of the registration that leaves moves, and of two the earlier is replaced by the later."""

    name = Certificate.__tablename__

    def lock(self, session: Session, registration_ids: Collection[int]) -> None:
        """Nothing more: whoever issues locks the last number."""

    def credited_minutes(self, session: Session, registration_ids: Collection[int]) -> Mapping[int, int]:
        """Certificates credit no minutes."""
        return {}

    def copy(self, session: Session, context: ChangeContext, *, leaves: int, stays: int) -> Sequence[int]:
        """Move the certificate, and return its id."""
        return services.replace_by_later(session, context, leaves=leaves, stays=stays)

    def take_back(self, session: Session, context: ChangeContext, copies: Collection[int], *, left: Collection[int]) -> None:
        """Give a moved certificate back to the only registration that had left and is back."""
        for certificate in session.scalars(select(Certificate).where(Certificate.id.in_(copies), Certificate.replaced_at.is_(None))):
            if len(left) == 1:
                certificate.registration_id = next(iter(left))
        session.flush()


when_merging(MergedCertificates())
