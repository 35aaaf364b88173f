"""Delete registrations of a moment ago as though they had never been made, while nobody has been told of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import Row, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.models import Message
from seminar_app.people.unmaking import unmake_people
from seminar_app.registration.errors import TooLateToTakeBack
from seminar_app.registration.models import PersonJoin, Registration, RegistrationHistory
from seminar_app.registration.registration_hooks import registrations_unmade
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.seats import settle

AT_ONCE = 500


def unmake(session: Session, context: ChangeContext, *, seats: LockedSeats, ids: Sequence[int]) -> None:
    """Delete these registrations, and the records of people who came on file with them; free seats go to who waits.

    The caller has taken their mails back, and has deleted its own rows about them. A person who was on file before stays.

    Args:
        seats: of the seminar of all of them, locked.

    Raises:
        TooLateToTakeBack: something has happened to one of them since, or they have been written to. The caller must roll back.
    """
    try:
        for some in _portions(ids):
            _unmake(session, seats, some)
    except IntegrityError as error:  # something else is kept of one of them
        raise TooLateToTakeBack from error
    settle(session, context, seats=seats)


def _unmake(session: Session, seats: LockedSeats, ids: Sequence[int]) -> None:
    columns = Registration.id, Registration.public_id, Registration.person_id, Registration.version, Registration.seat_pool_id
    rows = session.execute(select(*columns).where(Registration.id.in_(ids), Registration.seminar_id == seats.seminar.id)).all()
    if len(rows) < len(ids) or not _untouched(session, rows):
        raise TooLateToTakeBack
    joined = select(PersonJoin.registration_id).where(PersonJoin.registration_id.in_(ids))
    known = set(session.scalars(joined))
    registrations_unmade(session, ids)
    for of in (PersonJoin.registration_id, RegistrationHistory.registration_id, Registration.id):
        session.execute(delete(of.class_).where(of.in_(ids)).execution_options(synchronize_session=False))
    for row in rows:
        if row.seat_pool_id is not None:
            seats.moved(left=row.seat_pool_id, took=None)
    people = {row.person_id for row in rows if row.id not in known}
    registered = set(session.scalars(select(Registration.person_id).where(Registration.person_id.in_(people))))
    unmake_people(session, people - registered)


def _untouched(session: Session, rows: Sequence[Row[int, uuid.UUID, int, int, int | None]]) -> bool:
    """Whether nothing has happened to these registrations since they were made, and no mail leads to them."""
    ids = [row.id for row in rows]
    steps = session.scalar(select(func.count()).select_from(RegistrationHistory).where(RegistrationHistory.registration_id.in_(ids)))
    mail = session.scalar(select(Message.id).where(Message.link_owner.in_([row.public_id for row in rows])).limit(1))
    return steps == len(ids) and mail is None and all(row.version == 1 for row in rows)


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
