"""Read what people hold a copy of."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import Announced, AnnouncedSession


def announced_now(session: Session, seminar: Seminar) -> Announced:
    """Return days, zone, place and sessions as they are now. One statement."""
    rows = session.execute(
        select(
            SeminarSession.public_id,
            SeminarSession.starts_at,
            SeminarSession.ends_at,
            SeminarSession.room,
            SeminarSession.title_es,
            SeminarSession.title_en,
            SeminarSession.version,
        )
        .where(SeminarSession.seminar_id == seminar.id)
        .order_by(SeminarSession.starts_at, SeminarSession.id)
    )
    return Announced(
        starts_on=seminar.starts_on,
        ends_on=seminar.ends_on,
        time_zone=seminar.time_zone,
        venue=seminar.venue,
        street=seminar.street,
        city=seminar.city,
        country=seminar.country,
        sessions=tuple(
            AnnouncedSession(
                public_id=row.public_id.hex,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                room=row.room,
                title_es=row.title_es,
                title_en=row.title_en,
                revision=seminar.version + row.version - 2,
            )
            for row in rows
        ),
    )
