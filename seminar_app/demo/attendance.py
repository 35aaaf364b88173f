"""Generate marks as a coordinator takes them: most people present, some of each other mark, a few corrected afterwards."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import MarkMethod, MarkStatus
from seminar_app.attendance.services import Entry, Seen, mark, record
from seminar_app.core.change_context import ChangeContext
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeminarSession

ABSENT_THROUGHOUT = 1
LEFT_FOR_GOOD = 5
"""Number of people who are not seen again after some session, and so do not complete."""
EXCUSED_A_DAY = 3
"""Number of people who are called back to their office for one whole day, with a letter."""
MINUTES_LOST = (10, 20, 30, 45, 60)
PAPER_SESSION = 3
"""Index of the session whose list was taken on paper, because the network was down."""
CORRECTED = 4
"""Number of marks of the first session that were changed the same evening."""


CONFLICT_SESSION = 1
"""Index of the session in which an organizer marks one person on another screen, without seeing the coordinator's mark."""


def mark_everybody(
    session: Session, *, seminar_id: int, seated: Sequence[Registration], actor: str, other: str, chance: random.Random
) -> None:
    """Mark everyone with a seat in all sessions of a seminar, a few minutes after each session ends.

    Args:
        actor: the coordinator.
        other: an organizer who marks one person too.
    """
    seminar_sessions = session.scalars(
        select(SeminarSession).where(SeminarSession.seminar_id == seminar_id).order_by(SeminarSession.starts_at)
    ).all()
    people = list(seated)
    chance.shuffle(people)
    drawn = iter(people)
    gone_from = {next(drawn).id: 0 for _ in range(ABSENT_THROUGHOUT)} | {
        next(drawn).id: chance.randrange(2, len(seminar_sessions) - 1) for _ in range(LEFT_FOR_GOOD)
    }
    excused = [next(drawn) for _ in range(EXCUSED_A_DAY)]
    days = sorted({seminar_session.starts_at.date() for seminar_session in seminar_sessions})
    called_back = {person.id: chance.choice(days) for person in excused}
    for index, seminar_session in enumerate(seminar_sessions):
        entries = []
        for person in people:
            if index >= gone_from.get(person.id, len(seminar_sessions)):
                entries.append(Entry(person.public_id, MarkStatus.ABSENT))
            elif called_back.get(person.id) == seminar_session.starts_at.date():
                entries.append(Entry(person.public_id, MarkStatus.EXCUSED))
            else:
                entries.append(_entry(person, seminar_session.contact_minutes, chance))
        method = MarkMethod.PAPER if index == PAPER_SESSION else MarkMethod.LIST
        record(
            session,
            ChangeContext(seminar_session.ends_at + timedelta(minutes=chance.randint(2, 20)), actor),
            seminar_id=seminar_id,
            session_id=seminar_session.public_id,
            entries=entries,
            method=method,
        )
    held = seminar_sessions[CONFLICT_SESSION]
    record(
        session,
        ChangeContext(held.ends_at + timedelta(minutes=25), other),
        seminar_id=seminar_id,
        session_id=held.public_id,
        entries=[Entry(people[-1].public_id, MarkStatus.LEFT_EARLY, held.contact_minutes // 2, seen=Seen(None))],
    )
    for person in people[-CORRECTED:]:
        mark(
            session,
            ChangeContext(seminar_sessions[0].ends_at + timedelta(hours=8), actor),
            seminar_id=seminar_id,
            session_id=seminar_sessions[0].public_id,
            registration=person.public_id,
            status=MarkStatus.LATE,
        )


def correct_one_session(session: Session, context: ChangeContext, *, seminar_id: int, seated: Sequence[Registration]) -> None:
    """Mark as present the people who were marked absent in one session, as a list on paper says that was found later."""
    held = session.scalars(
        select(SeminarSession).where(SeminarSession.seminar_id == seminar_id).order_by(SeminarSession.starts_at).offset(PAPER_SESSION)
    ).first()
    assert held is not None  # noqa: S101  for the type checker: the demonstration's seminars have so many sessions
    absent = select(Mark.registration_id).where(Mark.session_id == held.id, Mark.status == MarkStatus.ABSENT)
    ids = set(session.scalars(absent))
    entries = [Entry(person.public_id, MarkStatus.PRESENT) for person in seated if person.id in ids]
    record(session, context, seminar_id=seminar_id, session_id=held.public_id, entries=entries, method=MarkMethod.PAPER)


def _entry(person: Registration, contact_minutes: int, chance: random.Random) -> Entry:
    match chance.random():
        case luck if luck < 0.86:
            return Entry(person.public_id, MarkStatus.PRESENT)
        case luck if luck < 0.92:
            return Entry(person.public_id, MarkStatus.LATE, contact_minutes - chance.choice(MINUTES_LOST))
        case luck if luck < 0.96:
            return Entry(person.public_id, MarkStatus.LEFT_EARLY, contact_minutes - chance.choice(MINUTES_LOST))
        case luck if luck < 0.975:
            return Entry(person.public_id, MarkStatus.EXCUSED)
        case _:
            return Entry(person.public_id, MarkStatus.ABSENT)
