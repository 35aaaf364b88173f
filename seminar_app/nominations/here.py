"""What the people of a list are on the seminar's roster now, in a few statements for all rows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.shapes import RowKey
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.queries.leaving import WITHDRAWN_BY_AGENCY
from seminar_app.registration.rules import RegistrationState, is_alternate

LEFT = (RegistrationState.DECLINED, RegistrationState.WITHDRAWN, RegistrationState.REMOVED, RegistrationState.SUBSTITUTED)
"""States of those who are no longer on the list: no list brings them back (docs/decisions/0045-lists-become-rosters.md)."""
ALTERNATE, ERASED = "alternate", "erased"


class Here(Struct, frozen=True):
    """A registration of a person of the list in this seminar.

    Attributes:
        state: as it is now; where `told` is not set, as the import left it.
        list_name: file of the list that brought it; None if no list did.
        within: whether the account may see it.
        reserved: whether the person's identity is.
        alternate: whether it waits for a seat of its agency, and as which number among those of the same quota.
        left_at: when the person left the list, of one who did (`LEFT`).
        address: of the person now, where the account may see it.
        by_agency: the agency has withdrawn the person.
        told: whether the account learns here what became of it. A liaison does not of a reserved identity: its row says what she knows.
    """

    public_id: uuid.UUID
    state: RegistrationState
    list_name: str | None = None
    within: bool = True
    reserved: bool = False
    alternate: bool = False
    number: int | None = None
    erased: bool = False
    left_at: datetime | None = None
    told: bool = True
    address: str | None = None
    by_agency: bool = False

    @property
    def left(self) -> bool:
        """Whether the person is no longer on the list."""
        return self.state in LEFT

    @property
    def kind(self) -> str:
        """What it counts as: its state, or `ALTERNATE` or `ERASED`."""
        return ERASED if self.erased else ALTERNATE if self.alternate else self.state.value


_OF_REGISTRATION = (
    Registration.id,
    Registration.public_id,
    Registration.state,
    Registration.agency_seats_only,
    Registration.agency_id,
    Registration.person_id,
    Person.reserved,
    Person.erased_at,
    WITHDRAWN_BY_AGENCY,
)


def brought_by(
    session: Session, list_id: int | None, numbers: Mapping[int, int], *, organizes: bool, reach: ColumnElement[bool]
) -> dict[RowKey, Here]:
    """Return what the registrations that a list has brought are now, by row, in one statement.

    Args:
        numbers: of the seminar's alternates, by registration id.
        reach: the people whom the account may see.
        organizes: whether the account is the seminar's organizer, who may be told of reserved identities.
    """
    brought = (
        select(
            Nomination.row,
            Nomination.state.label("then"),
            case((and_(reach, ~Person.reserved), Person.email)).label("address"),
            *_OF_REGISTRATION,
        )
        .join(Registration, Registration.id == Nomination.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Nomination.list_id == list_id)
    )
    found = {}
    for row in session.execute(brought):
        hidden = not organizes and (row.reserved or row.erased_at is not None)
        waits = row.then is RegistrationState.WAITLISTED and row.agency_seats_only
        as_known = Here(row.public_id, row.then, reserved=True, alternate=waits, told=False)
        found[row.row] = as_known if hidden else _here(row, numbers, address=row.address)
    return found


def registered(
    session: Session, seminar_id: int, people: Collection[int], numbers: Mapping[int, int], *, within: Collection[int] | None
) -> dict[int, Here]:
    """Return the registrations of these people in the seminar, by person, in two statements; in none where nobody is asked about.

    Args:
        numbers: of the seminar's alternates, by registration id.
        within: the agencies whose registrations the account may see; None: all.
    """
    if not people:
        return {}
    newest = select(func.max(Nomination.id)).where(Nomination.registration_id == Registration.id).correlate(Registration).scalar_subquery()
    rows = session.execute(
        select(NominationList.name.label("list_name"), *_OF_REGISTRATION)
        .select_from(Registration)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Nomination, Nomination.id == newest)
        .outerjoin(NominationList, NominationList.id == Nomination.list_id)
        .where(Registration.seminar_id == seminar_id)
    ).all()
    rows = [row for row in rows if row.person_id in people]
    left = _left_at(session, seminar_id, rows)
    return {
        row.person_id: _here(
            row, numbers, list_name=row.list_name, within=within is None or row.agency_id in within, left_at=left.get(row.id)
        )
        for row in rows
    }


def _here(row: Any, numbers: Mapping[int, int], **more: Any) -> Here:
    alternate = is_alternate(row.state, agency_seats_only=row.agency_seats_only)
    erased = row.erased_at is not None
    hidden = row.reserved or erased
    return Here(
        row.public_id,
        row.state,
        reserved=row.reserved,
        alternate=alternate,
        number=None if hidden else numbers.get(row.id),
        erased=erased,
        by_agency=row.by_agency,
        **more,
    )


def _left_at(session: Session, seminar_id: int, rows: Iterable[Any]) -> dict[int, datetime]:
    """Return when those who left the list did, by registration id."""
    if not any(row.state in LEFT for row in rows):
        return {}
    steps = (
        select(RegistrationHistory.registration_id, func.max(RegistrationHistory.at).label("at"))
        .join(Registration, Registration.id == RegistrationHistory.registration_id)
        .where(Registration.seminar_id == seminar_id, Registration.state.in_(LEFT))
        .group_by(RegistrationHistory.registration_id)
    )
    return {row.registration_id: row.at for row in session.execute(steps)}


__all__ = ["ALTERNATE", "ERASED", "LEFT", "Here", "brought_by", "registered"]
