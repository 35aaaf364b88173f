"""The people a member of staff may see.

Administrators see everyone, organizers the people registered with their office, liaisons the people of their agencies.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, and_, bindparam, false, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from seminar_app.agencies.queries import AgenciesThen, AgencyChoice, NamedAgency, agencies_then, all_agencies
from seminar_app.agencies.rules import path_of
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.people.identity import has_number
from seminar_app.people.identity_rules import canonical_number
from seminar_app.people.matching import By
from seminar_app.people.models import Person
from seminar_app.people.queries import SHOWN, Candidate, candidates, compared, matches, ways_to_match
from seminar_app.people.rules import reserved_code, reserved_name
from seminar_app.people.shown import ShownPerson, agency_shown, as_shown
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.queries.leaving import WITHDRAWN_BY_AGENCY
from seminar_app.registration.queries.reach import agencies_in_reach
from seminar_app.registration.queries.shown import agency_of
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar

MOST_SHOWN = 50
FIRST = 1_000
"""How many people are searched first, in the order of their names. Erased people have no name and are not among them."""
FEW = 5_000
"""At most so many candidates are fetched by id and checked: those the words find, or those the account may see."""
IN_ORDER = (Person.sort_key, Person.id)
IN_INDEX = (*IN_ORDER, Person.search_key, Person.email, Person.reserved, Person.merged_into_id, Person.public_id)
"""Columns of PostgreSQL's index in this order, so that a search can be answered from the index without reading the table."""
LISTED = Person.merged_into_id.is_(None)
"""Records that were merged into another are listed nowhere."""
NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9]{6,20}")
"""Text that may be a CURP or passport number; it is also looked up by the blind index."""


class PersonInReach(Struct, frozen=True):
    """A person, with the agency where they work now."""

    person: ShownPerson


class PersonRegistration(Struct, frozen=True):
    """A registration of a person, with its seminar and the agency as of then.

    Attributes:
        code: of a reserved identity.
        by_agency: it was the agency that withdrew the person.
        joined_at: when it was given to this record by a rule; None if it was made with the record, or split off.
    """

    id: int
    public_id: uuid.UUID
    state: RegistrationState
    registered_at: datetime
    code: str | None
    seminar: Seminar
    agency: NamedAgency | None
    joined_at: datetime | None
    by_agency: bool = False


def people_in_reach(session: Session, actor: Actor, words: str) -> tuple[list[PersonInReach], bool]:
    """Search people by name, e-mail, CURP, passport number or code. Empty words find no one.

    A reserved identity is found only by its code: if a name found a code, it would reveal whose code it is.

    Returns:
        The first 50 people, sorted by name, and whether there are more.
    """
    if not words.strip():
        return [], False
    code = reserved_code(words)
    if code is not None and (by_code := _named(session, Person.reserved, _has_code(session, actor, code))):
        return _as_found(session, actor, by_code[:MOST_SHOWN], code=code), len(by_code) > MOST_SHOWN
    number = NUMBER.fullmatch(canonical_number(words))
    found = _named(session, _in_reach(session, actor), ~Person.reserved, LISTED, has_number(session, words)) if number else []
    found = found or _found(session, actor, words)
    return _as_found(session, actor, found[:MOST_SHOWN]), len(found) > MOST_SHOWN


def _as_found(session: Session, actor: Actor, rows: Iterable[Any], *, code: str | None = None) -> list[PersonInReach]:
    """Return the people of these rows, sorted. A reserved identity has the code that was searched, else that of the newest seminar."""
    return [PersonInReach(person) for person in people_as_shown(session, actor, rows, code=code)]


def people_as_shown(
    session: Session, actor: Actor, rows: Iterable[Any], *, code: str | None = None, opened: bool = False
) -> list[ShownPerson]:
    """Return the people of rows with `SHOWN` and their present agency, sorted.

    Args:
        code: of a reserved identity, if it was searched; else each has that of the newest seminar.
        opened: reserved identities are opened. The caller writes the audit row.
    """
    rows = list(rows)
    codes = {} if code else _codes(session, actor, [row.person_id for row in rows if row.reserved])
    agencies = all_agencies(session, with_aliases=False) if rows else {}
    people = [_person(row, agencies, code or codes.get(row.person_id), opened=opened) for row in rows]
    return sorted(people, key=lambda person: person.order)


def shown_in_order(session: Session, actor: Actor, ids: Sequence[int]) -> list[ShownPerson]:
    """Return these people as the account may see them, in the order of the ids. The caller has found that it may see them."""
    rows = session.execute(select(*SHOWN, Person.agency_id).where(_among(ids))).all() if ids else []
    people = {person.id: person for person in people_as_shown(session, actor, rows)}
    return [people[person_id] for person_id in ids if person_id in people]


def _person(row: Any, agencies: Mapping[int, AgencyChoice], code: str | None, *, opened: bool) -> ShownPerson:
    agency, group = _with_group(agencies, row.agency_id)
    return as_shown(row, agency=agency, group=group, code=code, opened=opened)


