"""Merge two records of one person."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.people.identity import move_identity
from seminar_app.people.models import Person, PersonMerge
from seminar_app.people.proposals import close_proposal
from seminar_app.people.queries import find_person
from seminar_app.people.services import give_up_key
from seminar_app.registration.errors import ChangedSinceCompared
from seminar_app.registration.merge_hooks import hooks, minutes_of, person_hooks
from seminar_app.registration.merge_rules import FILLED, edition_of_records, mailbox_after_merge, merge_fault, side_of, which_stays
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.holding import let_go
from seminar_app.registration.services.made_files import forget_files_showing
from seminar_app.registration.services.merging.records import (
    REFUSALS,
    Locked,
    Moved,
    Reservation,
    exchange,
    give,
    left_registration,
    lock_records,
    merged_with,
)
from seminar_app.registration.services.name_requests import forget_request
from seminar_app.registration.services.reserving import give_codes
from seminar_app.registration.services.seats import settle


def merge(session: Session, context: ChangeContext, *, kept: int, gone: int, opened: str | None = None) -> PersonMerge:
    """Merge one record into another: registrations, marks, identity data and contact data that the kept one lacks go to it.

    Of two registrations in one seminar the one with credited minutes stays, else the seated, else the earlier. The other becomes
    removed (administrative) and stays with the merged record; its seat goes to the queue. The merged record keeps all else, so
    that the merge can be undone, and its address and name lead to the kept record.

    Args:
        kept, gone: ids of people.
        opened: edition of both records (`merge_rules.edition_of_records`) when somebody compared them; None if nobody did.

    Raises:
        NotFound: one of them does not exist.
        MergeWithItself, MergeOfErased, MergedAlready: the rules refuse it.
        ChangedSinceCompared: one of the records is no longer as it was compared.
        PeopleChanged: one of them is registering at this moment; asking again is enough.
        IdentityUnreadable: the identity data on file were changed outside the program, or their key is missing.
    """
    locked = lock_records(session, [kept, gone])
    keeps, goes = locked.people[kept], locked.people[gone]
    if (fault := merge_fault(keeps, goes)) is not None:
        raise REFUSALS[fault]
    if opened is not None and opened != edition_of_records(locked.people.values(), locked.registrations):
        raise ChangedSinceCompared
    moved = Moved()
    freed = _settle_pairs(session, context, locked, kept=keeps, gone=goes, moved=moved)
    alone = [each for seminar_id, each in locked.of(goes).items() if seminar_id not in locked.of(keeps)]
    moved.registrations = [each.id for each in alone]
    give(session, alone, keeps)
    for hook in person_hooks():
        moved.copies[hook.name] = list(hook.move(session, gone=goes.id, kept=keeps.id))
    moved.filled = _fill(session, keeps, goes)
    keeps.email_proven_at = mailbox_after_merge(keeps, goes)
    moved.identity = move_identity(session, context, source=goes, target=keeps)
    _reserve(session, keeps, goes, moved)
    goes.merged_into_id = keeps.id
    row = PersonMerge(
        public_id=uuid.uuid4(),
        kept_id=keeps.id,
        gone_id=goes.id,
        moved=moved.stored(),
        merged_at=context.now,
        merged_by=context.actor,
    )
    session.add(row)
    session.flush()
    close_proposal(session, context, one=keeps.id, other=goes.id)
    audit.record(
        session,
        context,
        action="person.merged",
        subject=f"person:{keeps.public_id.hex}",
        details={"merged": goes.public_id.hex, "registrations": len(alone), "columns": [*moved.filled, *moved.identity.parts]},
    )
    for seminar_id in freed:
        settle(session, context, seats=locked.seats[seminar_id])
    forget_files_showing(session, [keeps.id, goes.id])
    return row


def _settle_pairs(session: Session, context: ChangeContext, locked: Locked, *, kept: Person, gone: Person, moved: Moved) -> list[int]:
    """Of two registrations in one seminar let one leave and the other stay with the kept record; return seminars with a freed seat."""
    mine, theirs = locked.of(kept), locked.of(gone)
    both = sorted(mine.keys() & theirs.keys())
    ids = [each[seminar_id].id for seminar_id in both for each in (mine, theirs)]
    by_id = {each.id: each for each in locked.registrations}
    minutes = minutes_of(session, ids, lock=True)
    freed, exchanged = [], []
    for seminar_id in both:
        sides = [side_of(each[seminar_id], minutes) for each in (mine, theirs)]
        stays, leaves = (by_id[side.registration_id] for side in which_stays(*sides))
        invited = leaves.state is RegistrationState.INVITED
        left = left_registration(leaves, stays, kept=kept)
        moved.left.append(left)
        if left.exchanged:
            exchanged.append((stays, leaves))
        if left.changed:
            _remove(session, context, locked, leaves)
        forget_request(session, leaves.id)
        if left.seat_pool_id is not None or invited:
            freed.append(seminar_id)
        for hook in hooks():
            moved.copies.setdefault(hook.name, []).extend(hook.copy(session, context, leaves=leaves.id, stays=stays.id))
    exchange(session, exchanged, now=context.now)
    return freed


def _remove(session: Session, context: ChangeContext, locked: Locked, leaves: Registration) -> None:
    seats, left = locked.seats[leaves.seminar_id], leaves.seat_pool_id
    let_go(session, context, seats=seats, registration=leaves)
    change_state(
        session,
        context,
        seminar=seats.seminar,
        registration=leaves,
        state=RegistrationState.REMOVED,
        removal_reason=RemovalReason.ADMINISTRATIVE,
    )
    seats.moved(left=left, took=None)


def _fill(session: Session, kept: Person, gone: Person) -> list[str]:
    """Give the kept record what it lacks; return the names of the columns.

    With an address of its own it must stay the only record of address and name, so a merged record of the same name gives up its
    search key, which can be made again from its name.
    """
    filled = [column for column in FILLED if getattr(kept, column) is None and getattr(gone, column) is not None]
    for column in filled:
        setattr(kept, column, getattr(gone, column))
    if kept.email is None and gone.email is not None:
        if gone.search_key == kept.search_key:
            give_up_key(session, gone)
        elif find_person(session, email=gone.email, key=kept.search_key) is not None:
            return filled
        session.flush()
        kept.email = gone.email
        filled.append("email")
    session.flush()
    return filled


def _reserve(session: Session, kept: Person, gone: Person, moved: Moved) -> None:
    """Reserve both records, and all that were merged into them, if either was: mail and codes of each would tell the other's name."""
    people = merged_with(session, kept, gone)
    moved.reservations = [Reservation(each.id, each.reserved, each.reserved_reason) for each in people]
    reason = kept.reserved_reason if kept.reserved else gone.reserved_reason
    if kept.reserved or gone.reserved:
        for each in people:
            each.reserved, each.reserved_reason = True, reason
        session.flush()
        moved.codes = [code for each in people for code in give_codes(session, each.id)]
