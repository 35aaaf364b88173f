"""One mailbox has one normal form, whichever way its address is typed."""

from __future__ import annotations

import random

import pytest

from seminar_app.core import addresses
from seminar_app.core.addresses import AddressFault, counting_key, fault_of_address, normal_address

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


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (" Luz.Lopez@PGR.example ", None),
        ("x@méxico.example", None),
        ("x@пример.рф", None),
        ("x@東京tower.example", None),
        ("x" * 64 + "@pgr.example", None),
        ("x" * 65 + "@pgr.example", AddressFault.NOT_WHOLE),
        ("ñ" * 33 + "@pgr.example", AddressFault.NOT_WHOLE),
        ("no arroba", AddressFault.NOT_WHOLE),
        ("a@b", AddressFault.NOT_WHOLE),
        ("x" * 300 + "@pgr.example", AddressFault.NOT_WHOLE),
        ("", AddressFault.NOT_WHOLE),
        ("\ud800@\ud800", AddressFault.NOT_WHOLE),
        ("añá@pgr.example", AddressFault.LETTERS),
        ("ana@fiscalia.gob.m\u0445", AddressFault.ALPHABETS),
        ("ana@g\u043eb.example", AddressFault.ALPHABETS),
        ("ana@xn--gb-fmc.example", AddressFault.NOT_WHOLE),
    ],
)
def test_an_address_that_our_mail_does_not_reach_is_told_from_one_that_it_may(typed: str, fault: AddressFault | None) -> None:
    assert fault_of_address(typed) is fault


def test_letters_before_the_at_sign_are_counted_in_bytes_and_may_sign_in() -> None:
    assert normal_address("Añá@pgr.example") == "añá@pgr.example"
    assert normal_address("ñ" * 32 + "@pgr.example") is not None


def test_a_plain_address_is_read_as_the_whole_check_reads_it() -> None:
    """Its domain is checked once, apart from what stands before the @."""
    chance = random.Random(3)
    domains = (
        "Gmail.com",
        "pgr.gob.mx",
        "x",
        "a.test",
        "ñandú.mx",
        "a-.mx",
        "a..b",
        "a.b.",
        "гmail.com",
        "[1.2.3.4]",
        "a" * 64 + ".mx",
        "",
    )
    for _ in range(2_000):
        typed = f"{''.join(chance.choices('abzA09._+-', k=chance.choice((1, 2, 8, 64, 65))))}@{chance.choice(domains)}"
        whole = addresses._validated(typed)
        kept = whole is not None and len(whole.local_part) <= addresses.LONGEST_LOCAL_PART and not addresses._mixes_alphabets(whole.domain)
        assert normal_address(typed) == (f"{whole.local_part}@{whole.ascii_domain}".casefold() if whole and kept else None), typed
