"""One person's certificates, on the page of the registration: how they stand, each one with its history, and what can be done."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from seminar_app.accounts.rules import may_organize
from seminar_app.attendance.history import account_names
from seminar_app.certificates import queries
from seminar_app.certificates.pages import steps_of
from seminar_app.certificates.rules import CertificateRule, Standing, Validity
from seminar_app.core.errors import Refusal
from seminar_app.oversight.wording import actor_words
from seminar_app.registration.queries import StaffRegistration
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of


def section(found: StaffRegistration, refused: Refusal | None = None) -> Markup:
    """Return the section for organizers; empty where the seminar gives no certificates."""
    seminar, registration = found.access.seminar, found.registration
    plan = queries.plan_of(session(), seminar.id)
    if not may_organize(current_actor(), office_id=seminar.office_id) or plan is None or plan.rule is CertificateRule.NONE:
        return Markup()
    standing = queries.standings(session(), seminar.id, plan.rule, among=[registration.id]).get(registration.id)
    steps = steps_of(session(), registration.id)
    stands = next((step for step in steps if step.validity is Validity.VALID), None)
    person = registration.person
    printed = stands.printed if stands is not None and not person.hidden else None
    names = account_names(session(), {each.certificate.issued_by for each in steps} | {each.certificate.revoked_by for each in steps})
    return Markup(  # noqa: S704  a template, which escapes  # nosec B704
        render_template(
            "certificates/staff/_person.html",
            registration=registration,
            seminar=seminar,
            standing=standing,
            steps=steps,
            stands=stands.certificate if stands is not None else None,
            renamed_from=printed.name if printed is not None and printed.name != person.certificate_name else None,
            may_issue=standing in (Standing.EARNS, Standing.REVOKED),
            may_reissue=standing is Standing.HAS_ONE,
            error=sentence_of(refused) if refused is not None and refused.__class__.__module__.endswith("certificates.errors") else None,
            who=lambda actor: actor_words(actor, names),
        )
    )
