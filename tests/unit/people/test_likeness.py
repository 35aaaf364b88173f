"""What is passed over before names are compared would not have agreed; and most names are passed over."""

from __future__ import annotations

import csv
import random
from itertools import combinations
from pathlib import Path

from bench.words import GIVEN_NAMES, SURNAMES
from seminar_app.people.evidence import Evidence
from seminar_app.people.likeness import NamesOnFile, sign_of
from seminar_app.people.matching import Compared
from seminar_app.people.name_agreement import names_agree
from seminar_app.people.queries import beginnings
from seminar_app.people.rules import sort_key

CORPUS = Path(__file__).with_name("matching_corpus.csv")
HELD_OUT = Path(__file__).with_name("matching_held_out.csv")
ALL = 10_000
Parts = tuple[str, str, str | None]


def corpus() -> list[Parts]:
    """Return all names of the corpus and of the pairs that were held out."""
    found: dict[Parts, None] = {}
    for path in (CORPUS, HELD_OUT):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for name in (row["one"], row["other"]):
                    given, surname1, surname2 = (*name.split("/"), "", "")[:3]
                    found[given, surname1, surname2 or None] = None
    return list(found)


def mangled(chance: random.Random, name: Parts) -> Parts:
    """Return a name as a list might have it: a slip, another spelling, a part missing, swapped or moved."""
    given, first, second = name

    def slip(text: str) -> str:
        place = chance.randrange(len(text))
        return chance.choice(
            (text[:place] + text[place + 1 :], text[:place] + "e" + text[place:], text[:place] + text[place : place + 2][::-1])
        )

    match chance.randrange(10):
        case 0:
            return slip(given) or given, first, second
        case 1:
            return given, slip(first) or first, second
        case 2:
            return given, first, slip(second or first)
        case 3:
            return given, first, None
        case 4:
            return given, second or first, first
        case 5:
            return given.split()[-1], first, second
        case 6:
            return f"{given} {first}", second or first, None
        case 7:
            return given.replace("v", "b").replace("z", "s"), first.replace("z", "s").replace("H", ""), second
        case 8:
            return f"{given[0]}.", first, f"de {second or first}"
        case _:
            return f"{given} {chance.choice(GIVEN_NAMES)}", f"de la {first}", second


def compared(name: Parts) -> Compared:
    given, surname1, surname2 = name
    return Compared(given_names=given, surname1=surname1, surname2=surname2)


def found_by_sign(one: Parts, other: Parts) -> bool:
    """Whether the other name is found for the one, if its first surname begins as one of the beginnings does."""
    sought, on_file = compared(one), NamesOnFile([sort_key(given_names=other[0], surname1=other[1], surname2=other[2])], [1])
    return bool(on_file.likely(sign_of(sought.name.given, sought.name.surnames), "x", [""], cutoff=0, most=1))


def missed(pairs: list[tuple[Parts, Parts]]) -> list[tuple[Parts, Parts]]:
    """Return the pairs that agree by the rule and are passed over nevertheless."""
    agree = ((one, other, names_agree(compared(one).name, compared(other).name)) for one, other in pairs)
    return [(one, other) for one, other, how in agree if how not in (None, {Evidence.ALPHABETS}) and not found_by_sign(one, other)]


def test_no_names_of_the_corpus_that_agree_are_passed_over() -> None:
    names = corpus()
    pairs = [pair for one, other in combinations(names, 2) for pair in ((one, other), (other, one))]
    assert len(names) > 100
    assert missed([*pairs, *((name, name) for name in names)]) == []


def test_names_that_begin_otherwise_and_agree_are_not_passed_over() -> None:
    pairs: list[tuple[Parts, Parts]] = [
        (("Ximena", "Soto", "Luna"), ("Jimena", "Soto", "Luna")),
        (("Héctor", "Soto", "Luna"), ("Éctor", "Soto", "Luna")),
        (("Jimena", "Soto", "Luna"), ("Ana Ximena", "Soto", "Luna")),
        (("Rosa", "Soto", "Vázquez"), ("Rosa", "Soto", "Básquez")),
        (("Rosa", "Soto", "De la Cruz"), ("Rosa", "Soto", "Cruz")),
        (("Rosa", "Soto", "Delacruz"), ("Rosa", "Soto", "De la Cruz")),
        (("Rosa", "Soto", "Luna"), ("Rosa", "Luna", "Soto")),
        (("Rosa", "Soto", "Luna"), ("Rosa", "Soto", "de Vega")),
        (("Ibáñez", "Rosa", "Ortega"), ("Rosa", "Ortega", "Ibáñez")),
        (("Gpe.", "Soto", "Luna"), ("Guadalupe", "Soto", "Luna")),
        (("María J.", "Soto", "Luna"), ("María José", "Soto", "Luna")),
    ]
    agree = [names_agree(compared(one).name, compared(other).name) for one, other in pairs]
    assert None not in agree
    assert missed([*pairs, *((other, one) for one, other in pairs)]) == []


def test_no_mangled_name_that_agrees_is_passed_over() -> None:
    chance = random.Random(5)
    names = [(chance.choice(GIVEN_NAMES), chance.choice(SURNAMES), chance.choice((*SURNAMES, None))) for _ in range(1_500)]
    pairs = [(name, mangled(chance, name)) for name in names]
    assert missed([*pairs, *((other, one) for one, other in pairs)]) == []


def test_most_names_with_the_same_beginning_are_passed_over() -> None:
    chance = random.Random(7)
    names = [(chance.choice(GIVEN_NAMES), "Hernández", chance.choice(SURNAMES)) for _ in range(1_000)]
    keys = sorted(sort_key(given_names=given, surname1=first, surname2=second) for given, first, second in names)
    sought = compared(("Sofía", "Hernández", "Quiñones"))
    on_file = NamesOnFile(keys, range(len(keys)))
    left = on_file.likely(sign_of(sought.name.given, sought.name.surnames), "x", dict.fromkeys(beginnings(sought)), cutoff=0, most=ALL)
    assert len(left) < len(names) / 10
