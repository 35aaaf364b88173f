"""Sign-in sheets: one for each session, by agency group, with room for signatures and rows for people who are not on the roster."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.attendance import queries
from seminar_app.attendance.queries import SheetGroup, SheetSession
from seminar_app.core.errors import NotFound
from seminar_app.paper.documents.subject import Made, Subject, note_of, position_of, title_of
from seminar_app.paper.numbering import NumberedSheet, number_sheets
from seminar_app.paper.rules import row_code
from seminar_app.web.filters import day_and_date, local_date, local_time, text_of


def sign_in(subject: Subject) -> Made:
    """Write the sheets of one session, or of all.

    Raises:
        NotFound: the seminar has no such session.
    """
    seminar, asked = subject.seminar, subject.asked
    sessions = [each for each in queries.sessions_of(subject.session, seminar.id) if asked.session in (None, each.public_id)]
    if not sessions:
        raise NotFound
    groups = queries.people_by_group(subject.session, seminar.id)
    people = [person.registration_id for group in groups for person in group.people]
    sheets = number_sheets(subject.session, seminar.id, sessions, people, blank_rows=asked.blank_rows)
    document = subject.document(
        _("Sign-in sheet") if len(sheets) == 1 else _("Sign-in sheets"),
        sheets=[_sheet(subject, groups, sheet) for sheet in sheets],
        words={
            "number": _("No."),
            "name": _("Name"),
            "position": _("Position"),
            "signature": _("Signature"),
            "code": _("Row code"),
        },
    )
    return Made(document, len(people), sheets)


def _sheet(subject: Subject, groups: list[SheetGroup], sheet: NumberedSheet) -> dict[str, Any]:
    held = sheet.session
    title = text_of(held.title_es, held.title_en)
    number = _("Session %(number)d", number=held.number)
    return {
        "head": _("Sheet %(sheet)d · session %(number)d", sheet=sheet.number, number=held.number),
        "title": f"{number}. {title}" if title else number,
        "facts": _facts(subject, held, sheet),
        "groups": [*_groups(subject, groups, sheet), *_blank(sheet)],
    }


def _facts(subject: Subject, held: SheetSession, sheet: NumberedSheet) -> list[dict[str, Any]]:
    zone = subject.seminar.time_zone
    times = f"{local_time(held.starts_at, zone)}–{local_time(held.ends_at, zone)}"
    return [
        {"word": _("Date"), "value": day_and_date(local_date(held.starts_at, zone)), "width": 6},
        {"word": _("Time"), "value": times, "width": 3},
        {"word": _("Place"), "value": subject.place, "width": 8},
        {"word": _("Sheet"), "value": str(sheet.number), "width": 2},
    ]


def _groups(subject: Subject, groups: list[SheetGroup], sheet: NumberedSheet) -> list[dict[str, Any]]:
    written, number = [], 0
    for group in groups:
        rows = []
        for number, person in enumerate(group.people, start=number + 1):  # noqa: B020  goes on counting
            rows.append(_row(sheet, number, name=person.name, note=note_of(subject, group, person), position=position_of(person)))
        count = ngettext("%(num)d person", "%(num)d people", len(rows))
        written.append({**title_of(subject, group), "count": count, "rows": rows})
    return written


def _row(sheet: NumberedSheet, number: int, *, name: str = "", note: str | None = None, position: str = "") -> dict[str, Any]:
    return {"number": number, "name": name, "note": note, "position": position, "code": row_code(sheet.number, number)}


def _blank(sheet: NumberedSheet) -> list[dict[str, Any]]:
    """Return the rows without a name, under a heading of their own."""
    if not sheet.blank_rows:
        return []
    first = len(sheet.registrations) + 1
    numbers = range(first, first + sheet.blank_rows)
    rows = [_row(sheet, number) for number in numbers]
    return [
        {
            "name": _("Not on the list"),
            "short": _("Not on the list"),
            "count": _("write name, agency and position in capitals"),
            "rows": rows,
        }
    ]
