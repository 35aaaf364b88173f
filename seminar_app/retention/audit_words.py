"""Words of this feature in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "erasure.asked": _l("asked that their data be erased"),
            "erasure.taken_back": _l("took back the request to erase their data"),
            "erasure.declined": _l("declined to erase a person's data"),
            "person.erased": _l("erased a person"),
            "retention.applied": _l("took away data whose time was over"),
            "retention.swept": _l("removed what deleted data leave behind in the files"),
        },
        numbers={
            "rows": lambda n: ngettext("%(num)d row", "%(num)d rows", n),
        },
    )
