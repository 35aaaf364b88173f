"""Add the people of a list who are new, in a few statements for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import values_of
from seminar_app.people.identity import Identity, keep_identity, keep_new_identities
from seminar_app.people.models import Person
from seminar_app.people.queries import find_person, kept_record
from seminar_app.people.services import PersonData, hold_person, new_person

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person of a list: data, agency and identity data to keep, and the record on file if there is one."""

    data: PersonData
    agency_id: int | None
    identity: Identity
    same: Person | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """The record of a person, and whether it was on file before. Nobody can merge or erase it until the transaction ends."""

    person: Person
    known: bool


def add_people(session: Session, context: ChangeContext, wanted: Sequence[Wanted], *, seminar: str) -> list[Added]:
    """Return the records of all these people, in their order: those on file, held, and new ones.

    A record on file is not changed; what it lacks of identity data is kept. Where another transaction adds the same person at
    once, UNIQUE and ON CONFLICT leave one row, and both get it.
    """
    on_file = [None if each.same is None else hold_person(session, each.same) for each in wanted]
    made = [new_person(context, each.data, each.agency_id) for each in wanted]
    new = [place for place, person in enumerate(on_file) if person is None]
    inserted = _insert(session, [made[place] for place in new])
    added = [Added(person, known=True) if person is not None else None for person in on_file]
    for place in new:
        person = inserted.get(made[place].public_id) or _found(session, wanted[place].data)
        added[place] = Added(person, known=made[place].public_id not in inserted)
    done = [each for each in added if each is not None]
    keep_new_identities(
        session, context, [(each.person, wanted[place].identity) for place, each in enumerate(done) if not each.known], seminar=seminar
    )
    for place, each in enumerate(done):
        if each.known:
            keep_identity(session, context, person=each.person, identity=wanted[place].identity, only_missing=True, seminar=seminar)
    return done


def _insert(session: Session, people: Sequence[Person]) -> dict[Any, Person]:
    """Insert new records, and return by public id those that were not there already."""
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(Person)
    unless_there = insert.on_conflict_do_nothing(index_elements=["email", "search_key"]).returning(Person.public_id)
    found: dict[Any, Person] = {}
    session.flush()
    for start in range(0, len(people), AT_ONCE):
        rows = [values_of(person) for person in people[start : start + AT_ONCE]]
        ids = session.scalars(unless_there, rows).all()
        found |= {person.public_id: person for person in session.scalars(select(Person).where(Person.public_id.in_(ids)))}
    return found


def _found(session: Session, data: PersonData) -> Person:
    there = find_person(session, email=data.email or "", key=data.search_key)
    held = hold_person(session, kept_record(session, there)) if there is not None else None
    if held is None:
        raise LookupError("the person was added, renamed and erased while the list was imported")
    return held


__all__ = ["Added", "Wanted", "add_people"]
