"""This room's words in the audit log."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register
from seminar_app.web.filters import long_date
from seminar_app.web.labels import word_of


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "agencies.seeded": _l("loaded the directory of agencies"),
            "agency.added": _l("added an agency"),
            "agency.edited": _l("changed an agency"),
            "agency.retired": _l("recorded that an agency has ended"),
            "agency.retirement_undone": _l("took an agency's end back"),
            "agency.alias_added": _l("added a name that an agency is found by"),
            "agency.alias_removed": _l("removed a name that an agency was found by"),
        },
        kinds={
            "agency": _l("agency"),
        },
        fields={
            "name_es": _l("Name in Spanish"),
            "name_en": _l("Name in English"),
            "code": _l("Code"),
            "level": _l("Level"),
            "country": _l("Country"),
            "state": _l("State"),
            "parent_id": _l("Belongs to"),
            "valid_from": _l("First day"),
        },
        numbers={
            "added": lambda n: ngettext("%(num)d agency", "%(num)d agencies", n),
        },
        texts={
            "level": lambda value: word_of("AgencyLevel", value) or value,
            "valid_to": lambda value: long_date(date.fromisoformat(value)),
            "alias": lambda value: f"«{value}»",
            "source": lambda value: value,
        },
    )
