"""Who is the same person: a hundred pairs with verdicts written by hand, and the rules that pairs cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from seminar_app.people.matching import By, Compared, Different, Evidence, Perhaps, Same, match
from tests.support.matching_corpus import HELD_OUT, PAIRS, Pair, decided


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_rule_decides_as_a_person_would(pair: Pair) -> None:
    assert decided(pair) == pair.verdict, f"{pair.why}; the rule says {match(pair.one, pair.other, by=pair.by)}"


def test_of_pairs_it_was_not_made_for_the_rule_misses_two_and_joins_none() -> None:
    """By hand both are «perhaps»: a name spelled otherwise in two ways, and an initial for the second surname."""
    missed = [(pair.one.given_names, decided(pair)) for pair in HELD_OUT if decided(pair) != pair.verdict]
    assert missed == [("Xiomara", "different"), ("Luis", "different")]


def everything() -> Iterator[tuple[Pair, By, bool]]:
    yield from product(PAIRS, By, (False, True))


def test_the_order_of_the_two_records_does_not_count() -> None:
    for pair, by, showing in everything():
        there, back = match(pair.one, pair.other, by=by, one_showing=showing), match(pair.other, pair.one, by=by, one_showing=showing)
        assert there == back, pair.name


def test_from_the_form_nothing_but_address_and_name_counts() -> None:
    for pair in PAIRS:
        bare, other = (
            Compared(given_names=each.given_names, surname1=each.surname1, surname2=each.surname2, email=each.email)
            for each in (pair.one, pair.other)
        )
        assert match(pair.one, pair.other, by=By.FORM) == match(bare, other, by=By.FORM), pair.name
        if pair.one.email != pair.other.email:
            assert not isinstance(match(pair.one, pair.other, by=By.FORM), Same), pair.name


def test_only_within_one_showing_does_a_missing_second_surname_not_count() -> None:
    changed = [
        pair.name for pair in PAIRS if match(pair.one, pair.other, by=pair.by) != match(pair.one, pair.other, by=pair.by, one_showing=True)
    ]
    missing = [p.name for p in PAIRS if p.one.email == p.other.email and (p.one.surname2 is None) != (p.other.surname2 is None)]
    assert changed
    assert set(changed) <= set(missing)


def test_what_agrees_and_differs_is_named_for_the_page() -> None:
    one = Compared(given_names="Ma. Luz", surname1="López", surname2="Ibáñez", email="a@pgr.example", curp=b"1", birth_date=b"1")
    other = Compared(given_names="María Luz", surname1="López", email="a@pgr.example", curp=b"2", birth_date=b"1")
    assert match(one, other, by=By.STAFF) == Perhaps(
        (
            Evidence.SHORT_FORM,
            Evidence.SECOND_SURNAME_MISSING,
            Evidence.ADDRESS_AGREES,
            Evidence.CURP_DIFFERS,
            Evidence.BIRTH_DATE_AGREES,
        )
    )


def test_names_in_two_alphabets_are_proposed_for_one_curp_and_never_joined() -> None:
    one = Compared(given_names="Константин", surname1="Петров", curp=b"1")
    other = Compared(given_names="Konstantin", surname1="Petrov", curp=b"1")
    assert match(one, other, by=By.LIST) == Perhaps((Evidence.NAMES_DIFFER, Evidence.CURP_AGREES))


def test_no_address_agrees_with_no_address() -> None:
    one = Compared(given_names="Rosa", surname1="Díaz", surname2="Nava")
    assert match(one, one, by=By.FORM) == Perhaps((Evidence.NAME,))
    assert match(one, Compared(given_names="Jorge", surname1="Salas"), by=By.FORM) == Different()
