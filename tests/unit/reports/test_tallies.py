"""People counted once in each cell and in each total, from sets of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from seminar_app.reports.rules import TOTAL, ByStatus, Tally, cell_and_totals, figures_by_cell

TAKEN_PART = st.tuples(st.tuples(st.sampled_from("AB"), st.sampled_from("MF")), st.booleans(), st.booleans(), st.integers(0, 30))
"""A participation: its cell, whether the person attended and completed, and the person's number."""
Participations = list[tuple[tuple[str, str], bool, bool, int]]


def _tallies(participations: Participations, kind: Callable[[Iterable[int]], Set[int]]) -> Iterable[Tally]:
    for (cell, attended, completed), group in groupby(sorted(participations), key=lambda each: each[:3]):
        people = [each[3] for each in group]
        yield Tally(cell, attended, completed, len(people), 60 * len(people), kind(people))


@pytest.mark.parametrize("kind", [frozenset, BitMap])
@given(participations=st.lists(TAKEN_PART, max_size=60))
def test_a_person_counts_once_in_each_cell_and_each_total(
    kind: Callable[[Iterable[int]], Set[int]], participations: Participations
) -> None:
    found = figures_by_cell(_tallies(participations, kind))
    wanted = {cell for each in participations for cell in cell_and_totals(each[0])}
    assert found.keys() == wanted
    for cell, figures in found.items():
        inside = [each for each in participations if cell in cell_and_totals(each[0])]
        reached = [inside, [each for each in inside if each[1]], [each for each in inside if each[2]]]
        assert figures.people == ByStatus(*(len({each[3] for each in those}) for those in reached))
        assert figures.participations == ByStatus(*map(len, reached))
        assert figures.minutes == ByStatus(*(60 * len(those) for those in reached))


def test_no_total_counts_what_stands_once_more_under_another_value() -> None:
    own, with_it = Tally(("A", "M"), True, False, 1, 30, frozenset({7})), Tally(("B", "M"), True, False, 1, 30, frozenset({7}), again=(0,))
    found = figures_by_cell([own, with_it])
    assert found.keys() == {*cell_and_totals(("A", "M")), ("B", "M"), ("B", TOTAL)}
    assert {figures.participations.attended for figures in found.values()} == {1}


def test_a_cell_is_part_of_each_of_its_totals() -> None:
    assert sorted(cell_and_totals(("A", "M"))) == sorted([("A", "M"), ("A", TOTAL), (TOTAL, "M"), (TOTAL, TOTAL)])
    assert sorted(cell_and_totals((TOTAL, "M"))) == [(TOTAL, TOTAL), (TOTAL, "M")]
