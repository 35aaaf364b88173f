"""Codes as people type them, surnames as they are compared, how long to wait, and the number in a PDF."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seminar_app.certificates.files import codes_in
from seminar_app.certificates.rules import (
    LETTERS,
    SURNAME_TRIES,
    TRIES_WITHIN,
    CertificateCode,
    address_of_code,
    name_to_show,
    read_code,
    seconds_to_wait,
)

CODE = CertificateCode(123, "BCDFGHJK")
PRINTED = "000123-BCDF-GHJK"


@pytest.mark.parametrize(
    "typed",
    [
        PRINTED,
        "000123-bcdf-ghjk",
        "123bcdfghjk",
        "  000123 BCDF GHJK  ",
        "0000000123-BCDF-GHJK",
        "000123–BCDF—GHJK",
        "000123‑BCDF‐GHJK",
        "000123−BCDF_GHJK",
        "000123.BCDF/GHJK",
        "000123\u00a0BCDF\u00adGHJK",
        "\ufeff000123\u200b-BCDF\u200e-GHJK",
        "０００１２３－ＢＣＤＦ－ＧＨＪＫ",
        "OOO123-BCDF-GHJK",
        "oooI23-BCDF-GHJK",
        "https://seminarios.example.org/verify/000123-BCDF-GHJK",
        "HTTPS://X.EXAMPLE/VERIFY/000123-BCDF-GHJK",
    ],
)
def test_a_code_is_read_as_it_is_typed(typed: str) -> None:
    assert read_code(typed) == CODE
    assert address_of_code(typed) == PRINTED


@pytest.mark.parametrize(
    "typed",
    [
        *("", "000123", "BCDFGHJK", "000123-BCDF-GHJ", "000123-BCDF-GHJKL", "000000-BCDF-GHJK", "000123-BCDF-GHJA", "000123-BCDF-GHJY"),
        *("1234567890-BCDF-GHJK", "000123-BCDF-GH1K", "١٢٣BCDFGHJK", "-000123", "000123 BCDFGHJK 7", "\ud800", "\0"),
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert read_code(typed) is None


def test_what_has_no_digit_goes_into_no_address() -> None:
    assert [address_of_code(typed) for typed in ("Luz María López", "", "../..", "ñ")] == [None] * 4
    assert address_of_code("000123") == "000123"
    assert address_of_code("../1?x=<b>") == "1-X-B"
    assert len(address_of_code("1" * 500) or "") == 40


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.text(st.characters(codec=None, categories=None), max_size=80), st.integers(1, 10**9 - 1), st.text(LETTERS, min_size=8, max_size=8)
)
def test_any_text_has_a_harmless_address_and_each_code_is_read_back(text: str, number: int, letters: str) -> None:
    plain = address_of_code(text)
    assert plain is None or (plain.isascii() and plain.replace("-", "").isalnum())
    code = CertificateCode(number, letters)
    assert read_code(str(code)) == read_code(f"{number}{letters.lower()}") == code


PEOPLE = {
    "both": ("Luz María", "López", "Ibáñez"),
    "one name": ("Suharto", "", None),
    "apostrophe": ("Siobhán", "O'Brien", "D’Acosta"),
    "forty": ("María", "Wolfeschlegelsteinhausenbergerdorffschmi", None),
    "compound": ("Ana", "Ponce de León", "García-Huidobro"),
    "right to left": ("علی‌رضا", "احمدی", None),
}


def shown(who: str, typed: str, *, reserved: bool = False) -> str | None:
    given_names, surname1, surname2 = PEOPLE[who]
    return name_to_show(typed, name="As Printed", given_names=given_names, surname1=surname1, surname2=surname2, reserved=reserved)


FITS = [
    *(("both", each) for each in ("López", "IBANEZ", "lopez ibañez", "Luz María López Ibáñez")),
    *(("one name", each) for each in ("Suharto", "suharto")),
    *(("apostrophe", each) for each in ("O'Brien", "O’Brien", "obrien", "O Brien", "DAcosta", "d acosta")),
    *(("forty", each) for each in ("Wolfeschlegelsteinhausenbergerdorffschmi", "WOLFESCHLEGELSTEINHAUSENBERGERDORFFSCHMI")),
    *(
        ("compound", each)
        for each in ("Ponce de León", "ponce leon", "García Huidobro", "garcia-huidobro", "Ponce de León García-Huidobro")
    ),
    *(("right to left", each) for each in ("احمدی", "\u200fاحمدی\u200e")),
]


@pytest.mark.parametrize(("who", "typed"), FITS)
def test_a_surname_that_fits_shows_the_name_unless_it_is_reserved(who: str, typed: str) -> None:
    assert shown(who, typed) == "As Printed"
    assert shown(who, typed, reserved=True) is None


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("typed", ["", " ", "de", "'", "%", "Pérez", "Luz", "As Printed"])
def test_nothing_else_shows_it(who: str, typed: str) -> None:
    assert shown(who, typed) is None


THEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_five_an_hour_and_the_wait_counts_from_the_first() -> None:
    assert seconds_to_wait(tries=0, since=None, now=THEN) == 0
    assert seconds_to_wait(tries=SURNAME_TRIES - 1, since=THEN, now=THEN) == 0
    assert seconds_to_wait(tries=SURNAME_TRIES, since=THEN, now=THEN + timedelta(minutes=20)) == 40 * 60
    assert seconds_to_wait(tries=SURNAME_TRIES, since=THEN, now=THEN + TRIES_WITHIN) == 0


def test_a_pdf_is_known_by_its_title_its_link_and_when_written_anew() -> None:
    plain = f"<dc:title>Constancia {PRINTED} – Luz</dc:title> /URI(https://x/verify/{PRINTED})".encode()
    packed = b"5 0 obj <</Filter/FlateDecode>> stream\r\n" + zlib.compress(plain) + b"\nendstream"
    wide = b"/Title(\xfe\xff" + f"Constancia {PRINTED}".encode("utf-16-be") + b")"
    for content in (plain, packed, wide, plain + packed + wide):
        assert codes_in(content) == [CODE]
    assert codes_in(plain + b" 000124-BCDF-GHJK") == [CODE, CertificateCode(124, "BCDFGHJK")]
    for content in (b"", b"%PDF-1.7", b"stream\n" * 5_000, b"stream\n\x78\x9c\x00", b"9000123-BCDF-GHJKL", zlib.compress(plain)):
        assert codes_in(content) == []
