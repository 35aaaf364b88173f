"""What an account may not change alone, because the person is registered with an office that it does not organize for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.errors import OnlyAdministratorsEnd
from seminar_app.registration.models import Registration
from seminar_app.registration.services.reserving import end_reserve
from seminar_app.seminars.models import Seminar

AT_ONCE = 500


def registered_elsewhere(session: Session, person_id: int, offices: frozenset[int] | None) -> bool:
    """Whether the person has a registration in a seminar of another office. `offices` None: an administrator, to whom none is another."""
    return person_id in those_registered_elsewhere(session, [person_id], offices)


def those_registered_elsewhere(session: Session, person_ids: Collection[int], offices: frozenset[int] | None) -> set[int]:
    """Return those of these people of whom `registered_elsewhere` says so, in one statement for each 500."""
    if offices is None:
        return set()
    ids, found = sorted(set(person_ids)), set[int]()
    for start in range(0, len(ids), AT_ONCE):
        theirs: ColumnElement[bool] = Registration.person_id.in_(ids[start : start + AT_ONCE])
        elsewhere = select(Registration.person_id).join(Seminar, Seminar.id == Registration.seminar_id)
        found |= set(session.scalars(elsewhere.where(theirs, Seminar.office_id.not_in(offices)).distinct()))
    return found


def end_own_reserve(
    session: Session, context: ChangeContext, *, person_id: int, reason: ReservedReason, seminar: str, offices: frozenset[int] | None
) -> bool:
    """Show a person by name again, who is registered with these offices only (None: an administrator asks).

    Raises:
        OnlyAdministratorsEnd: another office has the person too, perhaps with a reason of its own.
        NotFound, IsErased: as for `end_reserve`.
    """
    if registered_elsewhere(session, person_id, offices):
        raise OnlyAdministratorsEnd
    return end_reserve(session, context, person_id=person_id, reason=reason, seminar=seminar)
