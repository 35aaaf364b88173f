"""What an agency's list says anew of people on file: it fills what was empty, and replaces an address where somebody has said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.values import replace
from seminar_app.people.errors import NameTaken
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData, edit_person, lock_people, stored_data
from seminar_app.registration.models import Registration
from seminar_app.registration.services.links import replace_links_of
from seminar_app.registration.services.locked_seats import LockedSeats
from seminar_app.registration.services.mails import tell_former_address

AT_ONCE = 500


class Renewal(Struct, frozen=True):
    """What a list says of somebody on file. `address`: whether theirs becomes the list's, else it stays as it is."""

    person_id: int
    data: PersonData
    address: bool


def renew_people(
    session: Session, context: ChangeContext, renewals: Sequence[Renewal], *, held: Sequence[int], seminar: str
) -> Mapping[int, str | None]:
    """Fill in the phone and the sex that are not on file, and change addresses as staff's correction does; never a reserved record.

    A new address replaces the personal links. Where another record has this name and the new address, the address stays as it is.

    Args:
        held: everybody on file whom the caller is going to hold; all are locked here, in the order of their ids.

    Returns:
        The former addresses of those who have another one now, by person.
    """
    if not renewals:
        return {}
    ids = sorted({*held, *(each.person_id for each in renewals)})
    people = {person.id: person for start in range(0, len(ids), AT_ONCE) for person in lock_people(session, ids[start : start + AT_ONCE])}
    former: dict[int, str | None] = {}
    for each in renewals:
        person = people.get(each.person_id)
        if person is None or person.reserved or person.erased_at is not None or person.merged_into_id is not None:
            continue
        before = person.email
        if "email" in _renew(session, context, person, each, seminar=seminar):
            replace_links_of(session, context, person)
            former[person.id] = before
    return former


def _renew(session: Session, context: ChangeContext, person: Person, renewal: Renewal, *, seminar: str) -> list[str]:
    stored, said = stored_data(person), renewal.data
    filled = replace(stored, phone=stored.phone or said.phone, sex=stored.sex or said.sex)
    if renewal.address and said.email is not None and said.email != stored.email:
        try:
            return edit_person(session, context, person=person, data=replace(filled, email=said.email), seminar=seminar, with_email=True)
        except NameTaken:
            pass  # the data that were missing are filled in all the same
    return edit_person(session, context, person=person, data=filled, seminar=seminar)


def tell_former_addresses(
    session: Session, context: ChangeContext, *, former: Mapping[int, str | None], seats: LockedSeats, registrations: Sequence[Registration]
) -> None:
    """Tell the former addresses of people who are registered now that they were replaced."""
    for each in registrations:
        if each.person_id in former:
            address = former[each.person_id]
            tell_former_address(session, context, address=address, seminar=seats.seminar, office=seats.office, registration=each)
