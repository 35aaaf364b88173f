"""One mailbox has one normal form, whichever way its address is typed."""

from __future__ import annotations

import pytest

from seminar_app.core.addresses import counting_key, normal_address

PLAIN = "ana.ruiz@demo.example"
FULL_WIDTH = str.maketrans("abcdefghijklmnopqrstuvwxyz.", "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ。")
SPELLINGS = (
    PLAIN,
    "  Ana.Ruiz@Demo.Example ",
    "ana.ruiz@" + "demo.example".translate(FULL_WIDTH),
    "ana.ruiz@ｄemo.example",
    "ana.ruiz@demo。example",
    "ana.ruiz@DEMO｡example",
)


@pytest.mark.parametrize("typed", SPELLINGS)
def test_every_spelling_of_an_address_is_found_and_counted_as_one(typed: str) -> None:
    assert normal_address(typed) == PLAIN
    assert counting_key(typed) == counting_key(PLAIN)


def test_a_domain_with_accents_is_kept_in_ascii() -> None:
    assert normal_address("ana@fiscalía.example") == normal_address("ANA@xn--fiscala-dza.example") == "ana@xn--fiscala-dza.example"


@pytest.mark.parametrize(
    "typed", ["", "ana", "ana@", "@demo.example", "a b@demo.example", "ana@\ud800.example", "ana@demo..example", "x" * 5000]
)
def test_texts_that_are_no_address_share_one_key(typed: str) -> None:
    assert normal_address(typed) is None
    assert counting_key(typed) == counting_key("not an address either")
