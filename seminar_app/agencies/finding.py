"""How an agency is found by what people type: by all of its names, and by those of the agencies that it succeeded. No database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from msgspec import Struct

from seminar_app.agencies.rules import Succession
from seminar_app.core.folding import fold

LONGEST = 200
"""Characters of what was typed that are compared; no name is longer."""


class Former(Struct, frozen=True):
    """An agency that another one succeeded, with all that it was called: both names, its state and its aliases."""

    code: str
    names: tuple[str, ...]


class Findable(Struct, frozen=True):
    """A choice of a picker: its value, its label, and everything it is found by, the label included."""

    id: int
    label: str
    names: tuple[str, ...]


def predecessors(successions: Iterable[Succession], *, gone: Collection[int], day: date | None) -> Mapping[int, tuple[int, ...]]:
    """Return for each agency that succeeded others all of these, also through other agencies: nearest first, and the latest of them first.

    Args:
        gone: agencies that do not exist on that day. Their names lead to their heirs even if the day of the succession is not known.
        day: only successions that had happened by then count, besides those of agencies that are gone; None: all count.
    """
    steps: dict[int, list[Succession]] = {}
    for succession in successions:
        if day is None or succession.from_id in gone or succession.had_happened(day):
            steps.setdefault(succession.to_id, []).append(succession)
    for before in steps.values():
        before.sort(key=lambda step: step.on or date(step.year or 1, 12, 31), reverse=True)
    return {agency_id: _all_before(agency_id, steps) for agency_id in steps}


def _all_before(agency_id: int, steps: Mapping[int, list[Succession]]) -> tuple[int, ...]:
    found: dict[int, None] = {}
    waiting = [agency_id]
    while waiting:
        for step in steps.get(waiting.pop(0), ()):
            if step.from_id not in found and step.from_id != agency_id:
                found[step.from_id] = None
                waiting.append(step.from_id)
    return tuple(found)


def meant_by(typed: str, offered: Iterable[Findable]) -> list[int]:
    """Return the ids of the choices that the typed words may mean: the one with this label, else all that have every word.

    A word counts if a word of the choice's names begins with it. Several ids mean that nothing was chosen: the program does not guess.
    """
    whole = fold(typed[:LONGEST])
    words = whole.split()
    if not words:
        return []
    matches = [choice for choice in offered if _has(words, choice.names)]
    exact = [choice for choice in matches if fold(choice.label) == whole]
    return [choice.id for choice in (exact if len(exact) == 1 else matches)]


def _has(words: Iterable[str], names: Iterable[str]) -> bool:
    text = f" {fold(' '.join(names))}"
    return all(f" {word}" in text for word in words)
