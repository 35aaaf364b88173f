"""What a person corrects in a list, held against what stands in it now. No database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from msgspec import Struct, field

from seminar_app.core.values import replace
from seminar_app.nominations.shapes import Field, Reading, RowKey
from seminar_app.nominations.work import Work

Cell = tuple[RowKey, Field]
V = TypeVar("V")


class Conflict(Struct, frozen=True):
    """A cell that was changed after the page showed it: what was typed, and what stands there now."""

    typed: str
    stands: str


Conflicts = Mapping[Cell, Conflict]


class Corrections(Struct, frozen=True):
    """What the page of a list corrects.

    Attributes:
        was: what the page showed in the cells.
        people: rows that were taken to be about nobody, and are about somebody.
        choices: who a row is about; empty takes back what was said.
        addresses: rows of people on file, with the address that replaces theirs; empty: theirs stays.
        unsaid: rows for which the button was pressed that says who it is, and nobody was chosen.
    """

    cells: Mapping[Cell, str] = field(default_factory=dict)
    was: Mapping[Cell, str] = field(default_factory=dict)
    values: Mapping[tuple[Field, str], str] = field(default_factory=dict)
    left_out: frozenset[RowKey] = frozenset()
    taken_again: frozenset[RowKey] = frozenset()
    people: frozenset[RowKey] = frozenset()
    choices: Mapping[RowKey, str] = field(default_factory=dict)
    addresses: Mapping[RowKey, str] = field(default_factory=dict)
    unsaid: frozenset[RowKey] = frozenset()
    normal_case: bool | None = None
    without_address: bool | None = None

    def applied_to(self, work: Work) -> Work:
        """Return the work with these corrections."""
        for (key, of), text in self.cells.items():
            work = work.with_cell(key, of, text)
        for (of, value), text in self.values.items():
            work = work.with_value(of, value, text)
        for key in self.left_out:
            work = work.with_row(key, left_out=True)
        for key in self.taken_again:
            work = work.with_row(key, left_out=False)
        for key in self.people:
            work = work.with_person(key)
        for key, who in self.choices.items():
            work = work.with_choice(key, who)
        for key, address in self.addresses.items():
            work = work.with_address(key, address)
        if self.without_address is not None:
            work = replace(work, without_address=self.without_address)
        return work if self.normal_case is None else replace(work, normal_case=self.normal_case)

    def conflicts(self, reading: Reading, *, settled: Collection[RowKey] = ()) -> dict[Cell, Conflict]:
        """Return the cells that hold neither what the page showed nor what was typed: somebody has changed them meanwhile.

        Args:
            reading: of the list as it is now.
            settled: rows that can no longer be corrected.
        """
        now = {row.key: row.cells for row in reading.rows if row.key not in settled}
        return {
            cell: Conflict(text, now[cell[0]].get(cell[1], ""))
            for cell, text in self.cells.items()
            if cell in self.was and cell[0] in now and now[cell[0]].get(cell[1], "") not in (self.was[cell], text)
        }

    def without(self, cells: Collection[Cell]) -> Corrections:
        """Return the corrections without those of these cells."""
        return replace(self, cells={cell: text for cell, text in self.cells.items() if cell not in cells})


def sparing(brought: Collection[RowKey], was: Work, now: Work, *, read: Callable[[Work], Reading]) -> Work:
    """Return a list's corrected work with the rows that are on the roster as they were: there the record is corrected, not the list.

    Args:
        brought: the rows that the list has brought onto the roster.
        was: the work before the correction.
        now: after it.
        read: reads the list under a work.
    """
    was, now = was.remembering(brought), now.remembering(brought)
    if not brought:
        return now
    left_out = (now.edits.left_out - set(brought)) | (was.edits.left_out & set(brought))
    in_case = dict(now.in_case)
    if now.normal_case != was.normal_case:
        in_case |= {key: was.normal_case for key in brought if key not in in_case}
    now = replace(
        now,
        edits=replace(now.edits, cells=_spared(brought, was.edits.cells, now.edits.cells), left_out=frozenset(left_out)),
        choices=_spared(brought, was.choices, now.choices),
        addresses=_spared(brought, was.addresses, now.addresses),
        in_case=in_case,
    )
    if now.edits.values == was.edits.values:
        return now
    after = {row.key: row.cells for row in read(now).rows}
    before = ((row.key, {of: text for of, text in row.cells.items() if after.get(row.key, {}).get(of) != text}) for row in read(was).rows)
    kept = {key: {**now.as_brought.get(key, {}), **cells} for key, cells in before if cells and key in brought}
    return replace(now, as_brought={**now.as_brought, **kept})


def _spared(brought: Collection[RowKey], was: Mapping[RowKey, V], now: Mapping[RowKey, V]) -> dict[RowKey, V]:
    """Return what is said of rows now, and of rows on the roster what was said before."""
    return {key: said for key, said in now.items() if key not in brought} | {key: said for key, said in was.items() if key in brought}
