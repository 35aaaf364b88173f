"""The part of a coordinator: today's sessions, the next ones, and what waits at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import local_of
from seminar_app.today.queries.door import Door, DoorSession, door_of
from seminar_app.today.queries.waiting import Waits
from seminar_app.today.rules import Waiting, days_until
from seminar_app.today.wording import Line, in_days, lines_of_waiting


@dataclass(frozen=True, slots=True)
class Later:
    """A session after today; `when`: how far off its day is."""

    session: DoorSession
    when: str


@dataclass(frozen=True, slots=True)
class DoorPart:
    """The part as the page shows it. `waiting`: with the seminar that each line is about."""

    today: Sequence[DoorSession]
    later: Sequence[Later]
    waiting: Sequence[tuple[Seminar, Line]]
    assigned: bool


def door_part(session: Session, actor: Actor, *, now: datetime) -> DoorPart:
    """Return the part of the seminars that the account is assigned to."""
    door = door_of(session, sorted(actor.seminar_ids), now=now)
    later = [Later(each, in_days(_days(each, now=now))) for each in door.later]
    return DoorPart(door.today, later, _waiting(door), assigned=bool(door.seminars))


def _days(each: DoorSession, *, now: datetime) -> int:
    return days_until(local_of(each.starts_at, each.time_zone).date(), each.time_zone, now=now)


def _waiting(door: Door) -> list[tuple[Seminar, Line]]:
    """Return who waits at the door, where the organizer decides, and sessions whose attendance nobody has taken."""
    found = []
    for seminar_id, asking in door.asked.items():
        seminar = door.seminars[seminar_id]
        sentence = ngettext(
            "At the door %(num)d person waits for a seat. The organizer has been asked.",
            "At the door %(num)d people wait for a seat. The organizer has been asked.",
            asking.number,
        )
        found.append((seminar, Line(sentence, url_for("attendance_staff.timetable", slug=seminar.slug), _("See the attendance"))))
    for seminar_id, asking in door.untaken.items():
        seminar = door.seminars[seminar_id]
        found.append((seminar, lines_of_waiting(seminar, Waits(Waiting.UNTAKEN, asking.number, asking.first))))
    return found
