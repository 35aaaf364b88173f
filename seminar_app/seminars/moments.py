"""What will happen to seminars by itself, and when: of one for its overview, of many for the page «Today»."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time

from flask import Flask, current_app
from flask_babel import gettext as _
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState, Window, instant_of, local_of, registration_closes, registration_window
from seminar_app.web.filters import local_instant, long_date


class Moment(Struct, frozen=True):
    """Something that happens to a seminar at an instant.

    Attributes:
        time_zone: the seminar's.
        whole_day: only the day is said.
        is_deadline: nothing can be done about it afterwards as it could before.
    """

    at: datetime
    what: str
    time_zone: str
    whole_day: bool = False
    is_deadline: bool = True

    @property
    def when(self) -> str:
        """The instant or the day in words, in the seminar's zone."""
        if self.whole_day:
            return long_date(local_of(self.at, self.time_zone).date())
        return local_instant(self.at, self.time_zone)


Moments = Callable[[Session, Sequence[Seminar]], Mapping[int, Sequence[tuple[datetime, str]]]]
"""Return when another room does something about these seminars by itself, and what, by the seminar's id; the statements are constant."""


def add_dates(app: Flask, moments: Moments) -> None:
    """Let a room that the seminars do not know add its dates to what is next."""
    app.extensions.setdefault("seminar_dates", []).append(moments)


def moments_to_come(session: Session, seminars: Sequence[Seminar], *, now: datetime) -> Mapping[int, list[Moment]]:
    """Return every future moment of each seminar by its id, in order; none of a seminar that is not held. The statements are constant."""
    held = [each for each in seminars if each.state not in (SeminarState.CANCELLED, SeminarState.ARCHIVED)]
    releases = _release_days(session, [each.id for each in held])
    readers: list[Moments] = current_app.extensions.get("seminar_dates", [])
    of_rooms = [reader(session, held) for reader in readers]
    found: dict[int, list[Moment]] = {each.id: [] for each in seminars}
    for seminar in held:
        own = _own(seminar, releases.get(seminar.id, ()), now=now)
        own += [Moment(at, what, seminar.time_zone) for room in of_rooms for at, what in room.get(seminar.id, ())]
        found[seminar.id] = sorted((moment for moment in own if moment.at > now), key=lambda moment: (moment.at, moment.what))
    return found


def _own(seminar: Seminar, releases: Collection[date], *, now: datetime) -> list[Moment]:
    zone, found = seminar.time_zone, []

    def on(day: date, what: str) -> Moment:
        return Moment(instant_of(datetime.combine(day, time()), zone), what, zone, whole_day=True)

    if (opens := seminar.registration_opens_at) is not None:
        found.append(Moment(opens, _("Registration opens"), zone))
    if registration_window(seminar, now=now) is not Window.CLOSED:
        is_set = seminar.registration_closes_at is not None  # else it ends with the seminar
        found.append(Moment(registration_closes(seminar), _("Registration closes"), zone, is_deadline=is_set))
    if seminar.list_freezes_on is not None:
        found.append(on(seminar.list_freezes_on, _("The list is frozen: it changes only with your approval")))
    found += [on(day, _("Unused seats of a quota go to everybody")) for day in releases]
    found.append(on(seminar.starts_on, _("The seminar begins")))
    last = instant_of(datetime.combine(seminar.ends_on, time(23, 59)), zone)
    found.append(Moment(last, _("The last day"), zone, whole_day=True, is_deadline=False))
    return found


def _release_days(session: Session, seminar_ids: Collection[int]) -> Mapping[int, set[date]]:
    wanted = select(SeatPool.seminar_id, SeatPool.release_on).where(SeatPool.seminar_id.in_(seminar_ids))
    rows = session.execute(wanted.where(SeatPool.release_on.is_not(None), SeatPool.released_at.is_(None)).distinct())
    days: dict[int, set[date]] = defaultdict(set)
    for seminar_id, day in rows:
        if day is not None:
            days[seminar_id].add(day)
    return days
