"""Invite somebody by name and mail: a seat is kept for them until a day, and one link answers, once."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.dates import date_range
from seminar_app.messages.services import enqueue
from seminar_app.people.matching import By
from seminar_app.registration.errors import InvitationEnded, NoAddress, NoSeatToInvite, NotInThisState
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd, may_remind
from seminar_app.registration.links import INVITATION_ENDPOINT, hash_to_keep, invitation_link, issue_link
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source, decide_seat, hands_out_seats
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.holding import invitation_of, let_go, next_number
from seminar_app.registration.services.holds import add_hold, kept_of, open_seats_of, refuse_unless_possible
from seminar_app.registration.services.links import void_link
from seminar_app.registration.services.mails import facts, facts_of, tell, tell_withdrawn
from seminar_app.registration.services.seats import LockedSeats, lock_seats, locked_registration, seat_or_queue, settle
from seminar_app.registration.services.taking import (
    Entry,
    find_comer,
    find_submission,
    finish,
    get_registration,
    mail_of,
    ready,
    submission_of,
    with_person,
)

KIND, REMINDER = "invitation", "invitation_reminder"


def invite(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    entry: Entry,
    last_day: date,
    submission_id: uuid.UUID,
    reach: ColumnElement[bool] | None = None,
    person_id: int | None = None,
) -> Registration:
    """Invite somebody: keep a seat until a day, and mail the link that answers.

    Args:
        last_day: the invitation can be answered to its end.
        submission_id: of the display of the form; sent twice it invites once.
        reach, person_id: as for `registering.add_by_hand`.

    Raises:
        NoAddress: the person has no e-mail address.
        NoSeatToInvite: no seat is free that they may hold.
        KeptTooLong: the day has passed, or is too late.
        AlreadyOnTheRoster, ReservedOnTheRoster: they have a registration here, and have not withdrawn.
        NoSeatsGivenNow: the seminar is cancelled, completed or over.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    seats = open_seats_of(session, context, seminar_id=seminar_id)
    submission = submission_of(submission_id, entry.person, seminar_id)
    if (again := find_submission(session, submission)) is not None:
        return with_person(session, again)
    comer = find_comer(session, context, seats=seats, entry=entry, by=By.STAFF, reach=reach, person_id=person_id)
    comer.refuse_if_listed()
    if comer.person.email is None:
        raise NoAddress
    registration = ready(session, context, seats=seats, comer=comer, source=Source.STAFF, submission=submission)
    change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.INVITED)
    finish(session, context, seats=seats, comer=comer, registration=registration)
    _keep(session, context, seats=seats, registration=registration, last_day=last_day)
    return registration


def invite_again(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, last_day: date) -> Registration:
    """Invite somebody once more who has not answered: to another day, by a new link. The one sent before answers nothing any more.

    Raises:
        NotFound: there is no such registration in this seminar.
        NotInThisState: the person was not invited, or has answered.
        NoAddress, NoSeatToInvite, KeptTooLong, NoSeatsGivenNow: as for `invite`.
    """
    seats = open_seats_of(session, context, seminar_id=seminar_id)
    registration = get_registration(session, seminar_id, registration_id)
    if registration.state is not RegistrationState.INVITED:
        raise NotInThisState
    if registration.person.email is None:
        raise NoAddress
    let_go(session, context, seats=seats, registration=registration)
    _keep(session, context, seats=seats, registration=registration, last_day=last_day)
    return registration


def remind(session: Session, context: ChangeContext, *, seminar_id: int, registration_ids: Collection[int] | None = None) -> int:
    """Send an invitation again to each who has not answered, and got none lately; return how many. None if the seminar gives no seats.

    Args:
        registration_ids: only these; None: everybody invited to the seminar.
    """
    seats = lock_seats(session, seminar_id)
    if not hands_out_seats(seats.seminar, now=context.now):
        return 0
    waiting = {hold.registration_id: hold for hold in seats.holds(session) if hold.registration_id is not None}
    wanted = waiting.keys() if registration_ids is None else waiting.keys() & set(registration_ids)
    people = select(Registration).where(Registration.id.in_(wanted)).options(joinedload(Registration.person)).order_by(Registration.id)
    sent = 0
    for registration in session.scalars(people):
        hold = waiting[registration.id]
        if seats.today(context.now) > hold.last_day or not may_remind(hold.reminded_at, hold.made_at, now=context.now):
            continue
        hold.reminded_at = context.now
        session.flush()
        sent += _mail(session, context, seats=seats, registration=registration, hold=hold, kind=REMINDER)
        subject = f"registration:{registration.public_id.hex}"
        audit.record(session, context, action="invitation.reminded", subject=subject, seminar=seats.seminar.slug)
    return sent


