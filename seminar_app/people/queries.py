"""Reading people. Who may see whom is decided by the registrations they share, so those queries stand in `registration`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.folding import canonical_email
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key


def find_person(session: Session, *, email: str, key: str) -> Person | None:
    """The person with this canonical address and this name key."""
    return session.scalar(select(Person).where(Person.email == email, Person.search_key == key))


def matches(words: str) -> ColumnElement[bool]:
    """People whose name has every word, in any order and without accents, or whose address contains what was typed."""
    parts = name_key(words).split()
    by_name = and_(*(Person.search_key.contains(part, autoescape=True) for part in parts))
    address = canonical_email(words)
    if "@" in address or not parts:
        return Person.email.contains(address, autoescape=True)
    return or_(by_name, Person.email.contains(address, autoescape=True))
