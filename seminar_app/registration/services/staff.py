"""What staff decide about a registration: approve, decline, remove, restore. The person gets a mail, unless staff undo it in time."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.door_rules import may_take_back
from seminar_app.registration.errors import NotInThisState, TooLateToTakeBack
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import (
    RegistrationState,
    RemovalReason,
    may_approve,
    may_decline,
    may_remove,
    may_restore,
)
from seminar_app.registration.services.changes import change_state, last_place, last_step
from seminar_app.registration.services.delayed import tell_unless_undone, unsay
from seminar_app.registration.services.forms_sent import void_forms_of
from seminar_app.registration.services.holding import keep_again, let_go
from seminar_app.registration.services.locked_seats import LockedSeats, locked_registration
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.name_requests import forget_request
from seminar_app.registration.services.seats import seat_or_queue, settle
from seminar_app.registration.services.taking import mail_of


def approve(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Approve the registration: the person gets a seat, or joins the waiting list. The mail about it waits for an undo.

    A nomination gets a seat of its agency's, or is an alternate; where no quota is kept for the agency, any seat that is free.

    Raises:
        NotInThisState: it no longer waits for approval.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if not may_approve(registration.state):
        raise NotInThisState
    settle(session, context, seats=seats)
    if registration.state is RegistrationState.NOMINATED:  # by the quotas as they are now
        registration.agency_seats_only = seats.has_quota(session, registration.agency_id)
    seat_or_queue(session, context, seats=seats, registration=registration)
    kind = mail_of(registration) if registration.state is RegistrationState.WAITLISTED else "approved"
    tell_unless_undone(session, context, kind=kind, seats=seats, registration=registration)
    return registration


def reconsider(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int) -> Registration:
    """Undo an approval as if it had not been given; its mail is deleted, and the seat goes to the queue.

    Raises:
        NotInThisState: it was not approved, or has changed since.
        TooLateToTakeBack: the mail about it may have left.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    step = last_step(session, registration_id)
    if step is None or step.from_state is None or not may_approve(step.from_state) or step.to_state is not registration.state:
        raise NotInThisState
    if registration.state not in (RegistrationState.REGISTERED, RegistrationState.WAITLISTED):
        raise NotInThisState
    if not may_take_back(step.at, now=context.now):
        raise TooLateToTakeBack
    left = registration.seat_pool_id
    unsay(session, context, registration)
    change_state(session, context, seminar=seats.seminar, registration=registration, state=step.from_state)
    seats.moved(left=left, took=None)
    keep_again(session, context, seats=seats, registration=registration)
    settle(session, context, seats=seats)
    return registration


def decline(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, note: str | None = None) -> Registration:
    """Decline the registration, or take an invitation back: its seat goes at once to the first in the queue who may hold it.

    Raises:
        NotInThisState: it no longer waits for approval.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if not may_decline(registration.state):
        raise NotInThisState
    was_invited = registration.state is RegistrationState.INVITED
    let_go(session, context, seats=seats, registration=registration)
    change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.DECLINED, note=note)
    invited = "yes" if was_invited else ""
    tell_unless_undone(session, context, kind="declined", seats=seats, registration=registration, invited=invited)
    if was_invited:
        settle(session, context, seats=seats)
    return registration


def remove(
    session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, reason: RemovalReason, note: str | None = None
) -> Registration:
    """Remove the registration; its seat goes at once to the first in the queue who may hold it.

    Raises:
        NotInThisState: it is no longer active.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if not may_remove(registration.state):
        raise NotInThisState
    left = registration.seat_pool_id
    let_go(session, context, seats=seats, registration=registration)
    change_state(
        session,
        context,
        seminar=seats.seminar,
        registration=registration,
        state=RegistrationState.REMOVED,
        removal_reason=reason,
        note=note,
    )
    forget_request(session, registration_id)
    seats.moved(left=left, took=None)
    tell_unless_undone(session, context, kind="removed", seats=seats, registration=registration)
    settle(session, context, seats=seats)
    return registration


def withdraw_named(
    session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, note: str | None = None
) -> Registration:
    """Withdraw somebody for their agency; the seat goes at once to the first in the queue who may hold it. The mail waits for an undo.

    Args:
        note: why, for the history.

    Raises:
        NotInThisState: it is no longer active.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if not may_remove(registration.state):
        raise NotInThisState
    left, withdrawn = registration.seat_pool_id, RegistrationState.WITHDRAWN
    let_go(session, context, seats=seats, registration=registration)
    registration.submission_id = None
    change_state(session, context, seminar=seats.seminar, registration=registration, state=withdrawn, note=note)
    forget_request(session, registration_id)
    void_forms_of(session, registration)
    seats.moved(left=left, took=None)
    tell_unless_undone(session, context, kind="withdrawn_by_agency", seats=seats, registration=registration)
    settle(session, context, seats=seats)
    return registration


def restore(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, undo: bool = False) -> Registration:
    """Undo a removal, a refusal, a withdrawal or a substitution: give a seat if there is one, else the last place on the waiting list.

    If the mail about it has not been sent yet, it is deleted. The person then gets a mail only if they are on the waiting list.

    Args:
        undo: take back a removal or a refusal of a moment ago. What waited for approval then waits for it again: an undo approves
            nobody, and brings back nobody who has withdrawn since.

    Raises:
        NotInThisState: there is nothing to undo, or the person was erased or merged into another record.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats, registration = _locked(session, seminar_id, registration_id)
    if not may_restore(registration.state) or registration.person.erased_at is not None or registration.person.merged_into_id is not None:
        raise NotInThisState
    former = _undone(session, context, registration) if undo else None
    place = last_place(session, registration_id) if former is RegistrationState.WAITLISTED else None
    silent = unsay(session, context, registration)
    if former is not None and may_approve(former):
        change_state(session, context, seminar=seats.seminar, registration=registration, state=former)
        keep_again(session, context, seats=seats, registration=registration)
        return registration
    settle(session, context, seats=seats)
    _seat(session, context, seats=seats, registration=registration, kind=None if silent else "approved", place=place)
    return registration


def _undone(session: Session, context: ChangeContext, registration: Registration) -> RegistrationState | None:
    """Return the state before the removal, refusal or withdrawal by the agency that is undone.

    Raises:
        NotInThisState: something else happened since.
        TooLateToTakeBack: the mail about it may have left.
    """
    step = last_step(session, registration.id)
    if (
        step is None
        or step.to_state is not registration.state
        or step.to_state not in (RegistrationState.REMOVED, RegistrationState.DECLINED, RegistrationState.WITHDRAWN)
        or step.actor == registration.audit_name
    ):
        raise NotInThisState
    if not may_take_back(step.at, now=context.now):
        raise TooLateToTakeBack
    return step.from_state


def _locked(session: Session, seminar_id: int, registration_id: int) -> tuple[LockedSeats, Registration]:
    seats, registration = locked_registration(session, registration_id)
    if registration.seminar_id != seminar_id:
        raise NotFound
    seats.refuse_if_frozen()
    return seats, registration


def _seat(
    session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, kind: str | None, place: int | None
) -> None:
    """Give a seat or a place in the queue, and mail which one. With `kind` None, only the waiting list is mailed.

    Args:
        place: in the queue that an undo gives back, unless somebody else has it; None for the last.
    """
    seat_or_queue(session, context, seats=seats, registration=registration, former_place=place)
    mail = mail_of(registration) if registration.state is RegistrationState.WAITLISTED else kind
    if mail is not None:
        tell(session, context, kind=mail, seminar=seats.seminar, office=seats.office, registration=registration)
