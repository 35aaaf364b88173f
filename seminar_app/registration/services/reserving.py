"""Reserve an identity, and end it. From then on every list, file and page shows a code (`people.shown`).

The registrations are changed past the ORM: their version stays, so a change of seats under way meanwhile is not refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.people.models import Person, PersonMerge
from seminar_app.people.queries import merged_together
from seminar_app.people.rules import MAY_RESERVE, RESERVED_LENGTH, RESERVED_LETTERS, ReservedReason
from seminar_app.people.services import lock_people
from seminar_app.registration.errors import IsErased, NoReasonToReserve
from seminar_app.registration.models import Registration
from seminar_app.registration.services.made_files import forget_files_showing


def reserve(session: Session, context: ChangeContext, *, person_id: int, reason: ReservedReason, seminar: str | None = None) -> bool:
    """Reserve the person's identity in all seminars, past ones included, and in all records merged together.

    Args:
        person_id: internal id, of a merged record too.
        reason: `mistake` only ends it.
        seminar: slug of the seminar in which it was asked for, for the audit log.

    Returns:
        Whether anything changed; False if the identity was reserved before.

    Raises:
        NotFound: there is no such person.
        NoReasonToReserve: a mistake is no reason.
    """
    if reason not in MAY_RESERVE:
        raise NoReasonToReserve
    people, person = _locked(session, person_id)
    if person.reserved:
        return False
    _set(session, people, reason)
    for each in people:
        give_codes(session, each.id)
    record_reserved(session, context, person=person, seminar=seminar)
    forget_files_showing(session, [each.id for each in people])
    return True


def end_reserve(session: Session, context: ChangeContext, *, person_id: int, reason: ReservedReason, seminar: str | None = None) -> bool:
    """Show the person by name again, in all records merged together. The codes stay, so that older lists can still be read.

    Returns:
        Whether anything changed; False if the identity was not reserved.

    Raises:
        NotFound: there is no such person.
        IsErased: the person was erased, and stays a code.
    """
    people, person = _locked(session, person_id)
    if person.erased_at is not None:
        raise IsErased
    if not person.reserved:
        return False
    _set(session, people, None)
    _record(session, context, person=person, action="person.shown_again", reason=reason, seminar=seminar)
    forget_files_showing(session, [each.id for each in people])
    return True


def record_reserved(session: Session, context: ChangeContext, *, person: Person, seminar: str | None) -> None:
    """Write the audit row of an identity that has just been reserved."""
    _record(session, context, person=person, action="person.reserved", reason=person.reserved_reason, seminar=seminar)


def give_codes(session: Session, person_id: int) -> list[int]:
    """Give a code to each of the person's registrations that has none; return the ids of these."""
    without = select(Registration.id, Registration.seminar_id).where(
        Registration.person_id == person_id, Registration.reserved_code.is_(None)
    )
    found = session.execute(without.order_by(Registration.seminar_id)).all()
    for registration_id, seminar_id in found:
        code = free_code(session, seminar_id)
        session.execute(update(_TABLE).where(_TABLE.c.id == registration_id).values(reserved_code=code))
        loaded = session.identity_map.get(session.identity_key(Registration, registration_id))
        if loaded is not None:
            set_committed_value(loaded, "reserved_code", code)
    return [registration_id for registration_id, _seminar_id in found]


def free_code(session: Session, seminar_id: int) -> str:
    """Return a random code that nobody has in this seminar. Of 3.2 million; the database refuses a second one of them all the same."""
    while True:
        code = "".join(secrets.choice(RESERVED_LETTERS) for _ in range(RESERVED_LENGTH))
        taken = select(Registration.id).where(Registration.seminar_id == seminar_id, Registration.reserved_code == code)
        if session.scalar(taken) is None:
            return code


def _locked(session: Session, person_id: int) -> tuple[list[Person], Person]:
    """Lock all records that were merged together with this one; return them, and the one that was kept."""
    people: list[Person] = []
    while (ids := merged_together(session, person_id)) != [each.id for each in people]:  # another merge ended while waiting
        people = lock_people(session, ids)
        if not people:
            raise NotFound
    return people, next(each for each in people if each.merged_into_id is None)


def _set(session: Session, people: Sequence[Person], reason: ReservedReason | None) -> None:
    """Reserve these records, or with None end it; the merges between them remember that it was changed since."""
    for person in people:
        person.reserved, person.reserved_reason = reason is not None, reason
    ids = [person.id for person in people]
    for row in session.scalars(select(PersonMerge).where(PersonMerge.gone_id.in_(ids), PersonMerge.undone_at.is_(None))):
        row.moved = row.moved | {"reserved_since": True}
    session.flush()


def _record(
    session: Session, context: ChangeContext, *, person: Person, action: str, reason: ReservedReason | None, seminar: str | None
) -> None:
    audit.record(
        session,
        context,
        action=action,
        subject=f"person:{person.public_id.hex}",
        seminar=seminar,
        details={"reserved_because": reason.value} if reason else None,
    )


_TABLE: Table = Registration.__table__  # type: ignore[assignment]
