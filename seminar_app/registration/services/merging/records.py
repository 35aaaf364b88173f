"""Lock two records with their seats and registrations, give registrations to another record, and note what a merge moved."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field, to_builtins
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from seminar_app.core.errors import NotFound
from seminar_app.people.identity import IdentityMove
from seminar_app.people.models import Person
from seminar_app.people.queries import merged_together
from seminar_app.people.services import lock_people
from seminar_app.registration.errors import MergedAlready, MergedSince, MergeOfErased, MergeUndone, MergeWithItself, PeopleChanged
from seminar_app.registration.merge_rules import MergeFault
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services.locked_seats import LockedSeats, lock_seats

REFUSALS = {
    MergeFault.ITSELF: MergeWithItself,
    MergeFault.ERASED: MergeOfErased,
    MergeFault.MERGED: MergedAlready,
    MergeFault.UNDONE: MergeUndone,
    MergeFault.MERGED_SINCE: MergedSince,
}


class Locked(Struct, frozen=True):
    """Records that nobody else can change until the transaction ends, with the seats of all their seminars."""

    people: dict[int, Person]
    seats: dict[int, LockedSeats]
    registrations: list[Registration]

    def of(self, person: Person) -> dict[int, Registration]:
        """Return a person's registrations by seminar id."""
        return {each.seminar_id: each for each in self.registrations if each.person_id == person.id}


def lock_records(session: Session, person_ids: Sequence[int]) -> Locked:
    """Lock the seats of all seminars of these people in the order of their ids, then the people in the order of theirs.

    Raises:
        NotFound: one of the people does not exist.
        PeopleChanged: meanwhile one of them registered in another seminar, whose seats are not locked.
    """
    theirs = Registration.person_id.in_(person_ids)
    seminar_ids = session.scalars(select(Registration.seminar_id).where(theirs).distinct().order_by(Registration.seminar_id)).all()
    seats = {seminar_id: lock_seats(session, seminar_id) for seminar_id in seminar_ids}
    people = lock_people(session, person_ids)
    if len(people) != len(set(person_ids)):
        raise NotFound
    registrations = session.scalars(
        select(Registration)
        .where(theirs)
        .options(joinedload(Registration.person))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    if any(registration.seminar_id not in seats for registration in registrations):
        raise PeopleChanged
    return Locked({person.id: person for person in people}, seats, list(registrations))


def merged_with(session: Session, one: Person, other: Person) -> list[Person]:
    """Return two locked records and all that were merged into them, which are locked too."""
    ids = {*merged_together(session, one.id), *merged_together(session, other.id)} - {one.id, other.id}
    return [one, other, *lock_people(session, ids)]


def give(session: Session, registrations: Sequence[Registration], person: Person) -> None:
    """Give registrations to a person who has none in these seminars."""
    for registration in registrations:
        registration.person_id = person.id
        set_committed_value(registration, "person", person)
    session.flush()


def exchange(session: Session, pairs: Sequence[tuple[Registration, Registration]], *, now: datetime) -> None:
    """Exchange the people of two registrations in one seminar.

    A person has one registration in a seminar, and the database refuses two even within a statement. So the first one is given
    to an empty record meanwhile, which is deleted.
    """
    if not pairs:
        return
    empty = Person(
        public_id=uuid.uuid4(),
        given_names="",
        surname1="",
        certificate_name="",
        language="es",
        search_key="",
        sort_key="",
        created_at=now,
    )
    session.add(empty)
    session.flush()
    for one, other in pairs:
        mine, theirs = one.person, other.person
        give(session, [one], empty)
        give(session, [other], mine)
        give(session, [one], theirs)
    session.delete(empty)
    session.flush()


class LeftRegistration(Struct, frozen=True):
    """A registration that left because the person has another one in the seminar, and its state before.

    Attributes:
        exchanged: it was the kept record's own, and went to the other record in exchange for the one that stays.
        changed: its state was changed; False if it had been removed before.
    """

    leaves: int
    stays: int
    exchanged: bool
    changed: bool
    state: str
    removal_reason: str | None
    seat_pool_id: int | None
    queue_place: int | None


class Reservation(Struct, frozen=True):
    """Whether a record's identity was reserved before the merge, and why."""

    person_id: int
    reserved: bool
    reason: str | None


class Moved(Struct):
    """What a merge moved, as `PersonMerge.moved` keeps it: ids, states and names of columns; nothing that names a person.

    Attributes:
        reservations: of all records merged together by then, as they were before.
        reserved_since: the identity was reserved, or shown again, after the merge (`reserving` writes it).
    """

    registrations: list[int] = field(default_factory=list)
    left: list[LeftRegistration] = field(default_factory=list)
    copies: dict[str, list[int]] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)
    identity: IdentityMove = field(default_factory=lambda: IdentityMove([], None))
    reservations: list[Reservation] = field(default_factory=list)
    reserved_since: bool = False
    codes: list[int] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """Return it as JSON values."""
        changed = self.identity.changed_at
        stored: dict[str, Any] = to_builtins(self)
        return stored | {"identity": {"parts": self.identity.parts, "changed_at": changed.isoformat() if changed else None}}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Moved:
        """Return what `stored` wrote."""
        changed = stored["identity"]["changed_at"]
        return cls(
            **{key: stored[key] for key in ("registrations", "copies", "filled", "reserved_since", "codes")},
            reservations=[Reservation(**each) for each in stored["reservations"]],
            left=[LeftRegistration(**each) for each in stored["left"]],
            identity=IdentityMove(stored["identity"]["parts"], datetime.fromisoformat(changed) if changed else None),
        )


def left_registration(leaves: Registration, stays: Registration, *, kept: Person) -> LeftRegistration:
    """Return what must be known to bring a registration back that is about to leave."""
    return LeftRegistration(
        leaves=leaves.id,
        stays=stays.id,
        exchanged=leaves.person_id == kept.id,
        changed=leaves.state is not RegistrationState.REMOVED,
        state=leaves.state.value,
        removal_reason=leaves.removal_reason.value if leaves.removal_reason else None,
        seat_pool_id=leaves.seat_pool_id,
        queue_place=leaves.queue_place,
    )


def state_before(left: LeftRegistration) -> tuple[RegistrationState, RemovalReason | None]:
    """Return the state and the reason of a registration before it left."""
    return RegistrationState(left.state), RemovalReason(left.removal_reason) if left.removal_reason else None
