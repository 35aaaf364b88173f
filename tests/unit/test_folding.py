"""Names are found whatever their spelling, letters that are letters stay, and lists stand in the order of the Spanish alphabet."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest

from seminar_app.core.folding import IGNORED, OPENED, fold, spanish_order, visible

ALPHABET = [
    "Alvarado", "Álvarez", "Dávila", "Munive", "Muntaner", "Muñoz", "Nava", "Noriega", "Núñez", "Nuñiz", "Nuño", "Ñáñez", "Ortiz",
    "Zuno", "Zúñiga",
]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Núñez  D'Acosta", "nunez d acosta"),
        ("MUÑOZ", "munoz"),
        ("de la O", "de la o"),
        ("Ma. José", "ma jose"),
        ("🎓", ""),
        ("", ""),
        ("Đan Łan Øla", "dan lan ola"),
        ("Łukasz Wałęsa", "lukasz walesa"),
        ("Þóra Æsa Œuvre", "thora aesa oeuvre"),
        ("Işıl İnan", "isil inan"),
        ("Straße STRASSE", "strasse strasse"),
        ("𝔄na ﬁn Ａｎａ", "ana fin ana"),
        ("小龙", "小龙"),
        ("محمد", "محمد"),
        ("Ma\u200bria So\u00adlis", "maria solis"),
        ("a_b", "a b"),
    ],
)
def test_text_folds_to_what_a_person_without_accents_types(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(folded) == folded


def test_each_latin_letter_keeps_a_letter() -> None:
    latin = [chr(n) for n in range(0xC0, 0x250) if unicodedata.category(chr(n)) in ("Lu", "Ll")]
    assert not [letter for letter in latin if not fold(letter)]
    assert all(value.isascii() for value in OPENED.values())


def test_enye_is_a_letter_after_n_and_other_accents_do_not_count() -> None:
    assert sorted(ALPHABET, key=spanish_order) == ALPHABET
    assert all(spanish_order(one) < spanish_order(other) for one, other in pairwise(ALPHABET))
    assert spanish_order(unicodedata.normalize("NFD", "Ñáñez")) == spanish_order("ÑÁÑEZ")


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("Ana\u202e\u2066", "Ana"),
        ("\u3164", ""),
        ("Ma\u200bría", "María"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("An\u200ca", "Ana"),
        ("\u200dAna", "Ana"),
    ],
)
def test_what_nobody_sees_leaves_a_name_and_joiners_stay_where_letters_need_them(typed: str, seen: str) -> None:
    assert visible(typed) == seen


def test_every_character_that_turns_text_round_is_ignored() -> None:
    turning = [chr(n) for n in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)]
    assert all(IGNORED.match(character) for character in turning)
