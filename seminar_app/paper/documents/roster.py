"""The roster on paper: who holds a seat, by agency group. No address and no phone, so that a copy left behind tells less."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.attendance import queries
from seminar_app.attendance.queries import SheetGroup
from seminar_app.paper.documents.subject import Made, Subject, note_of, position_of, title_of


def roster(subject: Subject) -> Made:
    """Write the roster: a figure for each agency group, then the people."""
    groups = queries.people_by_group(subject.session, subject.seminar.id)
    written, number = [], 0
    for group in groups:
        written.append(_group(subject, group, first=number + 1))
        number += len(group.people)
    document = subject.document(
        _("List of participants"),
        heading=_("List of participants"),
        total=ngettext("%(num)d person", "%(num)d people", number),
        groups=written,
        words={
            "when": _("Date"),
            "where": _("Place"),
            "number": _("No."),
            "name": _("Name"),
            "position": _("Position"),
            "unit": _("Unit"),
            "nobody": _("Nobody holds a seat yet."),
        },
    )
    return Made(document, number)


def _group(subject: Subject, group: SheetGroup, *, first: int) -> dict[str, Any]:
    rows = [
        {
            "number": number,
            "name": person.name,
            "note": note_of(subject, group, person),
            "position": position_of(person),
            "unit": person.shown.unit or "",
        }
        for number, person in enumerate(group.people, start=first)
    ]
    count = ngettext("%(num)d person", "%(num)d people", len(rows))
    return {**title_of(subject, group), "count": count, "rows": rows}
