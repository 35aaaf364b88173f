"""View models of the certificates' pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.certificates import queries
from seminar_app.certificates.models import Certificate, CertificatePlan
from seminar_app.certificates.printed import Printed
from seminar_app.certificates.queries import CertificateGroup
from seminar_app.certificates.rules import CertificateRule, Standing, Validity
from seminar_app.core.values import replace
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState


class CertificatesPage(Struct, frozen=True):
    """Who earns a certificate, who has one, and who does not and why."""

    plan: CertificatePlan | None
    completed: bool
    """Only a completed seminar issues."""
    groups: Sequence[CertificateGroup]
    """With the lines that the filter leaves."""
    counts: Counter[Standing]

    @classmethod
    def read(cls, session: Session, seminar: Seminar, *, only: Standing | None) -> CertificatesPage:
        """Read the page in a constant number of statements."""
        plan = queries.plan_of(session, seminar.id)
        completed = seminar.outcome_state is SeminarState.COMPLETED
        gives = plan is not None and plan.rule is not CertificateRule.NONE
        groups = queries.certificate_groups(session, seminar, plan.rule) if plan is not None and gives else []
        counts = Counter(line.standing for group in groups for line in group.lines if line.standing is not None)
        shown = [replace(group, lines=[line for line in group.lines if only in (None, line.standing)]) for group in groups]
        return cls(plan, completed, [group for group in shown if group.lines], counts)

    @property
    def gives(self) -> bool:
        """Whether the seminar gives certificates."""
        return self.plan is not None and self.plan.rule is not CertificateRule.NONE

    @property
    def earned(self) -> int:
        """How many people earn one that is not out yet."""
        return self.counts[Standing.EARNS]


class CertificateStep(Struct, frozen=True):
    """A certificate in the history of one person; `printed` is None once the person was erased."""

    certificate: Certificate
    validity: Validity
    printed: Printed | None


def steps_of(session: Session, registration_id: int) -> list[CertificateStep]:
    """Return the certificates of a registration, the newest first."""
    return [
        CertificateStep(each, queries.validity_of(each), queries.printed_of(session, each))
        for each in queries.history_of(session, registration_id)
    ]
