"""Take places for many new people at once, in the few statements of one: an agency's list.

The same rules as `taking.take_place`, person by person in the order of the list, asked in memory. Whoever has a registration in
the seminar already goes by `take_place`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from seminar_app.agencies.queries import AgencyToday, current_versions
from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_all, insert_rows
from seminar_app.messages.batches import Addressed, enqueue_all
from seminar_app.people.identity import keep_identity
from seminar_app.people.models import Person
from seminar_app.registration.errors import NoSuchAgency
from seminar_app.registration.links import ENDPOINT, issue_link
from seminar_app.registration.models import PersonJoin, Registration, RegistrationHistory
from seminar_app.registration.registration_hooks import registration_changed
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.mails import facts, facts_of
from seminar_app.registration.services.reserving import free_code, record_reserved
from seminar_app.registration.services.seats import choose_seat
from seminar_app.registration.services.taking import Entry, fill, first_state_of, mail_of


class Newcomer(Struct, frozen=True, kw_only=True):
    """Somebody who has no registration in the seminar.

    Attributes:
        person: in the database; of somebody on file held (`people.services.hold_person`, `lock_people`), so that nobody can merge
            or erase them now.
        known: they were on file before.
        submission: id by which the same entry sent twice is one (`taking.submission_of`); None if the caller sees to it.
    """

    person: Person
    known: bool
    entry: Entry
    submission: uuid.UUID | None = None


def take_places(
    session: Session,
    context: ChangeContext,
    *,
    seats: LockedSeats,
    newcomers: Sequence[Newcomer],
    source: Source = Source.NOMINATION,
    batch: uuid.UUID | None = None,
    not_before: datetime | None = None,
) -> list[Registration]:
    """Give each newcomer a seat, or a place on the waiting list, or let them wait for approval, in this order; tell each by mail.

    The caller has locked the seats, and has settled them (`taking.settle_due`), so that nobody who waits is passed over.

    Args:
        batch: id of the mails in the outbox, by which they can be counted and taken back; None for a new one.
        not_before: when the mails leave; None for at once.

    Returns:
        The registrations, in the order of `newcomers`. `mail_of` says what each has come to.

    Raises:
        NoSuchAgency: an agency does not exist, or somebody has none.
    """
    agencies = _agencies(session, newcomers)
    registrations = [_decided(session, context, seats, each, agencies=agencies, source=source) for each in newcomers]
    insert_all(session, registrations, known_by="public_id")
    _write_history(session, context, seats, registrations)
    _note(session, context, seats, newcomers, registrations)
    registration_changed(session, context, seats.seminar, registrations, created=True)
    _tell(session, context, seats, registrations, batch=batch or uuid.uuid4(), not_before=not_before or context.now)
    return registrations


def _agencies(session: Session, newcomers: Iterable[Newcomer]) -> dict[int, AgencyToday]:
    wanted = {each.entry.agency_id for each in newcomers if each.entry.agency_id is not None}
    found = current_versions(session, wanted) if wanted else {}
    if len(found) < len(wanted) or any(each.entry.agency_id is None and not each.entry.agency_text for each in newcomers):
        raise NoSuchAgency
    return {agency.id: AgencyToday(agency.state, version_id) for agency, version_id in found.values()}


def _decided(
    session: Session,
    context: ChangeContext,
    seats: LockedSeats,
    newcomer: Newcomer,
    *,
    agencies: dict[int, AgencyToday],
    source: Source,
) -> Registration:
    """Return a registration with its state, seat and place, that is not in the database yet."""
    person, entry = newcomer.person, newcomer.entry
    registration = Registration(
        public_id=uuid.uuid4(),
        seminar_id=seats.seminar.id,
        person_id=person.id,
        source=source,
        link_version=1,
        reserved_code=free_code(session, seats.seminar.id) if person.reserved else None,
        registered_at=context.now,
        submission_id=newcomer.submission,
    )
    issue_link(session, registration)
    set_committed_value(registration, "person", person)
    fill(registration, entry, agencies[entry.agency_id] if entry.agency_id is not None else None)
    state = first_state_of(session, seats, registration, source, now=context.now)
    if state is None:
        decision = choose_seat(session, context, seats=seats, registration=registration)
        state, registration.seat_pool_id = decision.state, decision.pool_id
        seats.moved(left=None, took=decision.pool_id)
    registration.state = state
    registration.queue_place = seats.next_queue_place(session) if state is RegistrationState.WAITLISTED else None
    return registration


def _write_history(session: Session, context: ChangeContext, seats: LockedSeats, registrations: Sequence[Registration]) -> None:
    steps = [
        {
            "registration_id": registration.id,
            "at": context.now,
            "actor": context.actor,
            "from_state": None,
            "to_state": registration.state,
            "seat_pool_id": registration.seat_pool_id,
            "queue_place": registration.queue_place,
        }
        for registration in registrations
    ]
    if steps:
        insert_rows(session, RegistrationHistory, steps)
    for registration in registrations:
        audit.record(
            session,
            context,
            action=f"registration.{registration.state.value}",
            subject=f"registration:{registration.public_id.hex}",
            seminar=seats.seminar.slug,
            details={"from": None, "to": registration.state.value},
        )


def _note(
    session: Session, context: ChangeContext, seats: LockedSeats, newcomers: Sequence[Newcomer], registrations: Sequence[Registration]
) -> None:
    """Note what `taking.finish` notes."""
    joins = [
        {"registration_id": registration.id, "person_id": newcomer.person.id, "joined_at": context.now, "joined_by": context.actor}
        for newcomer, registration in zip(newcomers, registrations, strict=True)
        if newcomer.known
    ]
    if joins:
        insert_rows(session, PersonJoin, joins)
    slug = seats.seminar.slug
    for newcomer in newcomers:
        if newcomer.person.reserved and not newcomer.known:
            record_reserved(session, context, person=newcomer.person, seminar=slug)
        keep_identity(session, context, person=newcomer.person, identity=newcomer.entry.identity, only_missing=True, seminar=slug)


def _tell(
    session: Session,
    context: ChangeContext,
    seats: LockedSeats,
    registrations: Sequence[Registration],
    *,
    batch: uuid.UUID,
    not_before: datetime,
) -> None:
    said = {language: facts(seats.seminar, seats.office, language) for language in {each.language for each in registrations}}
    mails = [
        Addressed(
            kind=mail_of(registration),
            language=registration.language,
            to_address=registration.person.email,
            to_name=registration.person.certificate_name,
            facts=said[registration.language] | facts_of(registration),
            link=issue_link(session, registration),
            link_endpoint=ENDPOINT,
            dedupe_key=f"placed:{registration.public_id.hex}",
        )
        for registration in registrations
        if registration.person.email is not None
    ]
    enqueue_all(session, context, mails, batch=batch, not_before=not_before)
