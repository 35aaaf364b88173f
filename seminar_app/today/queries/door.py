"""Sessions at whose door an account stands: today's, and those that follow."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.registration.queries.waiting import Asking, seats_asked_in
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import local_of
from seminar_app.today.queries.seminars import A_DAY, OPEN
from seminar_app.today.queries.waiting import untaken_in
from seminar_app.today.rules import AT_MOST, MOST_SESSIONS


class DoorSession(Struct, frozen=True):
    """A session with the names of its seminar."""

    public_id: uuid.UUID
    title_es: str | None
    title_en: str | None
    starts_at: datetime
    ends_at: datetime
    room: str | None
    seminar_id: int
    slug: str
    seminar_title_es: str | None
    seminar_title_en: str | None
    time_zone: str


class Door(Struct, frozen=True):
    """Sessions of today in the seminars' zones, the next ones after today, and what waits by seminar."""

    today: list[DoorSession]
    later: list[DoorSession]
    seminars: Mapping[int, Seminar]
    asked: Mapping[int, Asking]
    untaken: Mapping[int, Asking]


def sessions_of_today(session: Session, seminar_ids: Collection[int], *, now: datetime) -> tuple[list[DoorSession], list[DoorSession]]:
    """Return the sessions of today and those of later days, in order of time, of seminars that are held."""
    columns = (
        SeminarSession.public_id,
        SeminarSession.title_es,
        SeminarSession.title_en,
        SeminarSession.starts_at,
        SeminarSession.ends_at,
        SeminarSession.room,
        Seminar.id,
        Seminar.slug,
        Seminar.title_es,
        Seminar.title_en,
        Seminar.time_zone,
    )
    wanted = select(*columns).join(Seminar, Seminar.id == SeminarSession.seminar_id)
    wanted = wanted.where(Seminar.id.in_(seminar_ids), Seminar.state.in_(OPEN), SeminarSession.ends_at >= now - A_DAY)
    rows = session.execute(wanted.order_by(SeminarSession.starts_at, SeminarSession.id).limit(AT_MOST))
    found = [DoorSession(*row) for row in rows]
    today = [each for each in found if _days_from(each, now) == 0]
    return today, [each for each in found if _days_from(each, now) > 0]


def _days_from(each: DoorSession, now: datetime) -> int:
    zone = each.time_zone
    return (local_of(each.starts_at, zone).date() - local_of(now, zone).date()).days


def door_of(session: Session, seminar_ids: Collection[int], *, now: datetime) -> Door:
    """Return what a coordinator of these seminars has to do, in four statements."""
    today, later = sessions_of_today(session, seminar_ids, now=now)
    theirs = select(Seminar.id).where(Seminar.id.in_(seminar_ids), Seminar.state.in_(OPEN))
    seminars = {each.id: each for each in session.scalars(select(Seminar).where(Seminar.id.in_(seminar_ids)))}
    return Door(today, later[:MOST_SESSIONS], seminars, seats_asked_in(session, theirs), untaken_in(session, theirs, now=now))
