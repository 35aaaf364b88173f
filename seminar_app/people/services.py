"""Services that add people and correct their data."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_unless_present
from seminar_app.people.errors import NameTaken
from seminar_app.people.models import Person
from seminar_app.people.queries import find_person
from seminar_app.people.rules import ReservedReason, Sex, name_key, sort_key

KEYS = ("search_key", "sort_key")
"""Columns that follow from the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonData:
    """A person's data as typed. `email` is canonical; `phone` is E.164 or as typed."""

    given_names: str
    surname1: str
    surname2: str | None = None
    certificate_name: str
    sex: Sex | None = None
    email: str | None = None
    phone: str | None = None
    language: str = "es"
    reserved_reason: ReservedReason | None = None
    """Why a new person's identity is reserved from the beginning. A known person is not changed by it."""

    @property
    def search_key(self) -> str:
        """The name in comparable form."""
        return name_key(self.given_names, self.surname1, self.surname2)

    @property
    def sort_key(self) -> str:
        """The name's place in a list."""
        return sort_key(given_names=self.given_names, surname1=self.surname1, surname2=self.surname2)


def find_or_add_person(session: Session, context: ChangeContext, *, data: PersonData, agency_id: int | None) -> tuple[Person, bool]:
    """Return the person with this address and name, or a new one, and whether they were known before.

    A known person is not changed, because a stranger can type any name into a form. Without an address the name does not
    identify a person, so the person is new. If two transactions add the same person at once, UNIQUE and ON CONFLICT leave
    one row, and both get it. Most people are new, so the row is inserted first, and a known person is read only if that fails.
    """
    person = Person(
        public_id=uuid.uuid4(),
        given_names=data.given_names,
        surname1=data.surname1,
        surname2=data.surname2,
        certificate_name=data.certificate_name,
        sex=data.sex,
        email=data.email,
        phone=data.phone,
        agency_id=agency_id,
        language=data.language,
        reserved=data.reserved_reason is not None,
        reserved_reason=data.reserved_reason,
        search_key=data.search_key,
        sort_key=data.sort_key,
        created_at=context.now,
    )
    if insert_unless_present(session, person, index_elements=("email", "search_key")):
        return person, False
    known = find_person(session, email=data.email or "", key=data.search_key)
    if known is None:
        raise RuntimeError("a person who is there was not found")
    return known, True


def stored_data(person: Person) -> PersonData:
    """Return what is stored of a person, to change a part of it."""
    return PersonData(**{column.name: getattr(person, column.name) for column in fields(PersonData)})


def edit_person(
    session: Session, context: ChangeContext, *, person: Person, data: PersonData, seminar: str | None = None, with_email: bool = False
) -> list[str]:
    """Correct a person's data.

    Args:
        with_email: change the e-mail address too. The caller then replaces the personal links, because they were sent to the old one.

    Returns:
        Names of the columns that changed.

    Raises:
        NameTaken: another person with this address has that name.
    """
    wanted: dict[str, Any] = {
        "given_names": data.given_names,
        "surname1": data.surname1,
        "surname2": data.surname2,
        "certificate_name": data.certificate_name,
        "sex": data.sex,
        "phone": data.phone,
        "language": data.language,
        "search_key": data.search_key,
        "sort_key": data.sort_key,
    }
    if with_email:
        wanted["email"] = data.email
    email = wanted.get("email", person.email)
    if email is not None and (email, data.search_key) != (person.email, person.search_key):
        other = find_person(session, email=email, key=data.search_key)
        if other is not None and other.id != person.id:
            raise NameTaken
    changed = [column for column, value in wanted.items() if getattr(person, column) != value]
    for column in changed:
        setattr(person, column, wanted[column])
    if changed:
        session.flush()
        audit.record(
            session,
            context,
            action="person.edited",
            subject=f"person:{person.public_id.hex}",
            seminar=seminar,
            details={"columns": [column for column in changed if column not in KEYS]},
        )
    return changed
