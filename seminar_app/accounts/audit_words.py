"""Words of this feature in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register
from seminar_app.web.labels import word_of

LANGUAGES = {"es": "Español", "en": "English"}


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "account.reset_sent": _l("sent a link for choosing a password"),
            "account.created": _l("made an account"),
            "account.edited": _l("changed an account"),
            "account.disabled": _l("disabled an account"),
            "account.enabled": _l("enabled an account"),
            "account.role_given": _l("gave a role"),
            "account.role_taken": _l("took a role away"),
            "coordinator.assigned": _l("assigned a coordinator"),
            "coordinator.withdrawn": _l("withdrew a coordinator"),
        },
        kinds={
            "user_account": _l("account"),
        },
        fields={
            "name": _l("Name"),
        },
        texts={
            "role": lambda value: word_of("RoleName", value) or value,
            "language": _language,
        },
    )


def _language(value: str) -> str:
    return LANGUAGES.get(value, value)
