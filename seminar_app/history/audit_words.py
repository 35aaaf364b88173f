"""This room's words in the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.audit.words import register


def init_app() -> None:
    """Register the words."""
    register(
        actions={
            "headcount.recorded": _l("recorded a headcount"),
            "headcount.changed": _l("changed a headcount"),
            "headcount.removed": _l("removed a headcount"),
            "history.settled": _l("settled the outcomes of a past seminar"),
            "history.announced": _l("recorded an announced number"),
            "outside_training.reported": _l("reported training that others held"),
            "outside_training.approved": _l("approved training that others held"),
            "outside_training.declined": _l("declined training that others held"),
            "outside_training.withdrawn": _l("withdrew a report of training that others held"),
            "outside_training.viewed": _l("looked at reports of training that others held"),
        },
        kinds={"headcount": _l("headcount"), "outside_training": _l("training that others held")},
        numbers={
            "counted_registered": lambda n: ngettext("%(num)d registered", "%(num)d registered", n),
            "counted_attended": lambda n: ngettext("%(num)d attended", "%(num)d attended", n),
            "counted_completed": lambda n: ngettext("%(num)d completed", "%(num)d completed", n),
            "people_registered": lambda n: ngettext("%(num)d person registered", "%(num)d people registered", n),
            "people_attended": lambda n: ngettext("%(num)d person attended", "%(num)d people attended", n),
            "people_completed": lambda n: ngettext("%(num)d person completed", "%(num)d people completed", n),
            "announced": lambda n: ngettext("%(num)d announced", "%(num)d announced", n),
        },
    )
