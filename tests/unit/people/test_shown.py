"""What may be shown of a person: `people.shown`."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import asdict

from seminar_app.agencies.queries import AgencyChoice
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.people.rules import ReservedReason, Sex, sort_key
from seminar_app.people.shown import ShownPerson, as_shown, told_apart

WHO = uuid.UUID("3f9a0000000000000000000000000000")
CANARY = "canary"


def agency(code: str, *, state: str | None = None, parent: int | None = None) -> AgencyChoice:
    return AgencyChoice(len(code), code, code, code, AgencyLevel.STATE, state, "MX", parent, None, None, (), heads_a_kind=False)


PGJ = agency("PGJ")
ROO = agency("PGJ-ROO", state="Quintana Roo", parent=3)
SEIDO = agency("SEIDO", parent=3)


def row(**values: Any) -> Any:
    names = {"given_names": "Luz canary", "surname1": "López canary", "surname2": "Ibáñez canary"} | {
        name: values.pop(name) for name in ("given_names", "surname1", "surname2") if name in values
    }
    base = {
        "person_id": 7,
        "person_public_id": WHO,
        "certificate_name": "Luz canary",
        "sex": Sex.FEMALE,
        "email": "canary@pgr.example",
        "phone": CANARY,
        "sort_key": sort_key(**names),
        "reserved": False,
        "reserved_reason": None,
        "erased_at": None,
        "unit": CANARY,
        "rank": CANARY,
        "position": CANARY,
        "state_name": CANARY,
    }
    return SimpleNamespace(**base | names | values)


RESERVED: dict[str, Any] = {"reserved": True, "reserved_reason": ReservedReason.AUTHORITY_ORDER}
ERASED: dict[str, Any] = {"reserved": True, "erased_at": datetime(2026, 1, 1, tzinfo=UTC)}


def shown(opened: bool = False, where: AgencyChoice = ROO, code: str | None = "BCDFG", **values: Any) -> ShownPerson:
    return as_shown(row(**values), agency=where, group=PGJ, code=code, opened=opened)


def test_a_person_is_shown_by_name_with_what_was_selected() -> None:
    person = shown()
    assert (person.name, person.full_name, person.hidden) == ("López canary Ibáñez canary, Luz canary", "Luz canary", False)
    assert (person.sex, person.position, person.agency, person.code) == (Sex.FEMALE, CANARY, ROO, None)


@pytest.mark.parametrize("values", [RESERVED, ERASED, RESERVED | ERASED])
def test_of_a_reserved_or_erased_identity_only_code_and_group_are_shown(values: dict[str, Any]) -> None:
    person = shown(**values)
    told = {name: value for name, value in asdict(person).items() if value not in (None, False)}
    assert told.pop("agency").code == "PGJ"
    flags = {"reserved", "hidden", "erased", "id", "public_id", "order"}
    assert {name: value for name, value in told.items() if name not in flags} == dict.fromkeys(
        ("name", "full_name", "surname1", "code"), "R-BCDFG"
    )
    assert CANARY not in repr(person)


def test_an_agency_that_names_no_state_is_shown() -> None:
    assert shown(where=SEIDO, **RESERVED).agency is SEIDO


def test_an_opened_record_shows_everything_but_an_erased_one_does_not_open() -> None:
    person = shown(opened=True, **RESERVED)
    assert (person.hidden, person.reserved, person.code, person.position) == (False, True, "R-BCDFG", CANARY)
    assert (person.reserved_reason, person.agency) == (ReservedReason.AUTHORITY_ORDER, ROO)
    assert shown(opened=True, **ERASED).hidden


def test_codes_are_sorted_last_and_by_code() -> None:
    people = [shown(code="ZZZZZ", **RESERVED), shown(surname1="Zuno"), shown(code="BBBBB", **RESERVED), shown(surname1="Ávila")]
    assert [person.name[:7] for person in sorted(people, key=lambda person: person.order)] == ["Ávila I", "Zuno Ib", "R-BBBBB", "R-ZZZZZ"]


def test_a_registration_without_a_code_is_shown_without_a_name_all_the_same() -> None:
    assert shown(code=None, **RESERVED).name == "R-?????"


@pytest.mark.parametrize(
    ("first", "second", "notes"),
    [
        ({"position": "Fiscal"}, {"position": "Perita"}, ["Fiscal", "Perita"]),
        ({"position": None}, {"position": "Perita"}, [None, "Perita"]),
        ({"position": "Fiscal", "unit": "UEITA"}, {"position": "Fiscal", "unit": "UEIS"}, ["UEITA", "UEIS"]),
        ({"where": ROO}, {"where": SEIDO}, ["Quintana Roo", "SEIDO"]),
        ({}, {}, ["canary · canary · Quintana Roo"] * 2),
    ],
)
def test_namesakes_are_told_apart(first: dict[str, Any], second: dict[str, Any], notes: list[str | None]) -> None:
    people = told_apart([shown(**first), shown(surname1="Otra"), shown(**second)])
    assert [person.told_apart_by for person in people] == [notes[0], None, notes[1]]


def test_reserved_people_are_told_apart_by_nothing() -> None:
    assert {person.told_apart_by for person in told_apart([shown(**RESERVED), shown(**RESERVED), shown()])} == {None}
