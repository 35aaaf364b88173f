"""Give certificates as an office does: most of them together, one anew after its name was corrected, one revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from seminar_app.certificates.issue_job import begin_issuing
from seminar_app.certificates.queries import hosts_or_office
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.certificates.services import PlanDetails, SignatoryDetails, issue_next, reissue, revoke, save_plan
from seminar_app.core.change_context import ChangeContext
from seminar_app.demo import content
from seminar_app.seminars.models import Seminar

REISSUED, REVOKED = 3, 7
"""Places in the order of issuing."""
AT_ONCE = 500


def plan_certificates(session: Session, context: ChangeContext, *, seminar: Seminar, rule: CertificateRule) -> None:
    """Choose the rule, and let one person of each host sign."""
    signers = zip(content.SIGNATORIES, hosts_or_office(session, seminar), strict=False)
    signatories = [SignatoryDetails(name, spanish, english, host.id) for (name, spanish, english), host in signers]
    details = PlanDetails(rule, Issuing.BY_HAND, CertificateLanguage.PERSON, signatories)
    save_plan(session, context, seminar_id=seminar.id, version=0, details=details)


def give_certificates(
    session: Session, organizer: Callable[[datetime], ChangeContext], *, seminar: Seminar, completed_at: datetime, now: datetime
) -> None:
    """Issue the certificates a week after the seminar, and let the worker set the pages when it starts.

    Args:
        organizer: makes the context of a change by the organizer, of its time.
    """
    plan_certificates(session, organizer(completed_at), seminar=seminar, rule=CertificateRule.COMPLETION)
    made = issue_next(session, organizer(completed_at + timedelta(days=7)), seminar_id=seminar.id, most=AT_ONCE)
    reissue(session, organizer(completed_at + timedelta(days=20)), seminar_id=seminar.id, public_id=made[REISSUED].public_id)
    why, when = content.WHY_REVOKED, organizer(completed_at + timedelta(days=30))
    revoke(session, when, seminar_id=seminar.id, public_id=made[REVOKED].public_id, reason=why)
    begin_issuing(session, organizer(now), seminar=seminar)
