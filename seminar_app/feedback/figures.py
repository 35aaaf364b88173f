"""Compute figures from answers, and decide which may be shown. Pure: no database, no Flask.

Two rules keep a figure from revealing one person's answer (docs/decisions/0007-anonymous-feedback.md). No figure is shown
for fewer than five answers. A figure that was shown changes by five answers or more, or not at all. So the difference
between two views is never a group smaller than five.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from seminar_app.core.rounding import one_decimal, whole_percent
from seminar_app.feedback.rules import LEAST, Asked, QuestionKind


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers to one question: how many of each value, or the texts."""

    counts: Mapping[str, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def answers(self) -> int:
        """Number of answers."""
        return sum(self.counts.values()) + len(self.texts)


Tallies = Mapping[str, Tally]


def advance(shown: Tallies, live: Tallies, *, shuffled: Callable[[Iterable[str]], Iterable[str]] = tuple) -> dict[str, Tally]:
    """Return what may be shown now: each question as last shown, unless five or more people have answered it since.

    Args:
        shown: by question key, as last shown to any account; empty before the first view.
        live: by question key, all answers in the database.
        shuffled: puts texts in an order that reveals nothing.
    """
    result = dict(shown)
    for key, tally in live.items():
        before = shown[key].answers if key in shown else 0
        if tally.answers - before >= LEAST:
            result[key] = Tally(counts=dict(tally.counts), texts=tuple(shuffled(tally.texts)))
    return result


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a distribution; `percent` of the answers, a whole number from 0 to 100."""

    value: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Figure:
    """The figures of a question with five answers or more.

    Attributes:
        mean: of a scale, 1 to 5 with one decimal, halves up; else None.
        texts: of a question answered in words, in an order that reveals nothing.
    """

    question: Asked
    answers: int
    bars: tuple[Bar, ...] = ()
    mean: Decimal | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A question with fewer than five answers; nothing else is shown of it."""

    question: Asked


def figure_of(question: Asked, tally: Tally | None) -> Figure | Suppressed:
    """Return what may be shown of a question."""
    if tally is None or tally.answers < LEAST:
        return Suppressed(question)
    if question.kind is QuestionKind.TEXT:
        return Figure(question, tally.answers, texts=tally.texts)
    bars = tuple(
        Bar(value, tally.counts.get(value, 0), whole_percent(tally.counts.get(value, 0), tally.answers)) for value in question.values
    )
    mean = one_decimal(_mean(tally)) if question.kind is QuestionKind.SCALE else None
    return Figure(question, tally.answers, bars, mean)


@dataclass(frozen=True, slots=True)
class Shift:
    """Confidence before and now, as means of a scale with one decimal; `change` is computed from the exact means."""

    before: Figure
    now: Figure
    change: Decimal


def shift(before: Asked | None, now: Asked | None, tallies: Tallies) -> Shift | None:
    """Compare a pair of questions; None if either was not asked or has fewer than five answers."""
    if before is None or now is None:
        return None
    first, second = figure_of(before, tallies.get(before.key)), figure_of(now, tallies.get(now.key))
    if isinstance(first, Suppressed) or isinstance(second, Suppressed) or first.mean is None or second.mean is None:
        return None
    return Shift(first, second, one_decimal(_mean(tallies[now.key]) - _mean(tallies[before.key])))


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """How many of the people asked have answered. Both None if fewer than five have: see `too_few`."""

    answered: int | None
    asked: int | None

    @property
    def too_few(self) -> bool:
        """Whether fewer than five have answered, so that nothing else is shown."""
        return self.answered is None

    @property
    def percent(self) -> int | None:
        """Whole percent, 0 to 100; None if unknown."""
        return whole_percent(self.answered, self.asked) if self.answered and self.asked else None


def response_rate(*, answered: int, asked: int) -> ResponseRate:
    """Compute the response rate, or one without numbers if fewer than five have answered.

    Args:
        answered: people who have answered.
        asked: people asked: who attended at all, who holds a seat and has no mark yet, and who answered.
    """
    return ResponseRate(answered, max(asked, answered)) if answered >= LEAST else ResponseRate(None, None)


def _mean(tally: Tally) -> Decimal:
    return Decimal(sum(int(value) * count for value, count in tally.counts.items())) / Decimal(tally.answers)


def to_json(tallies: Tallies) -> dict[str, Any]:
    """Convert tallies to the JSON that is sealed."""
    return {key: {"counts": dict(tally.counts), "texts": list(tally.texts)} for key, tally in tallies.items()}


def from_json(stored: Mapping[str, Any]) -> dict[str, Tally]:
    """Convert the JSON that was sealed back to tallies."""
    return {key: Tally(counts=row["counts"], texts=tuple(row["texts"])) for key, row in stored.items()}
