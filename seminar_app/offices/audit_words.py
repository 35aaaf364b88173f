"""Words of this feature in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "office.created": _l("added an office"),
            "office.edited": _l("changed an office"),
            "office.retired": _l("retired an office"),
            "office.restored": _l("took an office into use again"),
            "office.notice_published": _l("published an office's words in the privacy notice"),
            "office.notice_withdrawn": _l("took back an office's words in the privacy notice"),
        },
        kinds={
            "office": _l("office"),
        },
    )
