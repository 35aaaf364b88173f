"""Split a registration off that was given to a known person by mistake."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_unless_present
from seminar_app.people.errors import NameTaken
from seminar_app.people.services import PersonData, lock_people, new_person
from seminar_app.registration.errors import NotJoined, SamePersonAgain
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.rules import link_has_ended
from seminar_app.registration.services.links import void_link
from seminar_app.registration.services.locked_seats import locked_registration
from seminar_app.registration.services.made_files import forget_files_showing
from seminar_app.registration.services.mails import tell
from seminar_app.registration.services.merging.records import give


def split(session: Session, context: ChangeContext, *, registration_id: int, data: PersonData) -> Registration:
    """Take a joined registration off the known person and give it to a new record with this name and address.

    The personal link is replaced, because the old one was sent to the known person's address; the new one is sent to the address
    typed, if it still works. A reserved identity stays reserved.

    Raises:
        NotFound: there is no such registration.
        NotJoined: it was not given to a known person, or it was split off or its person erased since.
        SamePersonAgain: name and address are those of the known person.
        NameTaken: another known person has this name and address.
    """
    seats, registration = locked_registration(session, registration_id)
    join = session.scalars(select(PersonJoin).where(PersonJoin.registration_id == registration_id).with_for_update()).one_or_none()
    (known,) = lock_people(session, [registration.person_id])
    session.refresh(registration, ["reserved_code"])  # whoever reserved the identity meanwhile gave a code past the ORM
    if join is None or join.split_at is not None or known.erased_at is not None or known.merged_into_id is not None:
        raise NotJoined
    if (data.email, data.search_key) == (known.email, known.search_key):
        raise SamePersonAgain
    person = new_person(context, data, registration.agency_id)
    person.reserved, person.reserved_reason = known.reserved, known.reserved_reason
    if not insert_unless_present(session, person, index_elements=("email", "search_key")):
        raise NameTaken
    give(session, [registration], person)
    void_link(session, registration)
    join.split_at, join.split_by = context.now, context.actor
    session.flush()
    audit.record(
        session,
        context,
        action="registration.split",
        subject=f"registration:{registration.public_id.hex}",
        seminar=seats.seminar.slug,
        details={"known": known.public_id.hex, "new": person.public_id.hex},
    )
    if not link_has_ended(seats.seminar.ends_on, today=context.now.date()):
        tell(session, context, kind="link", seminar=seats.seminar, office=seats.office, registration=registration)
    forget_files_showing(session, [known.id, person.id])
    return registration
