"""The timetable on paper: a letter for each mark, minutes and completion, by agency group."""

from __future__ import annotations

from typing import Any

from babel.dates import format_skeleton
from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.attendance.labels import control_labels
from seminar_app.attendance.queries import Attendance, SheetGroup, SheetPerson, SheetSession, attendance_of
from seminar_app.paper.documents.subject import Made, Subject, note_of, title_of
from seminar_app.seminars.rules import local_of
from seminar_app.web.filters import percent, text_of

NOT_MARKED = "–"


def attendance(subject: Subject) -> Made:
    """Write everybody with their marks, also those who lost their seat after they had been marked."""
    held = attendance_of(subject.session, subject.seminar, former=True)
    letters = {status: letter for status, letter, _short, _word in control_labels()}
    written, number = [], 0
    for group in held.groups:
        rows = []
        for number, person in enumerate(group.people, start=number + 1):  # noqa: B020  goes on counting
            rows.append(_row(subject, held, letters, group, person) | {"number": number})
        completed = sum(held.completes(person) for person in group.people)
        count = ngettext("%(num)d person, %(done)d complete", "%(num)d people, %(done)d complete", len(rows), done=completed)
        written.append({**title_of(subject, group), "count": count, "rows": rows})
    document = subject.document(
        _("Attendance"),
        heading=_("Attendance"),
        landscape=True,
        groups=written,
        sessions=[_session(subject, each) for each in held.sessions],
        marks=[f"{letter} = {word}" for _status, letter, _short, word in control_labels()] + [f"{NOT_MARKED} = {_('Not marked')}"],
        rule=_(
            "To complete the seminar takes at least %(threshold)d %% of the contact minutes.", threshold=subject.seminar.threshold_percent
        ),
        words={
            "when": _("Date"),
            "where": _("Place"),
            "number": _("No."),
            "name": _("Name"),
            "minutes": _("Minutes"),
            "percent": _("Percent"),
            "completed": _("Completed"),
            "nobody": _("Nobody holds a seat yet."),
        },
    )
    return Made(document, number)


def _session(subject: Subject, held: SheetSession) -> dict[str, str]:
    local = local_of(held.starts_at, subject.seminar.time_zone)
    day = format_skeleton("MMMd", local, locale=subject.asked.language)
    title = text_of(held.title_es, held.title_en)
    return {"number": str(held.number), "key": f"{held.number} = {day}, {local:%-H:%M}{f' · {title}' if title else ''}"}


def _row(subject: Subject, held: Attendance, letters: dict[str, str], group: SheetGroup, person: SheetPerson) -> dict[str, Any]:
    done = held.completion_of(person)
    return {
        "name": person.name,
        "note": note_of(subject, group, person),
        "marks": [letters[mark.status.value] if mark else NOT_MARKED for mark in held.marks_of(person)],
        "minutes": f"{done.minutes_credited}/{done.contact_minutes}",
        "percent": percent(done.percent) if done.contact_minutes else NOT_MARKED,
        "completed": _("Yes") if held.completes(person) else _("No"),
    }
