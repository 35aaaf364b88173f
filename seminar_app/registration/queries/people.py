"""Whom a member of staff may see: admins everybody, organizers who registered with their office, liaisons who belong to their agencies."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import agency_paths
from seminar_app.core.actor import Actor
from seminar_app.core.errors import NotFound
from seminar_app.people.identity import has_number
from seminar_app.people.identity_rules import canonical_number
from seminar_app.people.models import Person
from seminar_app.people.queries import matches, ways_to_match
from seminar_app.people.rules import list_order
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar

MOST_SHOWN = 50
FIRST = 1_000
"""Of all people in order, how many are looked at first; those who were erased, and have no name, aside."""
FEW = 5_000
"""So many are fetched by their ids and looked at, be it everybody who has a name or everybody whom somebody may see."""
IN_ORDER = (Person.search_key, Person.id)
IN_INDEX = (*IN_ORDER, Person.email, Person.reserved, Person.public_id)
"""What PostgreSQL's index in this order holds, and so finds without reading the people."""
CODE = re.compile(r"R-[0-9A-F]{4}")
"""Under which a reserved identity is shown."""
NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9]{6,20}")
"""What may be a CURP or a passport number, and so is looked up by its blind index too."""


@dataclass(frozen=True, slots=True)
class PersonInReach:
    """A person and where they work now."""

    person: Person
    agency: Agency | None


@dataclass(frozen=True, slots=True)
class Participation:
    """A registration of a person, with its seminar and the agency as of then."""

    registration: Registration
    seminar: Seminar
    agency: Agency


def people_in_reach(session: Session, actor: Actor, words: str) -> tuple[list[PersonInReach], bool]:
    """People found by name or address, the first 50 by name, and whether there are more. Nothing asked finds nobody.

    A reserved identity is found by nothing but its code: a name that finds a code would say whose it is.
    """
    if not words.strip():
        return [], False
    number = NUMBER.fullmatch(canonical_number(words))
    found = _named(session, _in_reach(session, actor), ~Person.reserved, has_number(session, words)) if number else []
    found = found or _found(session, actor, words)
    people = [PersonInReach(person, agency) for person, agency in found[:MOST_SHOWN]]
    people.sort(key=lambda found: list_order(found.person))
    return people, len(found) > MOST_SHOWN


def _found(session: Session, actor: Actor, words: str) -> Sequence[Row[Person, Agency | None]]:
    """The first people in order whom these words find and this member of staff may see; one more than is shown.

    There are three short ways: a frequent name is soon found fifty times among the first people in order; a rare one has few
    people, whom its own index names; and somebody who may see few people has these looked through. For a frequent name and
    many people all are gone through in order, in an index that holds what is asked of each.
    """
    first = aliased(Person, select(*IN_INDEX).where(Person.search_key > "").order_by(*IN_ORDER).limit(FIRST).subquery())
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
    """One of these people. The numbers stand in the statement: thousands of parameters take longer to send than to look up."""
    return Person.id.in_(bindparam("ids", ids, expanding=True, literal_execute=True))


def _named(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Row[Person, Agency | None]]:
    """The first of these people in order, with their agencies; one more than is shown."""
    return session.execute(
        select(Person, Agency).outerjoin(Agency, Agency.id == Person.agency_id).where(*conditions).order_by(*IN_ORDER).limit(MOST_SHOWN + 1)
    ).all()


def people_by_id_in_reach(session: Session, actor: Actor, ids: Collection[int]) -> list[PersonInReach]:
    """Those of these people whom they may see, by name; reserved identities stay out."""
    if not ids:
        return []
    found = session.execute(
        select(Person, Agency)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(Person.id.in_(ids), ~Person.reserved, _in_reach(session, actor))
        .limit(MOST_SHOWN)
    )
    return sorted((PersonInReach(person, agency) for person, agency in found), key=lambda each: list_order(each.person))


def person_in_reach(session: Session, actor: Actor, public_id: uuid.UUID) -> PersonInReach:
    """One person.

    Raises:
        NotFound: there is none, or this is not somebody they may see.
    """
    found = session.execute(
        select(Person, Agency)
        .outerjoin(Agency, Agency.id == Person.agency_id)
        .where(Person.public_id == public_id, _in_reach(session, actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    return PersonInReach(found[0], found[1])


def participations(session: Session, actor: Actor, person_id: int) -> list[Participation]:
    """The person's registrations that this member of staff may see, newest seminar first."""
    found = session.execute(
        select(Registration, Seminar, Agency)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Agency, Agency.id == Registration.agency_id)
        .where(Registration.person_id == person_id, _registration_in_reach(session, actor))
        .order_by(Seminar.starts_on.desc(), Seminar.id.desc())
    )
    return [Participation(*row) for row in found]


def _in_reach(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Asked of each person by itself: an EXISTS would let PostgreSQL read every registration of an office or agency at once."""
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
    below = _agencies_below(session, actor)
    return or_(Person.agency_id.in_(below), shared) if below else shared


def _registration_in_reach(session: Session, actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    below = _agencies_below(session, actor)
    ways = [Seminar.office_id.in_(actor.office_ids)] if actor.office_ids else []
    ways += [Registration.agency_id.in_(below)] if below else []
    return or_(*ways) if ways else false()


def _agencies_below(session: Session, actor: Actor) -> list[int]:
    """A liaison's agencies and everything below them."""
    if not actor.agency_ids:
        return []
    return [agency_id for agency_id, path in agency_paths(session).items() if actor.agency_ids & frozenset(path)]


def _found_by(session: Session, words: str, who: type[Person] = Person) -> ColumnElement[bool]:
    return _has_code(words, who) if _is_code(words) else and_(~who.reserved, matches(session, words, who))


def _ways_to_find(session: Session, words: str) -> list[Select[int]]:
    """Ids of everybody whom the words find, by each index on its own."""
    ways = [_has_code(words, Person)] if _is_code(words) else [and_(~Person.reserved, way) for way in ways_to_match(session, words)]
    return [select(Person.id).where(way) for way in ways]


def _ways_into_reach(session: Session, actor: Actor) -> list[Select[int]]:
    """Ids of everybody whom somebody may see, by registration and by agency; none for those who see everybody."""
    if actor.is_admin:
        return []
    registered = select(Registration.person_id).join(Seminar, Seminar.id == Registration.seminar_id)
    below = _agencies_below(session, actor)
    working = [select(Person.id).where(Person.agency_id.in_(below))] if below else []
    return [registered.where(_registration_in_reach(session, actor)), *working]


def _is_code(words: str) -> bool:
    code = words.strip().upper()
    return CODE.fullmatch(code) is not None


def _has_code(words: str, who: type[Person]) -> ColumnElement[bool]:
    """Whether somebody is shown under this code."""
    return and_(who.reserved, who.public_id.between(*_range_of(words.strip().upper()[2:])))


def _range_of(digits: str) -> tuple[uuid.UUID, uuid.UUID]:
    """The first and the last id that begin with these four hexadecimal digits."""
    return uuid.UUID(hex=digits.ljust(32, "0")), uuid.UUID(hex=digits.ljust(32, "F"))
