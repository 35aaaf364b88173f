"""Register a person: by a public form whose button was pressed, or by staff."""

from __future__ import annotations

import uuid

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.agencies.queries import AgencyToday
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.values import replace
from seminar_app.people.matching import By, Same, match
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData, compared_of, find_or_add_person
from seminar_app.registration.errors import FormEnded
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import Source, form_changes, takes_confirmations
from seminar_app.registration.services.changes import agency_of_today
from seminar_app.registration.services.locked_seats import lock_seats
from seminar_app.registration.services.notices import find_notice, notice_shown, office_notice_shown
from seminar_app.registration.services.taking import (
    Comer,
    Entry,
    find_comer,
    find_registration,
    find_submission,
    held,
    settle_due,
    submission_of,
    take_place,
    with_person,
)


class Known(Struct, frozen=True):
    """What a form's registration takes from the database and does not depend on the seats.

    Attributes:
        notice_id: None if the notice is not stored yet.
    """

    agency: AgencyToday | None
    notice_id: int | None
    office_notice_id: int | None


def known_before(
    session: Session, *, seminar_id: int, entry: Entry, notice_version: int, notice_language: str, office_notice_id: int | None
) -> Known:
    """Read what does not depend on the seats. It is read before their lock, and where possible before the transaction that writes.

    Raises:
        NoSuchAgency: the agency does not exist, or none is named.
    """
    return Known(
        agency_of_today(session, entry.agency_id, entry.agency_text),
        find_notice(session, version=notice_version, language=notice_language),
        office_notice_shown(session, seminar_id=seminar_id, notice_id=office_notice_id),
    )


def register(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    entry: Entry,
    submission_id: uuid.UUID,
    notice_version: int,
    notice_language: str,
    office_notice_id: int | None = None,
    known: Known | None = None,
    proven: bool = True,
) -> Registration:
    """Register the person of a public form (`forms_sent.confirm`).

    A new person gets a seat or a place in the queue, or waits for approval. A person who withdrew is registered again. Any
    other known registration stays as it is. A repeated submission does nothing.

    Args:
        submission_id: id of the display of the form.
        notice_version: version of the privacy notice that was shown; `notice_language` is its language.
        office_notice_id: the version of the office's own words that was shown with it; None if the office had none.
        known: what was read of them before this transaction began; None reads it now.
        proven: the button in the mailbox was pressed; False where staff confirm the form.

    Raises:
        FormEnded: the seminar was cancelled or completed, or is over.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    before = known or known_before(
        session,
        seminar_id=seminar_id,
        entry=entry,
        notice_version=notice_version,
        notice_language=notice_language,
        office_notice_id=office_notice_id,
    )
    notice_id = before.notice_id or notice_shown(session, context, version=notice_version, language=notice_language)
    person, on_file = find_or_add_person(session, context, data=entry.person, agency_id=entry.agency_id, proven=proven)
    seats = lock_seats(session, seminar_id)
    if on_file:
        person, on_file = held(session, context, person=person, entry=entry)
    if not takes_confirmations(seats.seminar, now=context.now):
        raise FormEnded
    settle_due(session, context, seats=seats)
    submission = submission_of(submission_id, entry.person, seminar_id)
    registration = find_registration(session, seminar_id=seminar_id, person=person) if on_file else None
    if registration is None and (registration := _sent_before(session, submission_id, entry.person, seminar_id)) is not None:
        if not on_file:  # the form came already, and the name was corrected since, or a second surname was added or left out
            session.delete(person)
        return registration
    if registration is not None and not form_changes(registration.state):
        return registration
    comer = Comer(person=person, known=on_file, entry=entry, agency=before.agency, registration=registration)
    notice_ids = notice_id, before.office_notice_id
    return take_place(session, context, seats=seats, comer=comer, source=Source.FORM, submission=submission, notice_ids=notice_ids)


def add_by_hand(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    entry: Entry,
    submission_id: uuid.UUID,
    source: Source = Source.STAFF,
    reach: ColumnElement[bool] | None = None,
    person_id: int | None = None,
) -> Registration:
    """Register a person on their behalf, regardless of the window and the mode; seats and the waiting list follow the same rules.

    Args:
        reach: the people the account may see (`queries.reach_of`). Somebody among them with the same CURP and a compatible name
            is known; without it only address and name are compared.
        person_id: a known person that staff chose; the entry's name and address are not compared then.

    Raises:
        NotFound: the chosen person was erased meanwhile.
        SeminarCompleted: the seminar is completed or archived.
        AlreadyOnTheRoster, ReservedOnTheRoster: the person has a registration in this seminar.
        NoSuchAgency: the agency does not exist, or none is named.
    """
    seats = lock_seats(session, seminar_id)
    settle_due(session, context, seats=seats)
    submission = submission_of(submission_id, entry.person, seminar_id)
    if (again := find_submission(session, submission)) is not None:
        return with_person(session, again)
    seats.refuse_if_frozen()
    by = By.LIST if source in (Source.NOMINATION, Source.IMPORT) else By.STAFF
    comer = find_comer(session, context, seats=seats, entry=entry, by=by, reach=reach, person_id=person_id)
    comer.refuse_if_listed()
    return take_place(session, context, seats=seats, comer=comer, source=source, submission=submission)


def _sent_before(session: Session, showing: uuid.UUID, person: PersonData, seminar_id: int) -> Registration | None:
    """Return the registration that this display of the form has made for the same person; a missing second surname does not count."""
    submission = submission_of(showing, person, seminar_id)
    if person.surname2:
        return find_submission(session, submission, submission_of(showing, replace(person, surname2=None), seminar_id))
    if (found := find_submission(session, submission)) is not None or person.email is None:
        return found
    with_second = select(Registration).join(Registration.person).options(contains_eager(Registration.person))
    others = session.scalars(
        with_second.where(
            Registration.seminar_id == seminar_id,
            Person.email == person.email,
            Person.search_key.startswith(f"{person.search_key} ", autoescape=True),
        )
    )
    for other in others:
        sent = replace(person, given_names=other.person.given_names, surname1=other.person.surname1, surname2=other.person.surname2)
        verdict = match(compared_of(person), compared_of(sent), by=By.FORM, one_showing=True)
        if submission_of(showing, sent, seminar_id) == other.submission_id and isinstance(verdict, Same):
            return other
    return None
