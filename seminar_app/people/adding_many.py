"""Add the people of a list who are new, in a few statements for all."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.inserts import insert_new_ones
from seminar_app.people.identity import Identity, keep_missing_identities, keep_new_identities
from seminar_app.people.models import Person
from seminar_app.people.queries import find_person, kept_record
from seminar_app.people.services import PersonData, hold_people, hold_person, new_person


class Wanted(Struct, frozen=True):
    """A person of a list: data, agency and identity data to keep, and the record on file if there is one."""

    data: PersonData
    agency_id: int | None
    identity: Identity
    same: Person | None = None


class Added(Struct, frozen=True):
    """The record of a person, and whether it was on file before. Nobody can merge or erase it until the transaction ends."""

    person: Person
    known: bool


def add_people(session: Session, context: ChangeContext, wanted: Sequence[Wanted], *, seminar: str) -> list[Added]:
    """Return the records of all these people, in their order: those on file, held, and new ones.

    A record on file is not changed; what it lacks of identity data is kept. Where another transaction adds the same person at
    once, UNIQUE and ON CONFLICT leave one row, and both get it.
    """
    held = hold_people(session, [each.same for each in wanted if each.same is not None])
    on_file = [None if each.same is None else held[each.same.id] for each in wanted]
    made = {place: new_person(context, each.data, each.agency_id) for place, each in enumerate(wanted) if on_file[place] is None}
    in_order = sorted(made.values(), key=lambda person: (person.email or "", person.search_key))  # two lists seldom wait for each other
    new = insert_new_ones(session, in_order, index_elements=("email", "search_key"), known_by="public_id")
    inserted = {person.public_id for person in new}
    added = []
    for place, known in enumerate(on_file):
        if known is not None:
            added.append(Added(known, known=True))
        elif made[place].public_id in inserted:
            added.append(Added(made[place], known=False))
        else:
            added.append(Added(_found(session, wanted[place].data), known=True))
    given = [(each, wanted[place].identity) for place, each in enumerate(added)]
    keep_new_identities(session, context, [(each.person, identity) for each, identity in given if not each.known], seminar=seminar)
    keep_missing_identities(session, context, [(each.person, identity) for each, identity in given if each.known], seminar=seminar)
    return added


def _found(session: Session, data: PersonData) -> Person:
    there = find_person(session, email=data.email or "", key=data.search_key)
    held = hold_person(session, kept_record(session, there)) if there is not None else None
    if held is None:
        raise LookupError("the person was added, renamed and erased while the list was imported")
    return held


__all__ = ["Added", "Wanted", "add_people"]
