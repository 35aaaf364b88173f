"""Every strategy of the people search finds the same people: those whose name or address matches and whom this account may see."""

from __future__ import annotations

import itertools
import random
import sys
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.people.models import Person
from seminar_app.people.rules import name_key
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import people_in_reach
from tests.support.factories import Make

NAMES = ("Ana", "Luz", "Ana María", "Zoé"), ("García", "Garcés", "Ruiz", "De la O"), ("López", "Paz", None)
WORDS = ("garcía", "ana gar", "lu", "zoe ruiz", "o la", "xyz", "person1", "person12@", "R-", "%", "g_rcia", "garcia garcia", "ana\\")
SIZES = [(1_000, 5_000), (0, 5_000), (5, 5_000), (5, 40), (5, 0), (0, 0)]
"""Values of FIRST and FEW that force each strategy: by the first people, by the index of words, by visibility, in order."""
See = Callable[[Person], bool]


@pytest.fixture
def crowd(make: Make, session: Session) -> dict[str, tuple[Actor, See]]:
    """Create 120 people of three agencies in seminars of two offices. Return accounts, and whether each may see a person."""
    chance = random.Random(7)
    offices = [make.office(), make.office()]
    seminars = [make.seminar(office=offices[0]), make.seminar(office=offices[1]), make.seminar(office=offices[1])]
    group = make.agency("FGR")
    agencies: list[Agency] = [group, make.agency("FGR-1", parent=group), make.agency("INM")]
    for number in range(120):
        given, first, second = (chance.choice(names) for names in NAMES)
        hidden = {"reserved": number % 17 == 0} | (
            {"reserved": True, "search_key": "", "sort_key": "", "email": None} if number % 40 == 0 else {}
        )
        where = chance.choice([*(agency.id for agency in agencies), None])
        person = make.person(str(given), str(first), second, agency_id=where, **hidden)
        for seminar in chance.sample(seminars, chance.choice([0, 1, 1, 2])):
            make.registration(seminar, person, agency=chance.choice(agencies))
    below = {agencies[0].id, agencies[1].id}
    offices_of: dict[int, set[int]] = {}
    agencies_of: dict[int, set[int | None]] = {}
    office_of = {seminar.id: seminar.office_id for seminar in seminars}
    for registration in session.scalars(select(Registration)):
        offices_of.setdefault(registration.person_id, set()).add(office_of[registration.seminar_id])
        agencies_of.setdefault(registration.person_id, set()).add(registration.agency_id)
    return {
        "admin": (actor(Grant(RoleName.ADMIN)), lambda _person: True),
        "organizer": (actor(Grant(RoleName.ORGANIZER, office_id=offices[0].id)), lambda p: offices[0].id in offices_of.get(p.id, ())),
        "liaison": (
            actor(Grant(RoleName.LIAISON, agency_id=group.id)),
            lambda p: p.agency_id in below or bool(below & agencies_of.get(p.id, set())),
        ),
        "nobody": (actor(), lambda _person: False),
    }


def actor(*grants: Grant) -> Actor:
    return Actor(1, uuid.uuid4(), "Ana", "en", grants)


def found_by(words: str, person: Person) -> bool:
    """State the rule again: each word begins a word of the name, or the text begins the address. A name never finds a reserved identity."""
    parts = [] if "@" in words else name_key(words).split()
    by_name = bool(parts) and all(any(word.startswith(part) for word in person.search_key.split()) for part in parts)
    return not person.reserved and (by_name or (person.email or "").startswith(words.lower()))


def test_every_way_finds_the_same_people(crowd: dict[str, tuple[Actor, See]], session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[people_in_reach.__module__]
    everybody = session.scalars(select(Person)).all()
    for (first, few), (who, (looks, sees)), words in itertools.product(SIZES, crowd.items(), WORDS):
        monkeypatch.setattr(module, "FIRST", first)
        monkeypatch.setattr(module, "FEW", few)
        wanted = sorted((p.sort_key, p.id) for p in everybody if found_by(words, p) and sees(p))
        people, more = people_in_reach(session, looks, words)
        where = (first, few, who, words)
        assert {found.person.id for found in people} == {key[1] for key in wanted[:50]}, where
        assert len(people) == len(wanted[:50]), "nobody twice"
        assert more == (len(wanted) > 50), where


@pytest.mark.postgresql_only
def test_names_stand_in_the_same_order_whatever_the_servers_locale(session: Session) -> None:
    """The column has no locale, in which «de la o» may stand after «delao»; SQLite's order never depends on a locale."""
    assert session.scalar(text("SELECT pg_collation_for(min(sort_key)) FROM person")) == '"C"'


def test_a_code_finds_a_reserved_identity_and_what_only_looks_like_one_is_an_address(make: Make, session: Session) -> None:
    admin = actor(Grant(RoleName.ADMIN))
    hidden = make.person("Zed", "Oculto", reserved=True)
    coded = make.registration(make.seminar(), hidden)
    named = make.person("Rosa", "Luis", email="r-luis@pgr.example")
    found, _more = people_in_reach(session, admin, f"r-{(coded.reserved_code or '').lower()}")
    assert [one.person.id for one in found] == [hidden.id]
    assert people_in_reach(session, admin, "Zed") == ([], False)
    found, _more = people_in_reach(session, admin, "R-Luis")
    assert [one.person.id for one in found] == [named.id]
