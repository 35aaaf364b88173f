"""Rules for names, phones and addresses as people write them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from seminar_app.core.phones import readable_phone, shown_phone
from seminar_app.people.rules import (
    certificate_name,
    list_order,
    listed_name,
    name_key,
    readable_email,
    reserved_code,
    shown_name,
    sort_key,
)

WHO = uuid.UUID("3f9a0000000000000000000000000000")


@dataclass
class Somebody:
    public_id: uuid.UUID = WHO
    given_names: str = "Luz"
    surname1: str = "López"
    surname2: str | None = None
    certificate_name: str = "Luz López"
    reserved: bool = False

    @property
    def sort_key(self) -> str:
        return sort_key(given_names=self.given_names, surname1=self.surname1, surname2=self.surname2)


def test_the_certificate_carries_the_name_as_it_was_typed() -> None:
    assert certificate_name("María  Fernanda", "de la Cruz", "Ñáñez") == "María Fernanda de la Cruz Ñáñez"
    assert certificate_name("José", "McGregor", None) == "José McGregor"


def test_a_single_name_is_listed_and_sorted_by_itself() -> None:
    alone = Somebody(given_names="Suharto", surname1="", certificate_name="Suharto")
    assert listed_name(alone) == "Suharto"
    people = [Somebody(surname1="Zuno"), alone, Somebody(surname1="Sánchez"), Somebody(surname1="Ñáñez"), Somebody(surname1="Núñez")]
    assert [listed_name(one) for one in sorted(people, key=list_order)] == [
        "Núñez, Luz",
        "Ñáñez, Luz",
        "Sánchez, Luz",
        "Suharto",
        "Zuno, Luz",
    ]


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
    ],
)
def test_a_phone_is_kept_as_e164_or_as_it_was_typed(typed: str, kept: str) -> None:
    assert readable_phone(typed) == kept


def test_a_phone_is_shown_as_people_write_it() -> None:
    assert shown_phone("+529981234567") == "998 123 4567"
    assert shown_phone("+12024561111") == "+1 202-456-1111"
    assert shown_phone("conmutador") == "conmutador"


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" Luz.Lopez@PGR.example ", "luz.lopez@pgr.example"),
        ("x@méxico.example", "x@xn--mxico-bsa.example"),
        ("no arroba", None),
        ("a@b", None),
        ("ñ@pgr.example", None),
        ("x" * 300 + "@pgr.example", None),
        ("", None),
    ],
)
def test_an_address_is_read_as_a_mail_server_would(typed: str, canonical: str | None) -> None:
    assert readable_email(typed) == canonical


def test_a_reserved_identity_is_shown_and_sorted_by_its_code() -> None:
    assert reserved_code(WHO) == "R-3F9A"
    luz = Somebody()
    assert (shown_name(luz), listed_name(luz)) == ("Luz López", "López, Luz")
    secret = Somebody(reserved=True)
    assert (shown_name(secret), listed_name(secret)) == ("R-3F9A", "R-3F9A")
    assert list_order(luz) < list_order(secret)
