"""Compute figures from answers, and decide which may be shown. Pure: no database, no Flask.

Two rules keep a figure from revealing one person's answer (docs/decisions/0007-anonymous-feedback.md). No figure is shown
for fewer than five answers. A figure that was shown changes by five answers or more, or not at all. So the difference
between two views is never a group smaller than five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from seminar_app.core.rounding import one_decimal, whole_percent
from seminar_app.feedback.rules import LEAST, Asked, QuestionKind


class Tally(Struct, frozen=True):
    """The answers to one question: how many of each value, or the texts."""

    counts: Mapping[str, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    @property
    def answers(self) -> int:
        """Number of answers."""
        return sum(self.counts.values()) + len(self.texts)


Tallies = Mapping[str, Tally]
NO_PAIRS: Mapping[Any, Tally] = {}


class Pair(Struct, frozen=True):
    """Two scales that are compared, by the keys of their questions.

    People who answered both, only the first and only the second are three groups, each shown in steps of five under a key of its own
    (`both`, `only_before`, `only_now`). The figures of either question are the sum of two of them. So nothing can be subtracted
    from the comparison to reveal the one person who left out a question.
    """

    before: str
    now: str

    @property
    def both(self) -> str:
        """The tally of those who answered both: how many gave 2 and then 3 is counted as `2>3`."""
        return f"{self.before}>{self.now}"

    @property
    def only_before(self) -> str:
        """The tally of those who answered only the first."""
        return f"{self.before}>"

    @property
    def only_now(self) -> str:
        """The tally of those who answered only the second."""
        return f">{self.now}"

    def questions(self, groups: Tallies) -> dict[str, Tally]:
        """Return the tallies of the two questions, each the sum of its groups; a question without answers is left out."""
        both = groups.get(self.both, Tally())
        sums = {
            self.before: _side(both, 0) + Counter(groups.get(self.only_before, Tally()).counts),
            self.now: _side(both, 1) + Counter(groups.get(self.only_now, Tally()).counts),
        }
        return {key: Tally(counts=dict(counts)) for key, counts in sums.items() if counts}

    def groups(self, live: Tallies, both: Tally) -> dict[str, Tally]:
        """Return the three groups, from the answers to each question and those of the people who answered both."""
        only = {
            key: Counter(live.get(question, Tally()).counts) - _side(both, place)
            for place, (key, question) in enumerate(((self.only_before, self.before), (self.only_now, self.now)))
        }
        return {self.both: both} | {key: Tally(counts=dict(counts)) for key, counts in only.items()}


def _side(both: Tally, place: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for values, times in both.counts.items():
        counts[values.split(">")[place]] += times
    return counts


def advance(
    shown: Tallies, live: Tallies, *, pairs: Mapping[Pair, Tally] = NO_PAIRS, shuffled: Callable[[Iterable[str]], Iterable[str]] = tuple
) -> dict[str, Tally]:
    """Return what may be shown now: each question as last shown, unless five or more people have answered it since.

    Args:
        shown: by question key, as last shown to any account; empty before the first view.
        live: by question key, all answers in the database.
        pairs: scales that are compared, each with the answers of those who answered both.
        shuffled: puts texts in an order that reveals nothing.
    """
    result = dict(shown)
    paired = {key for pair in pairs for key in (pair.before, pair.now)}
    for key, tally in live.items():
        if key not in paired and tally.answers - _answers(shown, key) >= LEAST:
            result[key] = Tally(counts=dict(tally.counts), texts=tuple(shuffled(tally.texts)))
    for pair, both in pairs.items():
        groups = pair.groups(live, both)
        moved = {key: tally for key, tally in groups.items() if tally.answers - _answers(shown, key) >= LEAST}
        questions = pair.questions({key: shown[key] for key in groups if key in shown} | moved)
        if moved and (shown.keys() & groups.keys() or _may_follow(shown, questions, live, pair)):
            result |= moved | questions
    return result


def _answers(tallies: Tallies, key: str) -> int:
    return tallies[key].answers if key in tallies else 0


def _may_follow(shown: Tallies, questions: Tallies, live: Tallies, pair: Pair) -> bool:
    """Whether the first figures by groups may follow figures that were shown of each question alone: by five answers, or by none at all."""
    for key in {pair.before, pair.now} & shown.keys():
        more = _answers(questions, key) - _answers(shown, key)
        if more < LEAST and (more or _answers(questions, key) != _answers(live, key)):
            return False
    return True


class Bar(Struct, frozen=True):
    """One value of a distribution; `percent` of the answers, a whole number from 0 to 100."""

    value: str
    count: int
    percent: int


class Figure(Struct, frozen=True):
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


class Suppressed(Struct, frozen=True):
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


class Shift(Struct, frozen=True):
    """Two scales compared over the people who answered both.

    Attributes:
        answers: how many these are.
        before, now: means with one decimal.
        change: computed from the exact means.
    """

    answers: int
    before: Decimal
    now: Decimal
    change: Decimal


def shift(pair: Pair, tallies: Tallies) -> Shift | None:
    """Compare a pair of questions over the people who answered both; None if they are fewer than five."""
    both = tallies.get(pair.both, Tally())
    if both.answers < LEAST:
        return None
    before, now = (_mean(Tally(counts=_side(both, place))) for place in (0, 1))
    return Shift(both.answers, one_decimal(before), one_decimal(now), one_decimal(now - before))


class ResponseRate(Struct, frozen=True):
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
