"""What waits in many seminars at once, for the page «Today»: each count is one statement, however many seminars there are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from seminar_app.people.models import Person
from seminar_app.registration.models import NameRequest, Registration
from seminar_app.registration.queries.forms_sent import waiting_forms
from seminar_app.registration.queries.mail import failed_mail
from seminar_app.registration.rules import RegistrationState, may_edit

UNDECIDED = (RegistrationState.PENDING, RegistrationState.NOMINATED)
_STANDING = tuple(state for state in RegistrationState if may_edit(state))
SeminarIds = Select[int]
"""Selects the ids of the seminars that are meant."""


class Asking(Struct, frozen=True):
    """How many people of a seminar ask for something, and the registration of the one who has waited longest."""

    number: int
    first: uuid.UUID


def asking_of(rows: Iterable[Any]) -> dict[int, Asking]:
    """Return what rows of (seminar, registration) say by seminar; the one who has waited longest comes first."""
    found: dict[int, Asking] = {}
    for seminar_id, registration in rows:
        before = found.get(seminar_id)
        found[seminar_id] = Asking(before.number + 1, before.first) if before else Asking(1, registration)
    return found


def undecided_in(session: Session, seminars: SeminarIds) -> Mapping[tuple[int, RegistrationState], int]:
    """Count the registrations that wait for a decision, by seminar and state."""
    rows = session.execute(
        select(Registration.seminar_id, Registration.state, func.count())
        .where(Registration.seminar_id.in_(seminars), Registration.state.in_(UNDECIDED))
        .group_by(Registration.seminar_id, Registration.state)
    )
    return {(seminar_id, state): number for seminar_id, state, number in rows}


def seats_asked_in(session: Session, seminars: SeminarIds) -> Mapping[int, Asking]:
    """Return who waits at the door for a seat that only the organizer can give, in the order of the queue."""
    asked = select(Registration.seminar_id, Registration.public_id).where(Registration.seminar_id.in_(seminars))
    asked = asked.where(Registration.state == RegistrationState.WAITLISTED, Registration.seat_asked_at.is_not(None))
    return asking_of(session.execute(asked.order_by(Registration.queue_place)))


def names_asked_in(session: Session, seminars: SeminarIds) -> Mapping[int, Asking]:
    """Return who asks for another name. Merged records are not among them, because no page shows them."""
    asked = select(Registration.seminar_id, Registration.public_id).join(NameRequest, NameRequest.registration_id == Registration.id)
    asked = asked.join(Person, Person.id == Registration.person_id).where(Person.merged_into_id.is_(None))
    return asking_of(session.execute(asked.where(Registration.seminar_id.in_(seminars)).order_by(NameRequest.asked_at)))


def to_assign_in(session: Session, seminars: SeminarIds) -> Mapping[int, int]:
    """Count the people on the lists whose agency is not in the directory; nobody can assign one to a person who was erased."""
    rows = session.execute(
        select(Registration.seminar_id, func.count())
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id.in_(seminars), Registration.state.in_(_STANDING), Registration.agency_version_id.is_(None))
        .where(Person.merged_into_id.is_(None), Person.erased_at.is_(None))
        .group_by(Registration.seminar_id)
    )
    return dict(rows.all())


def forms_waiting_in(session: Session, seminars: SeminarIds, *, now: datetime) -> Mapping[int, int]:
    """Count the forms whose button has not been pressed yet."""
    rows = session.execute(waiting_forms(seminars, now=now))
    return dict(rows.all())


def failed_mail_in(session: Session, seminars: SeminarIds) -> Mapping[int, int]:
    """Count the people whom the last mail did not reach."""
    rows = session.execute(failed_mail(seminars))
    return dict(rows.all())


def waitlisted_in(session: Session, seminars: SeminarIds) -> Mapping[tuple[int, int | None], int]:
    """Count the people on the waiting lists, by seminar and agency; None: of an agency that is not in the directory."""
    rows = session.execute(
        select(Registration.seminar_id, Registration.agency_id, func.count())
        .where(Registration.seminar_id.in_(seminars), Registration.state == RegistrationState.WAITLISTED)
        .group_by(Registration.seminar_id, Registration.agency_id)
    )
    return {(seminar_id, agency_id): number for seminar_id, agency_id, number in rows}
