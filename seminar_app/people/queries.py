"""Reading people. Who may see whom is decided by the registrations they share, so those queries stand in `registration`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.database import words_begin
from seminar_app.core.folding import canonical_email
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key

_NAMED = select(Person).where(Person.email == bindparam("email"), Person.search_key == bindparam("key"))


def find_person(session: Session, *, email: str, key: str) -> Person | None:
    """The person with this canonical address and this name key."""
    return session.scalar(_NAMED, {"email": email, "key": key})


def matches(session: Session, words: str, who: type[Person] = Person, *, few: bool = True) -> ColumnElement[bool]:
    """People whose name has words that begin with each of these, in any order and without accents, or whose address begins so.

    By beginnings and not by any part, because an index can find those among a million people.
    """
    parts = name_key(words).split()
    address = who.email.startswith(canonical_email(words), autoescape=True)
    if "@" in words or not parts:
        return address
    return or_(words_begin(session, who.search_key, parts, few=few), address)
