"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.web.labels import label


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "certificates.planned": _l("chose the rule of certificates"),
            "certificates.issued": _l("issued certificates"),
            "certificates.viewed": _l("looked at certificates"),
            "certificate.reissued": _l("issued a certificate anew"),
            "certificate.revoked": _l("revoked a certificate"),
            "certificate.taken": _l("took a certificate"),
            "certificate.name_shown": _l("showed the printed name to a visitor who typed the surname"),
        },
        kinds={"certificate": _l("certificate")},
        texts={
            "rule": lambda value: str(label(CertificateRule(value))),
            "issuing": lambda value: str(label(Issuing(value))),
            "certificate_language": lambda value: str(label(CertificateLanguage(value))),
        },
        numbers={"signatories": lambda n: ngettext("%(num)d signatory", "%(num)d signatories", n)},
    )
    register(
        actions={
            "certificates.taken": _l("took certificates of several people"),
            "person.record_taken": _l("took a training record to print"),
        }
    )
    register(actions={"closing_kit.taken": _l("took the closing kit")})
