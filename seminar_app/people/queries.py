"""Queries of people. What an account may see depends on registrations, so those queries are in `registration.queries`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.addresses import search_form
from seminar_app.core.word_search import words_begin
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key

SHOWN = (
    Person.id.label("person_id"),
    Person.public_id.label("person_public_id"),
    Person.given_names,
    Person.surname1,
    Person.surname2,
    Person.certificate_name,
    Person.sex,
    Person.email,
    Person.phone,
    Person.sort_key,
    Person.reserved,
    Person.reserved_reason,
    Person.erased_at,
)
"""The columns that `shown.as_shown` reads of a person."""

_NAMED = select(Person).where(Person.email == bindparam("email"), Person.search_key == bindparam("key"))


def find_person(session: Session, *, email: str, key: str) -> Person | None:
    """Return the person with this canonical e-mail address and this name key."""
    return session.scalar(_NAMED, {"email": email, "key": key})


def matches(session: Session, words: str, who: type[Person] = Person) -> ColumnElement[bool]:
    """Return the condition that each word begins a word of the name (in any order, without accents), or that the e-mail begins so."""
    return or_(*_ways(session, words, who, few=False))


def ways_to_match(session: Session, words: str) -> list[ColumnElement[bool]]:
    """Return the conditions of `matches` one by one, so that PostgreSQL can use an index for each, even with a million people.

    Words are found only by their beginnings, because that is what an index can find. If the conditions were joined by OR,
    PostgreSQL would compute the words of each person found a second time.
    """
    return _ways(session, words, Person, few=True)


def _ways(session: Session, words: str, who: type[Person], *, few: bool) -> list[ColumnElement[bool]]:
    parts = name_key(words).split()
    address = who.email.startswith(search_form(words), autoescape=True)
    if "@" in words or not parts:
        return [address]
    return [words_begin(session, who.search_key, parts, few=few), address]
