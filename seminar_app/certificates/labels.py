"""Words for rules, standings and validity."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing, Standing, Validity
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the words."""
    register(
        CertificateRule,
        {
            CertificateRule.NONE: _l("None: this seminar gives no certificates"),
            CertificateRule.COMPLETION: _l("Whoever completes the seminar"),
            CertificateRule.EVALUATION: _l("Whoever completes the seminar and answers the evaluation"),
        },
    )
    register(
        Issuing,
        {
            Issuing.BY_HAND: _l("When an organizer issues them"),
            Issuing.ON_COMPLETION: _l("By themselves, as soon as the seminar is completed"),
        },
    )
    register(
        CertificateLanguage,
        {
            CertificateLanguage.PERSON: _l("The language the person registered in"),
            CertificateLanguage.BOTH: _l("Spanish and English on one page"),
        },
    )
    register(
        Standing,
        {
            Standing.EARNS: _l("Earns one"),
            Standing.HAS_ONE: _l("Has one"),
            Standing.REVOKED: _l("Revoked"),
            Standing.NOT_SUPPORTED: _l("Has one that is no longer earned"),
            Standing.NOT_COMPLETED: _l("Did not complete the seminar"),
            Standing.NO_ANSWER: _l("Has not answered the evaluation"),
            Standing.ERASED: _l("Was erased"),
        },
    )
    register(
        Validity,
        {
            Validity.VALID: _l("Valid"),
            Validity.REPLACED: _l("Replaced"),
            Validity.REVOKED: _l("Revoked"),
            Validity.ERASED: _l("Valid, name erased"),
        },
    )
