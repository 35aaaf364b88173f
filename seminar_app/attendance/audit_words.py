"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "attendance.marked": _l("marked attendance"),
            "attendance.cleared": _l("cleared attendance"),
            "attendance.viewed": _l("looked at attendance"),
            "attendance.exported": _l("exported attendance"),
            "attendance.rebuilt": _l("made marks and outcomes again from the observations"),
        },
        kinds={
            "mark": _l("mark"),
        },
        states={"attendance": MarkStatus},
        numbers={
            "changed": lambda n: ngettext("%(num)d mark", "%(num)d marks", n),
            "marks": lambda n: ngettext("%(num)d mark", "%(num)d marks", n),
            "participations": lambda n: ngettext("%(num)d outcome", "%(num)d outcomes", n),
        },
        texts={
            "format": lambda value: value.upper(),
        },
    )
