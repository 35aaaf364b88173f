"""A list takes as many statements with a few people as with five hundred."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from sqlalchemy import event

from seminar_app.nominations.models import NominationList
from tests.integration.nominations.conftest import Desk, rows

FEW, MANY = 10, 500
KNOWN_EVERY = 5


def somebody(number: int) -> tuple[str, ...]:
    """Return a row about somebody whose name is like no other."""
    letters = random.Random(number)
    surname1, surname2 = ("".join(letters.choices("abcdefgijlmnoprstuvz", k=9)).capitalize() for _ in range(2))
    return "Ana", surname1, surname2, f"p{number}@agencia.example", "", "14/04/1976", ""


def statements(desk: Desk, work: Callable[[], object]) -> int:
    """Count the statements of some work; those that store many rows count once."""
    seen: list[str] = []
    engine = desk.session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def listed(desk: Desk, people: range) -> NominationList:
    """Keep a list in which every fifth person is on file, and nobody's name resembles another's."""
    desk.pool("INM", len(people))
    found = desk.keep(rows(*(somebody(n) for n in people)), "INM")
    for n in people[::KNOWN_EVERY]:
        given, surname1, surname2, email, *_ = somebody(n)
        desk.make.person(given, surname1, surname2, email=email)
    return found


@pytest.mark.sqlite_first
def test_a_preview_and_an_import_take_as_many_statements_for_ten_as_for_five_hundred(desk: Desk) -> None:
    counts = []
    for people in (range(FEW), range(1_000, 1_000 + MANY)):
        desk.seminar = desk.make.seminar(seats=1, asks_birth="optional", starts_on=desk.seminar.starts_on, ends_on=desk.seminar.ends_on)
        found = listed(desk, people)
        counts.append((statements(desk, lambda found=found: desk.look(found)), statements(desk, lambda found=found: desk.bring(found))))  # type: ignore[misc]
        assert len(desk.roster()) == len(people)
    assert counts[0] == counts[1]
