"""Rules for names, phones and addresses as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from seminar_app.core.phones import readable_phone, shown_phone
from seminar_app.people.rules import (
    MAY_RESERVE,
    RESERVED_LETTERS,
    CountedAs,
    ReservedReason,
    Sex,
    certificate_name,
    counted_as,
    is_small_change,
    listed_name,
    name_key,
    reserved_code,
    reserved_name,
    sort_key,
)


def test_the_certificate_carries_the_name_as_it_was_typed() -> None:
    assert certificate_name("María  Fernanda", "de la Cruz", "Ñáñez") == "María Fernanda de la Cruz Ñáñez"
    assert certificate_name("José", "McGregor", None) == "José McGregor"


def test_a_single_name_is_listed_and_sorted_by_itself() -> None:
    assert listed_name(given_names="Suharto", surname1="", surname2=None) == "Suharto"
    surnames = ["Zuno", "", "Sánchez", "Ñáñez", "Núñez"]
    names: list[dict[str, Any]] = [
        {"given_names": "Luz" if surname else "Suharto", "surname1": surname, "surname2": None} for surname in surnames
    ]
    listed = [listed_name(**name) for name in sorted(names, key=lambda name: sort_key(**name))]
    assert listed == ["Núñez, Luz", "Ñáñez, Luz", "Sánchez, Luz", "Suharto", "Zuno, Luz"]


def test_two_ways_of_typing_a_name_have_one_key() -> None:
    assert name_key("MARÍA", "DE LA CRUZ", "Ñáñez") == name_key("maria ", "de  la cruz", "Nanez") == "maria de la cruz nanez"
    assert name_key("Ana", "Ruiz", None) == name_key("Ana", "Ruiz", "")


def test_names_in_another_alphabet_stay_different() -> None:
    assert name_key("Иван", "Петров") != name_key("Олег", "Сидоров")
    pairs = (("Đan", "An"), ("Łan", "An"), ("Þóra", "Óra"), ("Øla", "La"))
    assert not [pair for pair in pairs if name_key(pair[0], "Nguyễn") == name_key(pair[1], "Nguyễn")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("998 123 4567", "+529981234567"),
        ("(55) 5346-0000", "+525553460000"),
        ("+1 202 456 1111", "+12024561111"),
        ("044 no es", "044 no es"),
        ("5553460000 ext. 12", "5553460000 ext. 12"),
        ("conmutador", "conmutador"),
        ("1 312 555 0142", "1 312 555 0142"),
        ("+1 312 555 0142", "+13125550142"),
        ("044 998 123 4567 ext. 3", "044 998 123 4567 ext. 3"),
        ("0 998 123 4567", "0 998 123 4567"),
    ],
)
def test_a_phone_is_kept_as_e164_or_as_it_was_typed(typed: str, kept: str) -> None:
    assert readable_phone(typed) == kept


def test_a_phone_is_shown_as_people_write_it() -> None:
    assert shown_phone("+529981234567") == "998 123 4567"
    assert shown_phone("+12024561111") == "+1 202-456-1111"
    assert shown_phone("conmutador") == "conmutador"


@pytest.mark.parametrize("spaces", [True, False], ids=["spaces", "no spaces"])
@pytest.mark.parametrize("before", ["", "+52 ", "52 ", "+52 1 ", "52 1 ", "044 ", "045 ", "01 ", "00 52 1 ", "+52 044 "])
def test_a_mexican_number_is_read_with_every_prefix_that_was_ever_dialled(before: str, spaces: bool) -> None:
    typed = f"{before}998 123 4567"
    assert readable_phone(typed if spaces else typed.replace(" ", "")) == "+529981234567"


@pytest.mark.parametrize("stored", ["+52 998 123 456", "+52 1 998 123 456", "+99 123", "044 998 123 456", "+52 998 123 4567 ext. 12"])
def test_a_phone_that_was_not_understood_is_shown_as_it_was_typed(stored: str) -> None:
    assert shown_phone(readable_phone(stored)) == stored


def test_a_number_stored_with_an_ended_prefix_is_shown_without_it() -> None:
    assert shown_phone("+52 1 998 123 4567") == "998 123 4567"


def test_offices_of_other_countries_read_their_own_numbers() -> None:
    assert readable_phone("044 998 123 4567", region="US") == "044 998 123 4567"
    assert readable_phone("+52 1 998 123 4567", region="US") == "+529981234567"
    assert readable_phone("(202) 456-1111", region="US") == "+12024561111"
    assert readable_phone("0161 496 0123", region="GB") == "+441614960123"


@pytest.mark.parametrize("typed", ["R-BCDFG", " r-bcdfg ", "R-bcdFG"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert reserved_code(typed) == "BCDFG"
    assert reserved_name("BCDFG") == "R-BCDFG"


@pytest.mark.parametrize("typed", ["BCDFG", "R-BCDF", "R-BCDFGH", "R-BCDFA", "R-3F9AC", "R-Luis", "", "R-"])
def test_what_is_no_code_is_not_read_as_one(typed: str) -> None:
    assert reserved_code(typed) is None


def test_no_code_is_a_word_or_misread() -> None:
    assert not set(RESERVED_LETTERS) & set("AEIOUY0123456789")
    assert ReservedReason.MISTAKE not in MAY_RESERVE


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        ({}, CountedAs.FEMALE),
        ({"sex": None}, CountedAs.NOT_SAID),
        ({"reserved": True, "reason": ReservedReason.OWN_REQUEST}, CountedAs.RESERVED),
        ({"reserved": True, "sex": None}, CountedAs.RESERVED),
        ({"reserved": True, "erased": True}, CountedAs.FEMALE),
        ({"reserved": True, "erased": True, "reason": ReservedReason.OWN_REQUEST}, CountedAs.RESERVED),
    ],
)
def test_a_reserved_person_counts_as_reserved_and_an_erased_one_as_before(facts: dict[str, Any], counted: CountedAs) -> None:
    plain: dict[str, Any] = {"sex": Sex.FEMALE, "reserved": False, "reason": None, "erased": False}
    assert counted_as(**plain | facts) is counted


@dataclass
class Names:
    given_names: str
    surname1: str
    surname2: str | None
    certificate_name: str


@pytest.mark.parametrize(
    ("after", "small"),
    [
        (Names("LUZ MARIA", "Lopez", "Ibañez", "LUZ MARIA LOPEZ IBAÑEZ"), True),
        (Names("Luz María", "Ibáñez", "López", "Luz María Ibáñez López"), True),
        (Names("López Ibáñez", "Luz", "María", "Dra. Luz López"), True),
        (Names("Luz María", "López", None, "Luz María López"), False),
        (Names("Luz", "López", "Ibáñez", "Luz López Ibáñez"), False),
        (Names("Luz María", "López", "Ibáñez", "Juan Otro"), False),
        (Names("Juan", "Otro", None, "Juan Otro"), False),
    ],
)
def test_accents_and_order_are_a_small_change_of_name_and_other_words_are_not(after: Names, small: bool) -> None:
    before = Names("Luz María", "López", "Ibáñez", "Dra. Luz López")
    assert is_small_change(before, after) is small
