"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(actions={"certificate.name_shown": _l("showed the printed name to a visitor who typed the surname")})
    register(
        actions={
            "certificates.issued": _l("issued certificates"),
            "certificate.downloaded": _l("downloaded a certificate"),
            "certificates.downloaded": _l("downloaded certificates"),
            "person.record_taken": _l("took a training record to print"),
        }
    )
