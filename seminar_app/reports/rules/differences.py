"""How a figure that is counted again differs from the frozen one: in all, by cell, and by seminar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from seminar_app.reports.rules.definitions import Figures, Status
from seminar_app.reports.rules.frozen import Frozen
from seminar_app.reports.rules.small_cells import Cell


class Fate(StrEnum):
    """What became of a seminar's part in a figure."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


class Change(Struct, frozen=True):
    """Figures then and now."""

    before: Figures
    now: Figures

    @property
    def size(self) -> int:
        """How many participations more or less, of all statuses."""
        before, now = self.before.participations, self.now.participations
        return sum(abs(now.of(status) - before.of(status)) for status in Status)


class SeminarChange(Struct, frozen=True):
    """What a seminar gave then and now, in all and to each cell that differs."""

    slug: str
    fate: Fate
    whole: Change
    cells: Mapping[Cell, Change]

    @property
    def size(self) -> int:
        """How much changed, moves between cells included."""
        return self.whole.size + sum(each.size for each in self.cells.values())


class Differences(Struct, frozen=True):
    """What differs. Cells and totals hold only those that do; seminars with the largest change come first."""

    cells: Mapping[Cell, Change]
    totals: Mapping[Cell, Change]
    seminars: Sequence[SeminarChange]

    @property
    def equal(self) -> bool:
        """Whether nothing differs: no count of any status, in no cell, in no total, of no seminar."""
        return not (self.cells or self.totals or self.seminars)


def differences(before: Frozen, now: Frozen) -> Differences:
    """Return what differs between two sets of numbers of one definition. A cell or seminar that one of them lacks is zero there."""
    seminars = []
    for slug in sorted(before.seminars.keys() | now.seminars.keys()):
        whole = Change(before.seminars.get(slug, Figures()), now.seminars.get(slug, Figures()))
        pieces = _pieces(before, now, slug)
        if whole.before != whole.now or pieces:
            fate = Fate.NEW if slug not in before.seminars else Fate.GONE if slug not in now.seminars else Fate.CHANGED
            seminars.append(SeminarChange(slug, fate, whole, pieces))
    seminars.sort(key=lambda each: -each.size)
    return Differences(_changes(before.cells, now.cells), _changes(before.totals, now.totals), seminars)


def _pieces(before: Frozen, now: Frozen, slug: str) -> Mapping[Cell, Change]:
    """Return the cells to which a seminar gave otherwise; it may have given as much in all, where a person's sex was corrected."""
    if before.pieces is None or now.pieces is None:
        return {}
    return _changes(before.pieces.get(slug, {}), now.pieces.get(slug, {}))


def _changes(before: Mapping[Cell, Figures], now: Mapping[Cell, Figures]) -> dict[Cell, Change]:
    pairs = {cell: Change(before.get(cell, Figures()), now.get(cell, Figures())) for cell in dict.fromkeys((*before, *now))}
    return {cell: each for cell, each in pairs.items() if each.before != each.now}
