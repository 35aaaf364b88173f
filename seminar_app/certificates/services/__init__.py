"""Services that change certificates."""

from __future__ import annotations

from seminar_app.certificates.services.asked import issue_asked
from seminar_app.certificates.services.comparing import Compared, compare_surname
from seminar_app.certificates.services.ending import forget_certificates, reissue, replace_by_later, revoke
from seminar_app.certificates.services.issuing import issue, issue_next
from seminar_app.certificates.services.planning import PlanDetails, SignatoryDetails, save_plan

__all__ = [
    "Compared",
    "PlanDetails",
    "SignatoryDetails",
    "compare_surname",
    "forget_certificates",
    "issue",
    "issue_asked",
    "issue_next",
    "reissue",
    "replace_by_later",
    "revoke",
    "save_plan",
]
