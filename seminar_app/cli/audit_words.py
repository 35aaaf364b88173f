"""Words of this feature in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "database.backed_up": _l("backed up the database"),
            "database.restored": _l("restored the database from a backup"),
            "keys.rotated": _l("sealed rows again with a new key"),
        },
    )
