"""Undo a merge."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import InBothLanguages, NotFound
from seminar_app.people.errors import NameTaken
from seminar_app.people.identity import move_identity_back
from seminar_app.people.models import Person, PersonMerge
from seminar_app.people.queries import find_person
from seminar_app.people.rules import ReservedReason, name_key
from seminar_app.registration.errors import SeatTaken
from seminar_app.registration.merge_hooks import hooks, person_hooks
from seminar_app.registration.merge_rules import undo_fault
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, decide_seat
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.holding import keep_again
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.made_files import forget_files_showing
from seminar_app.registration.services.merging.records import (
    REFUSALS,
    LeftRegistration,
    Locked,
    Moved,
    exchange,
    give,
    lock_records,
    merged_with,
    state_before,
)
from seminar_app.registration.services.reserving import give_codes


def undo_merge(session: Session, context: ChangeContext, *, merge_id: int) -> PersonMerge:
    """Separate two merged records again: everything that the merge moved goes back.

    What came to the kept record since stays with it: registrations, values that somebody typed, and copied marks that were changed.

    Raises:
        NotFound: there is no such merge.
        MergeUndone, MergeOfErased, MergedSince: the rules refuse it.
        NameTaken: the kept record, or another one, has the other's name and address by now.
        SeatTaken: a registration held a seat, and none is free for it.
        PeopleChanged: one of the people is registering at this moment; asking again is enough.
        IdentityUnreadable: the identity data on file were changed outside the program, or their key is missing.
    """
    row = session.get(PersonMerge, merge_id)
    if row is None:
        raise NotFound
    locked = lock_records(session, [row.kept_id, row.gone_id])
    session.refresh(row)
    kept, gone = locked.people[row.kept_id], locked.people[row.gone_id]
    if (fault := undo_fault(kept, gone, undone=row.undone_at is not None, merged_since=_merged_since(session, row))) is not None:
        raise REFUSALS[fault]
    moved = Moved.read(row.moved)
    by_id = {each.id: each for each in locked.registrations}
    _bring_back(session, context, locked, kept, moved.left)
    give(session, [each for each in map(by_id.get, moved.registrations) if each is not None and each.person_id == kept.id], gone)
    for hook in hooks():
        hook.take_back(session, context, moved.copies.get(hook.name, []), left=[each.leaves for each in moved.left])
    for each in person_hooks():
        each.move_back(session, moved.copies.get(each.name, []), gone=gone.id, kept=kept.id)
    _take_out(session, kept, gone, moved)
    move_identity_back(session, context, source=gone, target=kept, moved=moved.identity)
    _reserve_again(session, kept, gone, moved)
    gone.merged_into_id = None
    row.undone_at, row.undone_by = context.now, context.actor
    session.flush()
    audit.record(
        session,
        context,
        action="person.separated",
        subject=f"person:{kept.public_id.hex}",
        details={"merged": gone.public_id.hex, "registrations": len(moved.registrations)},
    )
    forget_files_showing(session, [kept.id, gone.id])
    return row


def _merged_since(session: Session, row: PersonMerge) -> bool:
    both = (row.kept_id, row.gone_id)
    later = select(PersonMerge.id).where(
        PersonMerge.id > row.id,
        PersonMerge.undone_at.is_(None),
        or_(PersonMerge.kept_id.in_(both), PersonMerge.gone_id.in_(both)),
    )
    return session.scalar(later.limit(1)) is not None


def _bring_back(session: Session, context: ChangeContext, locked: Locked, kept: Person, left: list[LeftRegistration]) -> None:
    """Return the registrations that left to their states, and exchanged ones to their people."""
    by_id = {each.id: each for each in locked.registrations}
    exchanged = [each for each in left if each.exchanged]
    exchange(session, [(by_id[each.leaves], by_id[each.stays]) for each in exchanged if each.stays in by_id], now=context.now)
    give(session, [by_id[each.leaves] for each in exchanged if each.stays not in by_id], kept)  # the other one was split off since
    for each in left:
        registration = by_id[each.leaves]
        if not each.changed:
            continue
        seats = locked.seats[registration.seminar_id]
        state, reason = state_before(each)
        pool_id = _free_seat(session, context, seats, registration, each) if state is RegistrationState.REGISTERED else None
        change_state(
            session,
            context,
            seminar=seats.seminar,
            registration=registration,
            state=state,
            pool_id=pool_id,
            queue_place=seats.former_place(session, each.queue_place) if state is RegistrationState.WAITLISTED else None,
            removal_reason=reason,
        )
        seats.moved(left=None, took=pool_id)
        keep_again(session, context, seats=seats, registration=registration)


def _free_seat(session: Session, context: ChangeContext, seats: LockedSeats, registration: Registration, left: LeftRegistration) -> int:
    """Return the pool whose seat the registration gets: the one it had, else another that it may hold.

    Raises:
        SeatTaken: all are held.
    """
    if any(pool.id == left.seat_pool_id and pool.room > 0 for pool in seats.pools):
        return left.seat_pool_id or 0
    pool_id = decide_seat(seats.pools, seats.reach(session, registration, now=context.now)).pool_id
    if pool_id is None:
        raise SeatTaken(seminar=InBothLanguages(seats.seminar.title_es, seats.seminar.title_en))
    return pool_id


def _reserve_again(session: Session, kept: Person, gone: Person, moved: Moved) -> None:
    """Give each record its own reservation back; if the identity was reserved or shown again since, all stay as they are now."""
    people = merged_with(session, kept, gone)
    if moved.reserved_since:
        reserved = next((each for each in people if each.reserved), kept)
        for each in people:
            each.reserved, each.reserved_reason = reserved.reserved, reserved.reserved_reason
            session.flush()
            if each.reserved:
                give_codes(session, each.id)
        return
    before = {each.person_id: each for each in moved.reservations}
    for each in people:
        was = before[each.id]
        each.reserved, each.reserved_reason = was.reserved, ReservedReason(was.reason) if was.reason else None
    session.flush()
    taken_back = Registration.id.in_(moved.codes), Registration.person_id.in_([each.id for each in people if not each.reserved])
    for registration in session.scalars(select(Registration).where(*taken_back)):
        registration.reserved_code = None
    session.flush()


def _take_out(session: Session, kept: Person, gone: Person, moved: Moved) -> None:
    """Take out what the kept record got from the other one, unless somebody has changed it since."""
    for column in moved.filled:
        if getattr(kept, column) == getattr(gone, column):
            setattr(kept, column, None)
    session.flush()
    key = name_key(gone.given_names, gone.surname1, gone.surname2)
    other = find_person(session, email=gone.email, key=key) if gone.email else None
    if other is not None and other.id != gone.id:
        raise NameTaken
    gone.search_key = key
    session.flush()
