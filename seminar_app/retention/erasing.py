"""Erase a person. The remaining rows still count (agency, sex, seminar, marks, completion) but no longer identify the person."""

from __future__ import annotations

import secrets
import uuid

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.attendance.models import Observation
from seminar_app.audit.services import record
from seminar_app.certificates.services import forget_certificates
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.history.services import forget_outside_training
from seminar_app.messages.models import Message
from seminar_app.nominations.services import forget_in_lists, forget_in_proposals, forget_requests
from seminar_app.people.identity import forget_identity
from seminar_app.people.models import Person
from seminar_app.people.queries import merged_together
from seminar_app.people.services import lock_people
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import NameRequest, PersonJoin, Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, may_edit
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.forms_sent import erase_forms_of
from seminar_app.registration.services.holding import let_go
from seminar_app.registration.services.locked_seats import locked_registration
from seminar_app.registration.services.made_files import forget_files_showing
from seminar_app.registration.services.reserving import give_codes
from seminar_app.registration.services.seats import settle
from seminar_app.retention.models import ErasureRequest
from seminar_app.seminars.rules import has_ended

STANDING = tuple(state for state in RegistrationState if may_edit(state))


class Erased(Struct, frozen=True, kw_only=True):
    """Number of rows that an erasure changed.

    Attributes:
        registrations: kept without unit, rank, position, the words for an agency that is not in the directory, link and form.
        withdrawn: registrations in seminars that were not over; their seats went to the waiting list.
        messages: deleted from the outbox.
        notes: emptied notes of staff about decisions.
        identity: whether CURP, birth data or passport were on file.
    """

    registrations: int
    withdrawn: int
    messages: int
    notes: int
    identity: bool


def erase_person(session: Session, context: ChangeContext, *, public_id: uuid.UUID) -> Erased:
    """Remove everything that names the person, in all records that were merged with theirs. Repeating it changes nothing more.

    Raises:
        NotFound: there is no such person.
    """
    person_id = session.scalar(select(Person.id).where(Person.public_id == public_id))
    if person_id is None:
        raise NotFound
    ids = merged_together(session, person_id)
    withdrawn = _give_seats_back(session, context, person_ids=ids)
    named = session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()
    forget_in_lists(session, named, today=context.now.date())  # before the people: imports lock in this order too
    forget_in_proposals(session, context, named)
    people = lock_people(session, ids)
    forget_outside_training(session, ids)
    done = Erased(registrations=0, withdrawn=withdrawn, messages=0, notes=0, identity=False)
    owners = session.scalars(select(Registration.public_id).where(Registration.person_id.in_(ids))).all()
    for person in people:
        done = _plus(done, _erase_record(session, context, person=person, owners=list(owners)))
    last = next(person for person in people if person.public_id == public_id)
    record(session, context, action="person.erased", subject=f"person:{last.public_id.hex}", details=asdict(done))
    forget_files_showing(session, ids)
    return done


def _plus(one: Erased, other: Erased) -> Erased:
    return Erased(
        registrations=one.registrations + other.registrations,
        withdrawn=one.withdrawn + other.withdrawn,
        messages=one.messages + other.messages,
        notes=one.notes + other.notes,
        identity=one.identity or other.identity,
    )


def _erase_record(session: Session, context: ChangeContext, *, person: Person, owners: list[uuid.UUID]) -> Erased:
    """Erase one record. `owners`: public ids of the registrations of all records merged with it, whose mail goes too."""
    registrations = session.scalars(select(Registration).where(Registration.person_id == person.id).order_by(Registration.id)).all()
    messages = _delete_messages(session, person, owners)
    for registration in registrations:
        registration.unit = registration.rank = registration.position = registration.state_name = None
        if registration.agency_text is not None:
            registration.agency_text = ""  # still not assigned
        registration.submission_id = None
        registration.link_hash = secrets.token_bytes(32)  # a hash that matches no link
    ids = [each.id for each in registrations]
    forget_certificates(session, context, ids)
    for hold in session.scalars(select(Hold).where(Hold.registration_id.in_(ids))):
        hold.link_hash = secrets.token_bytes(32)
    erase_forms_of(session, context, person, ids)
    forget_requests(session, context, ids)
    notes = _changed(
        session.execute(
            update(RegistrationHistory)
            .where(RegistrationHistory.registration_id.in_(ids), RegistrationHistory.note.is_not(None))
            .values(note=None)
            .execution_options(synchronize_session=False)
        )
    )
    session.execute(
        update(Observation)
        .where(Observation.registration_id.in_(ids), Observation.reason.is_not(None))
        .values(reason=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(NameRequest).where(NameRequest.registration_id.in_(ids)).execution_options(synchronize_session=False))
    gone = delete(ErasureRequest).where(ErasureRequest.registration_id.in_(ids))
    session.execute(gone.execution_options(synchronize_session=False))
    session.execute(  # a join can no longer be split off
        update(PersonJoin)
        .where(PersonJoin.registration_id.in_(ids), PersonJoin.split_at.is_(None))
        .values(split_at=context.now, split_by=context.actor)
        .execution_options(synchronize_session=False)
    )
    identity = forget_identity(session, person.id)
    person.given_names = person.surname1 = person.certificate_name = person.search_key = person.sort_key = ""
    person.surname2 = person.email = person.phone = person.agency_id = None
    person.reserved = True  # every sheet, screen and export then shows a code, and no contact data
    person.erased_at = person.erased_at or context.now
    session.flush()
    give_codes(session, person.id)
    return Erased(registrations=len(registrations), withdrawn=0, messages=messages, notes=notes, identity=identity)


def _give_seats_back(session: Session, context: ChangeContext, *, person_ids: list[int]) -> int:
    """Withdraw the person from seminars that have not ended, without a mail; return the number of registrations."""
    standing = select(Registration.id).where(Registration.person_id.in_(person_ids), Registration.state.in_(STANDING))
    withdrawn = 0
    for registration_id in session.scalars(standing.order_by(Registration.seminar_id)).all():
        seats, registration = locked_registration(session, registration_id)
        if registration.state not in STANDING or has_ended(seats.seminar, now=context.now):
            continue
        left = registration.seat_pool_id
        let_go(session, context, seats=seats, registration=registration)
        change_state(session, context, seminar=seats.seminar, registration=registration, state=RegistrationState.WITHDRAWN)
        seats.moved(left=left, took=None)
        settle(session, context, seats=seats)
        withdrawn += 1
    return withdrawn


def _delete_messages(session: Session, person: Person, owners: list[uuid.UUID]) -> int:
    """Delete all mail to the person: by their links, to earlier addresses too, and by address; if others share it, also by name."""
    theirs: ColumnElement[bool] = Message.link_owner.in_(owners)
    if person.email is not None:
        shared = session.scalar(select(Person.id).where(Person.email == person.email, Person.id != person.id).limit(1))
        staff = session.scalar(select(UserAccount.id).where(UserAccount.email == person.email))
        there = Message.to_address == person.email
        if shared is not None or staff is not None:
            there = and_(there, Message.to_name == person.certificate_name)
        theirs = or_(theirs, there)
    return _changed(session.execute(delete(Message).where(theirs).execution_options(synchronize_session=False)))


def _changed(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