def _with_group(agencies: Mapping[int, AgencyChoice], agency_id: int | None) -> tuple[AgencyChoice | None, AgencyChoice | None]:
    if agency_id is None:
        return None, None
    path = path_of(agency_id, {agency.id: agency.parent_id for agency in agencies.values()})
    return agencies[agency_id], agencies[path[-1]]


def _codes(session: Session, actor: Actor, person_ids: Sequence[int]) -> dict[int, str]:
    """Return the codes of reserved identities in the newest seminar that the account may see."""
    if not person_ids:
        return {}
    rows = session.execute(
        select(Registration.person_id, Registration.reserved_code)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Registration.person_id.in_(person_ids), Registration.reserved_code.is_not(None), _registration_in_reach(session, actor))
        .order_by(Seminar.starts_on, Seminar.id)
    )
    return {person_id: code for person_id, code in rows if code is not None}


def _found(session: Session, actor: Actor, words: str) -> Sequence[Any]:
    """Return the first people, in order, that the words find and the account may see; one more than is shown.

    Three fast ways are tried. A frequent name soon gives fifty matches among the first people in order. A rare name has few
    people, and its own index finds them. An account that may see few people has only those checked. For a frequent name and an
    account that may see many, all people are read in order, from an index that holds every column the condition needs.
    """
    first = aliased(Person, select(*IN_INDEX).where(Person.sort_key > "").order_by(*IN_ORDER).limit(FIRST).subquery())
    among_first = session.scalars(select(first.id).where(_found_by(session, words, first))).all()
    wanted = _found_by(session, words), _in_reach(session, actor)
    found = _named(session, _among(among_first), *wanted) if among_first else []
    if len(found) > MOST_SHOWN:
        return found
    for ways in (_ways_to_find(session, words), _ways_into_reach(session, actor)):
        ids = session.scalars(union_all(*ways).limit(FEW + 1)).all() if ways else None
        if ids is not None and len(ids) <= FEW:
            return _named(session, _among(ids), *wanted)
    in_order = select(Person.id).where(*wanted).order_by(*IN_ORDER).limit(MOST_SHOWN + 1)
    return _named(session, Person.id.in_(select(in_order.subquery().c.id)))


