"""Reading people. Who may see whom is decided by the registrations they share, so those queries stand in `registration`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from seminar_app.core.folding import canonical_email
from seminar_app.core.word_search import words_begin
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key

_NAMED = select(Person).where(Person.email == bindparam("email"), Person.search_key == bindparam("key"))


def find_person(session: Session, *, email: str, key: str) -> Person | None:
    """The person with this canonical address and this name key."""
    return session.scalar(_NAMED, {"email": email, "key": key})


def matches(session: Session, words: str, who: type[Person] = Person) -> ColumnElement[bool]:
    """People whose name has words that begin with each of these, in any order and without accents, or whose address begins so."""
    return or_(*_ways(session, words, who, few=False))


def ways_to_match(session: Session, words: str) -> list[ColumnElement[bool]]:
    """The same, each way by itself, since an index of its own finds it among a million people.

    By beginnings and not by any part, because that is what an index can find. Joined by OR, PostgreSQL would work out
    the words of each person that it found once more.
    """
    return _ways(session, words, Person, few=True)


def _ways(session: Session, words: str, who: type[Person], *, few: bool) -> list[ColumnElement[bool]]:
    parts = name_key(words).split()
    address = who.email.startswith(canonical_email(words), autoescape=True)
    if "@" in words or not parts:
        return [address]
    return [words_begin(session, who.search_key, parts, few=few), address]
