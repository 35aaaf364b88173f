"""Count people once in each cell and in each total, from the sets of people that hold what they did in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import product

from msgspec import Struct, field

from seminar_app.reports.rules.definitions import ByStatus, Figures
from seminar_app.reports.rules.small_cells import TOTAL, Cell


class Tally(Struct, frozen=True):
    """Participations of one cell that came equally far.

    Attributes:
        cell: the values of the dimensions.
        attended, completed: whether the people of these participations did.
        participations: how many.
        minutes: credited, of all of them.
        people: numbers of those who took part, as a set of any kind that has `union`.
        again: places of values under which these participations stand once more, beside the value that totals count them by.
    """

    cell: Cell
    attended: bool
    completed: bool
    participations: int
    minutes: int
    people: Set[int]
    again: Collection[int] = ()


class _Sums(Struct):
    """What was found of one cell or total, by status."""

    people: tuple[list[Set[int]], ...] = field(default_factory=lambda: ([], [], []))
    participations: list[int] = field(default_factory=lambda: [0, 0, 0])
    minutes: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, tally: Tally) -> None:
        for status, reached in enumerate((True, tally.attended, tally.completed)):
            if reached:
                self.people[status].append(tally.people)
                self.participations[status] += tally.participations
                self.minutes[status] += tally.minutes

    def figures(self) -> Figures:
        return Figures(ByStatus(*map(_together, self.people)), ByStatus(*self.participations), ByStatus(*self.minutes))


def figures_by_cell(tallies: Iterable[Tally]) -> dict[Cell, Figures]:
    """Return the figures of each cell, and of each total with `TOTAL` in place of one value or more.

    A person of several cells counts once in each, and once in each total of them: totals are not sums. A cell may come several times.
    """
    found: defaultdict[Cell, _Sums] = defaultdict(_Sums)
    for tally in tallies:
        for cell in cell_and_totals(tally.cell, tally.again):
            found[cell].add(tally)
    return {cell: sums.figures() for cell, sums in found.items()}


def cell_and_totals(cell: Cell, again: Collection[int] = ()) -> Iterator[Cell]:
    """Return a cell and each total that it is part of; none over a place at which its participations stand once more."""
    return product(*((value,) if place in again else dict.fromkeys((value, TOTAL)) for place, value in enumerate(cell)))


def _together(sets: Sequence[Set[int]]) -> int:
    """Return how many people are in any of the sets."""
    if len(sets) < 2:
        return sum(map(len, sets))
    of_any: Set[int] = type(sets[0]).union(*sets)  # type: ignore[attr-defined]  # sets of every kind have it, `Set` does not say so
    return len(of_any)
