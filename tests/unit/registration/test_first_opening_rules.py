"""What a personal link asks for, which typed words are a surname, and what a merge leaves of a proven mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES, Opening, decide_opening, is_surname_of
from seminar_app.registration.merge_rules import mailbox_after_merge

THEN, LATER = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("proven_at", "notice_at", "wrong", "expected"),
    [
        (None, None, 0, Opening.SURNAME),
        (None, THEN, 4, Opening.SURNAME),
        (THEN, None, 4, Opening.NOTICE),
        (THEN, THEN, 4, Opening.OPEN),
        (None, None, MOST_WRONG_SURNAMES, Opening.ENDED),
        (THEN, THEN, MOST_WRONG_SURNAMES, Opening.ENDED),
    ],
)
def test_a_link_opens_with_a_proven_mailbox_and_a_notice_that_was_read(
    proven_at: datetime | None, notice_at: datetime | None, wrong: int, expected: Opening
) -> None:
    assert decide_opening(proven_at=proven_at, notice_at=notice_at, wrong_surnames=wrong) is expected


@pytest.mark.parametrize(
    ("typed", "given", "surname1", "surname2"),
    [
        ("López", "Luz María", "López", "Ibáñez"),
        ("  LOPEZ ", "Luz María", "López", "Ibáñez"),
        ("ibañez", "Luz María", "López", "Ibáñez"),
        ("lopez ibanez", "Luz María", "López", "Ibáñez"),
        ("Luz María López Ibáñez", "Luz María", "López", "Ibáñez"),
        ("Cruz", "Ana", "de la Cruz", None),
        ("De La Cruz", "Ana", "Cruz", None),
        ("delacruz", "Ana", "de la Cruz", None),
        ("Hernández", "Ana", "Hdez.", None),
        ("Hdez", "Ana", "Hernández", None),
        ("Vásquez", "Ana", "Vázquez", None),
        ("Nuñez", "Ana", "Núñez", "Gil"),
        ("Mc Gregor", "Ana", "McGregor", None),
        ("Suharto", "Suharto", "", None),
        ("Maria", "María Guadalupe", "", None),
        ("María Guadalupe", "María Guadalupe", "", None),
    ],
)
def test_a_surname_is_known_however_it_is_written(typed: str, given: str, surname1: str, surname2: str | None) -> None:
    assert is_surname_of(typed, given_names=given, surname1=surname1, surname2=surname2)


@pytest.mark.parametrize(
    "typed", ["", " ", ".", "de la", "Luz", "María", "Lop", "Pérez", "López Pérez", "García López Hernández Ibáñez", "Rosas", "%", "🎓"]
)
def test_nothing_else_is_a_surname(typed: str) -> None:
    assert not is_surname_of(typed, given_names="Luz María", surname1="López", surname2="Ibáñez")
    assert not is_surname_of("Rosas", given_names="Ana", surname1="Rojas", surname2=None)


@dataclass
class Box:
    email: str | None
    email_proven_at: datetime | None = None


@pytest.mark.parametrize(
    ("kept", "gone", "expected"),
    [
        (Box("a@x", THEN), Box("a@x"), THEN),
        (Box("a@x"), Box("a@x", LATER), LATER),
        (Box("a@x", LATER), Box("a@x", THEN), THEN),
        (Box("a@x"), Box("a@x"), None),
        (Box("a@x", THEN), Box("b@x", LATER), THEN),
        (Box("a@x", THEN), Box("b@x"), None),
        (Box("a@x"), Box("b@x", THEN), None),
        (Box("a@x", THEN), Box(None), THEN),
        (Box(None), Box(None), None),
    ],
)
def test_a_merge_opens_no_page_to_a_mailbox_that_nobody_has_proven(kept: Box, gone: Box, expected: datetime | None) -> None:
    assert mailbox_after_merge(kept, gone) == expected
