"""One change of an agency's part of a list, as a liaison, an official or the organizer wants it, and how it is made."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.nominations.errors import NotTheLiaisons, RequestGone
from seminar_app.nominations.request_rules import Asker, RequestKind, is_liaisons, may_exchange
from seminar_app.registration import services as registrations
from seminar_app.registration.door_rules import may_be_replaced
from seminar_app.registration.errors import CannotBeReplaced, CannotExchange, NotInThisState
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import Source, may_remove, quotas_within
from seminar_app.registration.services import Entered, Entry, LockedSeats


class Wish(Struct, frozen=True, kw_only=True):
    """A change of the list.

    Attributes:
        registration: public id of the registration whose place it is about.
        other: of an exchange, the public id of the other one.
        entry: of a substitution, who is to come.
        reason: why, for the history of the registrations.
    """

    kind: RequestKind
    registration: uuid.UUID
    other: uuid.UUID | None = None
    entry: Entry | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A wish with the registrations that it is about, under locked seats.

    Attributes:
        asker: who wants it.
        submission_id: of the display of the form.
        reach: the people the account may see, to find a substitute on file; None compares address and name only.
    """

    wish: Wish
    asker: Asker
    registration: Registration
    other: Registration | None
    submission_id: uuid.UUID
    reach: ColumnElement[bool] | None = field(default=None, compare=False)


def place_of(session: Session, seats: LockedSeats, *, asker: Asker, agencies: Collection[int] | None, public_id: uuid.UUID) -> Registration:
    """Return the registration that somebody wants to change.

    Args:
        agencies: of a liaison, those whose people are hers.

    Raises:
        NotFound: there is none in this seminar, or it is another agency's.
        NotTheLiaisons: the person registered alone and holds no seat of the agency's.
    """
    wanted = select(Registration).where(Registration.public_id == public_id, Registration.seminar_id == seats.seminar.id)
    found = session.scalar(wanted.options(joinedload(Registration.person)).execution_options(populate_existing=True))
    if found is None or found.person.merged_into_id is not None:
        raise NotFound
    if asker is not Asker.LIAISON:
        return found
    if agencies is None or found.agency_id not in agencies:
        raise NotFound
    quotas = {pool.id for pool in quotas_within(seats.pools, seats.path(session, found.agency_id))}
    erased = found.person.erased_at is not None
    if not is_liaisons(found.state, found.source, of_quota=found.seat_pool_id in quotas, erased=erased):
        raise NotTheLiaisons
    return found


def refuse_impossible(change: Change) -> None:
    """Refuse what could not be made now either, so that nobody waits for it.

    Raises:
        CannotBeReplaced, CannotExchange, NotInThisState: the places do not allow it.
    """
    kind, registration, other = change.wish.kind, change.registration, change.other
    if kind is RequestKind.SUBSTITUTE and not may_be_replaced(registration.state):
        raise CannotBeReplaced
    if kind is RequestKind.WITHDRAW and not may_remove(registration.state):
        raise NotInThisState
    if kind is RequestKind.EXCHANGE:
        states = (registration.state, other.state) if other is not None else (registration.state, registration.state)
        if other is None or not (may_exchange(*states) or may_exchange(*reversed(states))):
            raise CannotExchange


def make(session: Session, context: ChangeContext, change: Change) -> Entered | None:
    """Make the change; of a substitution return what the substitute got.

    Raises:
        CannotBeReplaced, CannotExchange, NotInThisState: the places do not allow it.
        AlreadyOnTheRoster, ReservedOnTheRoster, TakenOffTheList, WaitsForTheOrganizer, NoSuchAgency: of a substitute (`door.substitute`).
    """
    wish, registration = change.wish, change.registration
    seminar_id, note = registration.seminar_id, wish.reason
    if wish.kind is RequestKind.WITHDRAW:
        registrations.withdraw_named(session, context, seminar_id=seminar_id, registration_id=registration.id, note=note)
        return None
    if wish.kind is RequestKind.EXCHANGE:
        if change.other is None:
            raise CannotExchange
        registrations.exchange(session, context, seminar_id=seminar_id, one_id=registration.id, other_id=change.other.id, note=note)
        return None
    if wish.entry is None:
        raise RequestGone
    named = change.asker is Asker.LIAISON or registration.source is Source.NOMINATION
    return registrations.substitute(
        session,
        context,
        seminar_id=seminar_id,
        replaced_id=registration.id,
        entry=wish.entry,
        submission_id=change.submission_id,
        source=Source.NOMINATION if named else Source.STAFF,
        at_door=False,
        note=note,
        reach=change.reach,
        proposed=change.asker is Asker.OFFICIAL,
    )
