"""Save what a seminar asks for its certificate, and who signs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.certificates.errors import RuleIsNeeded
from seminar_app.certificates.models import CertificatePlan, Signatory
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.sealed_files import keep_file
from seminar_app.feedback.queries import find_form
from seminar_app.seminars.models import Seminar

SIGNATURE = "certificates.signature"
"""Kind of the sealed file that holds the picture of a signature."""


class SignatoryDetails(Struct, frozen=True):
    """Who signs, as it was typed.

    Attributes:
        image_id: of a kept picture of the signature, which stays.
        picture: a new one, PNG or JPEG. Earlier ones are kept, because certificates that are out refer to them.
    """

    name: str
    title_es: str | None
    title_en: str | None
    office_id: int | None
    image_id: int | None = None
    picture: bytes | None = None


class PlanDetails(Struct, frozen=True):
    """What a seminar asks for its certificate, as it was chosen."""

    rule: CertificateRule
    issuing: Issuing
    language: CertificateLanguage
    signatories: Sequence[SignatoryDetails]


def save_plan(session: Session, context: ChangeContext, *, seminar_id: int, version: int, details: PlanDetails) -> CertificatePlan:
    """Save the plan. Certificates that are out stay as they were printed.

    Args:
        version: of the plan that was shown; 0 where there was none.

    Raises:
        NotFound: there is no such seminar.
        StaleEdit: somebody else saved it since.
        RuleIsNeeded: the evaluation is asked for, and the seminar has none.
    """
    seminar = session.scalar(select(Seminar).where(Seminar.id == seminar_id).with_for_update())
    if seminar is None:
        raise NotFound
    if details.rule is CertificateRule.EVALUATION and find_form(session, seminar_id) is None:
        raise RuleIsNeeded
    plan = session.scalar(select(CertificatePlan).where(CertificatePlan.seminar_id == seminar_id).with_for_update())
    if version != (plan.version if plan is not None else 0):
        raise StaleEdit
    if plan is None:
        plan = CertificatePlan(seminar_id=seminar_id)
        session.add(plan)
    plan.rule, plan.issuing, plan.language, plan.changed_at = details.rule, details.issuing, details.language, context.now
    session.flush()
    session.execute(delete(Signatory).where(Signatory.seminar_id == seminar_id))
    for position, each in enumerate(details.signatories, start=1):
        image_id = each.image_id
        if each.picture is not None:
            image_id = keep_file(session, kind=SIGNATURE, content=each.picture, at=context.now).id
        session.add(
            Signatory(
                seminar_id=seminar_id,
                position=position,
                name=each.name,
                title_es=each.title_es,
                title_en=each.title_en,
                office_id=each.office_id,
                image_id=image_id,
            )
        )
    session.flush()
    told = {
        "rule": details.rule,
        "issuing": details.issuing,
        "certificate_language": details.language,
        "signatories": len(details.signatories),
    }
    record(session, context, action="certificates.planned", subject=f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, details=told)
    return plan
