"""The programme on paper: each day's sessions with their times, rooms and speakers. It names no participant."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from seminar_app.core.dates import hours_and_minutes
from seminar_app.paper.documents.subject import Made, Subject
from seminar_app.seminars.queries import SessionLine, by_day, sessions_of
from seminar_app.web.filters import day_and_date, local_time, text_of


def programme(subject: Subject) -> Made:
    """Write the programme."""
    seminar = subject.seminar
    lines = sessions_of(subject.session, seminar.id)
    days = [
        {"name": day_and_date(day), "short": day_and_date(day), "count": "", "rows": [_session(subject, line) for line in sessions]}
        for day, sessions in by_day(lines, seminar.time_zone)
    ]
    minutes = sum(line.seminar_session.contact_minutes for line in lines)
    document = subject.document(
        _("Program"),
        personal=False,
        heading=_("Program"),
        objectives=text_of(seminar.objectives_es, seminar.objectives_en),
        total=_("%(duration)s of contact time", duration=hours_and_minutes(minutes)),
        groups=days,
        words={
            "when": _("Date"),
            "where": _("Place"),
            "time": _("Time"),
            "session": _("Session"),
            "room": _("Room"),
            "length": _("Contact time"),
            "nothing": _("The program has no sessions yet."),
        },
    )
    return Made(document)


def _session(subject: Subject, line: SessionLine) -> dict[str, Any]:
    held, zone = line.seminar_session, subject.seminar.time_zone
    return {
        "time": f"{local_time(held.starts_at, zone)}–{local_time(held.ends_at, zone)}",
        "title": text_of(held.title_es, held.title_en) or _("Session"),
        "speakers": [", ".join(filter(None, (speaker.name, speaker.affiliation))) for speaker in line.speakers],
        "room": held.room or "",
        "length": hours_and_minutes(held.contact_minutes),
    }
