"""Hide cells that are so small that they tell of single people, and as many others as it takes that nothing can be subtracted.

Statistical offices call it primary and complementary cell suppression (Federal Committee on Statistical Methodology, Statistical
Policy Working Paper 22, "Report on Statistical Disclosure Limitation Methodology", chapter IV).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, field

FEWEST_SHOWN = 5
"""A cell of fewer people than this, and more than none, is hidden."""
TOTAL = "\0total"
"""In place of a dimension's value: the total over all its values. No stored text holds a NUL."""

Cell = tuple[str, ...]
"""A value for each dimension of the table, or `TOTAL`."""


def hidden_cells(people: Mapping[Cell, int], *, also: Collection[Cell] = ()) -> frozenset[Cell]:
    """Return the cells and totals of a table that must be hidden.

    Small ones are. A reader knows that the cells of a line add up to its total, so where a line's total is shown, at least two of
    its cells are hidden or none, and those hidden hold at least `FEWEST_SHOWN` people together; where its total is hidden, at
    least one cell is too. The smallest others are hidden for that, and at last the total. A cell of nobody hides nothing.

    Args:
        people: how many people each cell and each total holds. Cells of nobody may be left out. Because one person may be in
            several cells, a total may be less than the sum; what is hidden then is enough all the more.
        also: cells that must be hidden for another reason.
    """
    hidden = {cell for cell, number in people.items() if 0 < number < FEWEST_SHOWN} | {cell for cell in also if cell in people}
    lines = _lines(people)
    while more := {cell for line in lines for cell in line.complement(people, hidden)} - hidden:
        hidden |= more
    return frozenset(hidden)


def hidden_in_nested(tables: Sequence[Mapping[Cell, int]]) -> list[frozenset[Cell]]:
    """Return what must be hidden of each of several tables of the same cells, of which one counts some of the people of another.

    Those who registered less those who attended are those who stayed away: their number is a cell too, although no table prints it.
    So a cell is shown in two tables only if what lies between is not small. Where it is, the earlier table shows it.

    Args:
        tables: people by cell, as for `hidden_cells`, those of nobody too; the most important first. One may have fewer cells.
    """
    hidden: list[frozenset[Cell]] = []
    for place, people in enumerate(tables):
        also: set[Cell] = set()
        for other, hidden_there in zip(tables[:place], hidden, strict=True):
            between = {cell: abs(other[cell] - people[cell]) for cell in other.keys() & people.keys()}
            also |= hidden_cells(between) - hidden_there
        hidden.append(hidden_cells(people, also=also))
    return hidden


class _Line(Struct):
    """The cells that are equal but for one dimension, and their total."""

    cells: list[Cell] = field(default_factory=list)
    total: Cell | None = None

    def complement(self, people: Mapping[Cell, int], hidden: set[Cell]) -> list[Cell]:
        """Return what else of this line must be hidden."""
        of_line = [cell for cell in self.cells if cell in hidden]
        total_hidden = self.total is None or self.total in hidden
        if not of_line and (not total_hidden or self.total is None):
            return []
        fewest, number, held = (1, len(of_line), FEWEST_SHOWN) if total_hidden else (2, len(of_line), sum(people[c] for c in of_line))
        added: list[Cell] = []
        others = (cell for cell in self.cells if cell not in hidden and people[cell] > 0)
        for cell in sorted(others, key=lambda cell: (people[cell], cell)):
            if number >= fewest and held >= FEWEST_SHOWN:
                return added
            added.append(cell)
            number, held = number + 1, held + people[cell]
        if (number < fewest or held < FEWEST_SHOWN) and self.total is not None:
            added.append(self.total)
        return added


def _lines(cells: Iterable[Cell]) -> list[_Line]:
    lines: dict[tuple[int, Cell], _Line] = {}
    for cell in cells:
        for place, value in enumerate(cell):
            line = lines.setdefault((place, (*cell[:place], *cell[place + 1 :])), _Line())
            if value == TOTAL:
                line.total = cell
            else:
                line.cells.append(cell)
    return list(lines.values())
