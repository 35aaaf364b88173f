"""Words of this feature in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "demo.loaded": _l("loaded the demonstration"),
        },
    )
