"""Labels for marks, and the letters that stand for them. Each language has its own."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.attendance.pages import Order
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind, Progress
from seminar_app.web.labels import label, register


def init_app() -> None:
    """Register the labels."""
    register(
        MarkStatus,
        {
            MarkStatus.PRESENT: _l("Present"),
            MarkStatus.LATE: _l("Late"),
            MarkStatus.LEFT_EARLY: _l("Left early"),
            MarkStatus.EXCUSED: _l("Excused"),
            MarkStatus.ABSENT: _l("Absent"),
        },
    )
    register(
        Progress,
        {
            Progress.COMPLETES: _l("Completes"),
            Progress.ON_THE_WAY: _l("On the way"),
            Progress.OUT_OF_REACH: _l("Can no longer reach it"),
        },
    )
    register(
        Order,
        {
            Order.AGENCY: _l("By agency"),
            Order.NAME: _l("By name"),
            Order.LOWEST: _l("Lowest percentage first"),
            Order.HIGHEST: _l("Highest percentage first"),
        },
    )
    register(
        MarkMethod,
        {
            MarkMethod.SCAN: _l("by scanning"),
            MarkMethod.LIST: _l("on the list"),
            MarkMethod.SELF: _l("by the person"),
            MarkMethod.PAPER: _l("from paper"),
            MarkMethod.IMPORT: _l("from a file"),
            MarkMethod.MERGE: _l("from a merged record"),
        },
    )
    register(
        ObservationKind,
        {
            ObservationKind.PRESENT: _l("Present"),
            ObservationKind.LATE: _l("Late"),
            ObservationKind.LEFT_EARLY: _l("Left early"),
            ObservationKind.EXCUSED: _l("Excused"),
            ObservationKind.ABSENT: _l("Absent"),
            ObservationKind.IN: _l("Arrived"),
            ObservationKind.OUT: _l("Left"),
            ObservationKind.CLEARED: _l("Mark taken away"),
        },
    )


def control_labels() -> list[tuple[str, str, str, str]]:
    """Return (status, letter, short word, word) for the five parts of the mark control. The letter is also the keyboard shortcut.

    The letters are the initials of the words in each language: P L E X A, in Spanish P R S J A.
    """
    letters = {
        MarkStatus.PRESENT: (_("P"), _("Present")),
        MarkStatus.LATE: (_("L"), _("Late")),
        MarkStatus.LEFT_EARLY: (_("E"), _("Early")),
        MarkStatus.EXCUSED: (_("X"), _("Exc.")),
        MarkStatus.ABSENT: (_("A"), _("Absent")),
    }
    return [(status.value, letter, short, label(status)) for status, (letter, short) in letters.items()]
