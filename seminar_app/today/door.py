"""The part of a coordinator: today's sessions, the next ones, and what waits at the door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.seminars.rules import local_of
from seminar_app.today.queries.door import Door, DoorSession, door_of
from seminar_app.today.queries.waiting import Waits
from seminar_app.today.rules import Waiting, days_until, most_urgent_first
from seminar_app.today.wording import Line, WaitingIn, in_days, lines_of_waiting, where_in_time


class Later(Struct, frozen=True):
    """A session after today; `when`: how far off its day is."""

    session: DoorSession
    when: str


class DoorPart(Struct, frozen=True):
    """The part as the page shows it. `assigned`: the account runs the door of any seminar."""

    today: Sequence[DoorSession]
    later: Sequence[Later]
    waiting: Sequence[WaitingIn]
    assigned: bool


def door_part(session: Session, actor: Actor, *, now: datetime) -> DoorPart:
    """Return the part of the seminars that the account is assigned to."""
    door = door_of(session, sorted(actor.seminar_ids), now=now)
    later = [Later(each, in_days(_days(each, now=now))) for each in door.later]
    return DoorPart(door.today, later, _waiting(door, now=now), assigned=bool(door.seminars))


def _days(each: DoorSession, *, now: datetime) -> int:
    return days_until(local_of(each.starts_at, each.time_zone).date(), each.time_zone, now=now)


def _waiting(door: Door, *, now: datetime) -> list[WaitingIn]:
    """Return who waits at the door, where the organizer decides, and sessions whose attendance nobody has taken."""
    lines: dict[int, list[Line]] = {}
    for seminar_id, asking in door.asked.items():
        sentence = ngettext(
            "At the door %(num)d person waits for a seat. The organizer has been asked.",
            "At the door %(num)d people wait for a seat. The organizer has been asked.",
            asking.number,
        )
        url = url_for("attendance_staff.timetable", slug=door.seminars[seminar_id].slug)
        lines.setdefault(seminar_id, []).append(Line(sentence, url, _("See the attendance")))
    for seminar_id, asking in door.untaken.items():
        waits = Waits(Waiting.UNTAKEN, asking.number, asking.first)
        lines.setdefault(seminar_id, []).append(lines_of_waiting(door.seminars[seminar_id], waits))
    named = most_urgent_first((door.seminars[seminar_id] for seminar_id in lines), today=now.date())
    return [WaitingIn(each, where_in_time(each, now=now), lines[each.id]) for each in named]