def _among(ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition for these ids. They are literals in the SQL: sending thousands of parameters takes longer than the lookup."""
    return Person.id.in_(bindparam("ids", ids, expanding=True, literal_execute=True))


def _named(session: Session, *conditions: ColumnExpressionArgument[bool]) -> Sequence[Any]:
    """Return the first people, in order, that meet the conditions; one more than is shown."""
    return session.execute(select(*SHOWN, Person.agency_id).where(*conditions).order_by(*IN_ORDER).limit(MOST_SHOWN + 1)).all()


def people_by_id_in_reach(session: Session, actor: Actor, ids: Collection[int]) -> list[PersonInReach]:
    """Return those of these people that the account may see, by name, at most 50; without reserved identities."""
    if not ids:
        return []
    wanted = Person.id.in_(ids), ~Person.reserved, LISTED, _in_reach(session, actor)
    return _as_found(session, actor, _named(session, *wanted)[:MOST_SHOWN])


def person_in_reach(session: Session, actor: Actor, public_id: uuid.UUID) -> PersonInReach:
    """Return one person.

    Raises:
        NotFound: there is no such person, or the account may not see them.
    """
    wanted = Person.public_id == public_id, LISTED, _in_reach(session, actor)
    found = session.execute(select(*SHOWN, Person.agency_id).where(*wanted)).all()
    if not found:
        raise NotFound
    return _as_found(session, actor, found)[0]


def with_address(session: Session, actor: Actor, email: str) -> list[ShownPerson]:
    """Return the people in reach who have this address, in its canonical form. Reserved identities are not among them."""
    wanted = Person.email == email, LISTED, _in_reach(session, actor)
    found = session.execute(select(*SHOWN, Person.agency_id).where(*wanted)).all()
    return [each.person for each in _as_found(session, actor, found) if not each.person.hidden]


def registrations_of(session: Session, actor: Actor, person_id: int) -> list[PersonRegistration]:
    """Return the person's registrations that the account may see, newest seminar first."""
    found = session.execute(
        select(
            Registration.id,
            Registration.public_id,
            Registration.state,
            Registration.registered_at,
            Registration.reserved_code,
            Registration.agency_version_id,
            Registration.agency_text,
            Person.reserved,
            Seminar,
            PersonJoin.joined_at,
            WITHDRAWN_BY_AGENCY,
        )
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .outerjoin(PersonJoin, (PersonJoin.registration_id == Registration.id) & PersonJoin.split_at.is_(None))
        .where(Registration.person_id == person_id, _registration_in_reach(session, actor))
        .order_by(Seminar.starts_on.desc(), Seminar.id.desc())
    ).all()
    agencies = agencies_then(session, {row.agency_version_id for row in found})
    return [_person_registration(row, agencies) for row in found]


def _person_registration(row: Any, agencies: AgenciesThen) -> PersonRegistration:
    then = agency_of(row, agencies)
    code, seen = (reserved_name(row.reserved_code), agency_shown(then.agency, then.group)) if row.reserved else (None, then.agency)
    return PersonRegistration(row.id, row.public_id, row.state, row.registered_at, code, row.Seminar, seen, row.joined_at, row.by_agency)


def reach_of_registrations(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Registration` joined with `Seminar` that the account may see a registration."""
    return _registration_in_reach(session, actor)


def reach_of(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Person` that the account may see a person, for look-ups outside this module."""
    return _in_reach(session, actor)


def reach_of_everybody(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return the same condition as `reach_of`, for queries that read everybody in reach.

    The registrations are read once for all. Beside a few people, that is far more than a look at theirs.
    """
    if actor.is_admin:
        return true()
    return or_(*(Person.id.in_(way) for way in _ways_into_reach(session, actor)))


def candidates_in_reach(session: Session, actor: Actor, person: Person) -> list[Candidate]:
    """Return the people whom the account may see and who are or may be this one, likeliest first; never reserved people."""
    return candidates(session, compared(session, person), by=By.STAFF, condition=_in_reach(session, actor), but=person)


def registered_among(session: Session, seminar_id: int, person_ids: Collection[int]) -> dict[int, uuid.UUID]:
    """Return those of these people who have a registration in the seminar, with its public id; whoever withdrew may come back."""
    if not person_ids:
        return {}
    rows = session.execute(
        select(Registration.person_id, Registration.public_id).where(
            Registration.seminar_id == seminar_id, Registration.person_id.in_(person_ids), Registration.state != RegistrationState.WITHDRAWN
        )
    )
    return {row.person_id: row.public_id for row in rows}


def joins_of(session: Session, person_id: int) -> list[tuple[PersonJoin, Registration]]:
    """Return the registrations of a person that were given to a known record and can be split off, newest first."""
    found = session.execute(
        select(PersonJoin, Registration)
        .join(Registration, Registration.id == PersonJoin.registration_id)
        .where(Registration.person_id == person_id, PersonJoin.split_at.is_(None))
        .order_by(PersonJoin.id.desc())
    )
    return [(join, registration) for join, registration in found]


def was_joined(session: Session, registration_id: int) -> bool:
    """Whether a registration was given to a known record, and has not been split off."""
    join = select(PersonJoin.id).where(PersonJoin.registration_id == registration_id, PersonJoin.split_at.is_(None))
    return session.scalar(join) is not None


def _in_reach(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the account may see a person.

    It is a scalar subquery for each person. With EXISTS, PostgreSQL could read all registrations of an office or agency at once.
    """
    if actor.is_admin:
        return true()
    shared = (
        select(Registration.id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Registration.person_id == Person.id, _registration_in_reach(session, actor))
        .limit(1)
        .scalar_subquery()
        .is_not(None)
    )
    agencies = agencies_in_reach(session, actor)
    return or_(Person.agency_id.in_(agencies), shared) if agencies else shared


def _registration_in_reach(session: Session, actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    agencies = agencies_in_reach(session, actor)
    ways = [Seminar.office_id.in_(actor.office_ids)] if actor.office_ids else []
    ways += [Registration.agency_id.in_(agencies)] if agencies else []
    return or_(*ways) if ways else false()


def _found_by(session: Session, words: str, who: type[Person] = Person) -> ColumnElement[bool]:
    return and_(~who.reserved, who.merged_into_id.is_(None), matches(session, words, who))


def _ways_to_find(session: Session, words: str) -> list[Select[int]]:
    """Return one query of ids for each index that can find the words."""
    return [select(Person.id).where(~Person.reserved, way) for way in ways_to_match(session, words)]


def _ways_into_reach(session: Session, actor: Actor) -> list[Select[int]]:
    """Return one query of ids by registration and one by agency, of the people the account may see; none for administrators."""
    if actor.is_admin:
        return []
    registered = select(Registration.person_id).join(Seminar, Seminar.id == Registration.seminar_id)
    agencies = agencies_in_reach(session, actor)
    working = [select(Person.id).where(Person.agency_id.in_(agencies))] if agencies else []
    return [registered.where(_registration_in_reach(session, actor)), *working]


def _has_code(session: Session, actor: Actor, code: str) -> ColumnElement[bool]:
    """Return the condition that a registration which the account may see has this code.

    A code in another office's seminar finds no one, because it would tell who that is.
    """
    coded = select(Registration.person_id).join(Seminar, Seminar.id == Registration.seminar_id)
    return Person.id.in_(coded.where(Registration.reserved_code == code, _registration_in_reach(session, actor)))