def accept(session: Session, context: ChangeContext, *, registration_id: int) -> Registration:
    """Accept an invitation: the seat that was kept is the person's. A second press changes nothing.

    Raises:
        InvitationEnded: its day has passed, or it was taken back.
        NotInThisState: the person has declined, or the organizer has decided otherwise.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.state is RegistrationState.REGISTERED:
        return registration
    _refuse_unless_open(session, context, seats, registration)
    seat_or_queue(session, context, seats=seats, registration=registration)
    tell(session, context, kind=mail_of(registration), seminar=seats.seminar, office=seats.office, registration=registration)
    return registration


def decline(session: Session, context: ChangeContext, *, registration_id: int) -> Registration:
    """Decline an invitation: the seat goes to the first who waits and may hold it. A second press changes nothing.

    Raises:
        InvitationEnded: its day has passed, or it was taken back.
        NotInThisState: the person has accepted, or the organizer has decided otherwise.
    """
    seats, registration = locked_registration(session, registration_id)
    if registration.state is RegistrationState.WITHDRAWN:
        return registration
    _refuse_unless_open(session, context, seats, registration)
    let_go(session, context, seats=seats, registration=registration, ending=HoldEnd.DECLINED)
    change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.WITHDRAWN)
    tell_withdrawn(session, context, seminar=seats.seminar, office=seats.office, registration=registration, invited=True)
    settle(session, context, seats=seats)
    return registration


def _refuse_unless_open(session: Session, context: ChangeContext, seats: LockedSeats, registration: Registration) -> None:
    if registration.state is not RegistrationState.INVITED:
        raise NotInThisState
    hold = invitation_of(session, seats, registration)
    if hold is None or seats.today(context.now) > hold.last_day or not hands_out_seats(seats.seminar, now=context.now):
        raise InvitationEnded


def _keep(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, last_day: date) -> None:
    """Keep a seat for the person and mail the invitation. Links that wrong surnames have ended are replaced."""
    if registration.wrong_surnames >= MOST_WRONG_SURNAMES:
        void_link(session, registration)
    pool_id = decide_seat(seats.pools, seats.reach(session, registration, now=context.now)).pool_id
    pool = next((pool for pool in seats.pools if pool.id == pool_id), None)
    if pool is None:
        raise NoSeatToInvite
    refuse_unless_possible(seats, context, pool=pool, last_day=last_day)
    number = next_number(session, registration.id)
    link = invitation_link(registration.public_id, number)
    hold = Hold(
        public_id=uuid.uuid4(),
        registration_id=registration.id,
        link_hash=hash_to_keep(session, link),
        number=number,
        **kept_of(seats, context, pool=pool, last_day=last_day),
    )
    add_hold(session, context, seats=seats, hold=hold)
    _mail(session, context, seats=seats, registration=registration, hold=hold, kind=KIND)


def _mail(session: Session, context: ChangeContext, *, seats: LockedSeats, registration: Registration, hold: Hold, kind: str) -> bool:
    person, language = registration.person, registration.language
    if person.email is None:
        return False
    issue_link(session, registration)
    said = facts(seats.seminar, seats.office, language) | facts_of(registration)
    message = enqueue(
        session,
        context,
        kind=kind,
        language=language,
        to_address=person.email,
        to_name=person.certificate_name,
        facts=said | {"last_day": date_range(hold.last_day, hold.last_day, language)},
        link=invitation_link(registration.public_id, hold.number),
        link_endpoint=INVITATION_ENDPOINT,
    )
    return message is not None
