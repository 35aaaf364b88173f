"""The corpus of pairs: `python -m tests.support.matching_corpus` prints how many the rule decides as the verdict says."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seminar_app.people.matching import By, Compared, match
from seminar_app.people.rules import Sex

FOLDER = Path(__file__).parents[1] / "unit" / "people"
VERDICTS = ("same", "perhaps", "different")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, who gave the data, and the verdict with its reason."""

    name: str
    one: Compared
    other: Compared
    by: By
    one_showing: bool
    verdict: str
    why: str


def _record(name: str, number: int, agree: set[str], differ: set[str]) -> Compared:
    """Return a record: its address, CURP and birth date are those of `number`, or the same in both; unknown if nothing is said."""
    given, surname1, surname2 = name.split("/")

    def token(what: str) -> bytes | None:
        return what.encode() if what in agree else f"{what} {number}".encode() if what in differ else None

    return Compared(
        given_names=given,
        surname1=surname1,
        surname2=surname2 or None,
        email="one@pgr.example" if "address" in agree else f"number{number}@pgr.example",
        curp=token("curp"),
        birth_date=token("birth_date"),
        sex=list(Sex)[number] if "sex" in differ else None,
    )


def _pair(row: dict[str, str]) -> Pair:
    agree, differ = set(row["agree"].split()), set(row["differ"].split())
    one, other = (_record(row[which], number, agree, differ) for number, which in enumerate(("one", "other")))
    name = f"{row['one']} | {row['other']} | {row['by']} {row['agree']} {row['differ']}"
    return Pair(name, one, other, By(row["by"]), "showing" in agree, row["verdict"], row["why"])


def _pairs(name: str) -> list[Pair]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return [_pair(row) for row in csv.DictReader(lines)]


PAIRS = _pairs("matching_corpus.csv")
HELD_OUT = _pairs("matching_held_out.csv")
"""Written when the rule was finished, and not used to correct it."""


def decided(pair: Pair) -> str:
    """Return what the rule says, as the corpus writes it."""
    return type(match(pair.one, pair.other, by=pair.by, one_showing=pair.one_showing)).__name__.lower()


def main() -> None:
    """Print a table for each file, and the pairs on which rule and hand differ."""
    for name, pairs in (("corpus", PAIRS), ("held out", HELD_OUT)):
        counts = Counter((pair.verdict, decided(pair)) for pair in pairs)
        print(f"| {name}, by hand | " + " | ".join(f"the rule: {verdict}" for verdict in VERDICTS) + " |")  # noqa: T201
        print("|---" * (len(VERDICTS) + 1) + "|")  # noqa: T201
        for verdict in VERDICTS:
            print(f"| {verdict} | " + " | ".join(str(counts[verdict, said]) for said in VERDICTS) + " |")  # noqa: T201
        for pair in pairs:
            if decided(pair) != pair.verdict:
                print(f"{pair.verdict} by hand, {decided(pair)} by the rule: {pair.name} ({pair.why})")  # noqa: T201


if __name__ == "__main__":
    main()
