"""Words of this feature in the audit log."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.web.filters import long_date


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "looks.alerted": _l("told the administrators of unusual access to personal data"),
            "access.alerted": _l("told the administrators of unusual access to personal data"),
        },
        numbers={
            "rosters": lambda n: ngettext("%(num)d roster", "%(num)d rosters", n),
            "roster_views": lambda n: ngettext("%(num)d opening of rosters", "%(num)d openings of rosters", n),
            "people": lambda n: ngettext("%(num)d person", "%(num)d people", n),
            "searches": lambda n: ngettext("%(num)d search", "%(num)d searches", n),
            "exports": lambda n: ngettext("%(num)d export", "%(num)d exports", n),
        },
        texts={
            "day": lambda value: long_date(date.fromisoformat(value)),
        },
    )
