"""What people have said about a list: what its columns are for, what they corrected, and who its rows are about. Kept sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

from msgspec import Struct, field

from seminar_app.core.values import replace
from seminar_app.nominations import choices
from seminar_app.nominations.names import normal_case, spellings
from seminar_app.nominations.reading import read
from seminar_app.nominations.shapes import Edits, Field, Layout, ListRow, Problem, ProblemCode, Reading, RowKey, Severity, Tables

T = TypeVar("T")


class Work(Struct, frozen=True, kw_only=True):
    """The state of a list between its upload and its end.

    Attributes:
        layout: how it is read.
        edits: what was corrected.
        choices: who a row is about (`checking.Choices`).
        normal_case: whether names in capitals are taken in normal case.
        in_case: of rows on the roster, whether they are shown in normal case, where that was changed for the others since.
        as_brought: cells of rows on the roster as they were then, where a correction of all equal values has come since.
        to_organizer: rows that an import has left to the organizer, each with the person whom it named then (`PersonData` in short):
            a row that names somebody else since is like any other.
        addresses: rows about somebody on file who is written to at the list's address from now on, each with that address: it counts
            while the row still has it.
        without_address: whether people whose cell of the address is empty are taken: they are told in another way.
    """

    layout: Layout
    edits: Edits = field(default_factory=Edits)
    choices: Mapping[RowKey, str] = field(default_factory=dict)
    normal_case: bool = False
    in_case: Mapping[RowKey, bool] = field(default_factory=dict)
    as_brought: Mapping[RowKey, Mapping[Field, str]] = field(default_factory=dict)
    to_organizer: Mapping[RowKey, str] = field(default_factory=dict)
    addresses: Mapping[RowKey, str] = field(default_factory=dict)
    without_address: bool = False

    def with_cell(self, key: RowKey, of: Field, text: str) -> Work:
        """Return the work with a cell corrected."""
        cells = {**self.edits.cells, key: {**self.edits.cells.get(key, {}), of: text}}
        return replace(self, edits=replace(self.edits, cells=cells))

    def with_value(self, of: Field, value: str, text: str) -> Work:
        """Return the work with all equal values of a field corrected."""
        values = {**self.edits.values, of: {**self.edits.values.get(of, {}), value: text}}
        return replace(self, edits=replace(self.edits, values=values))

    def with_row(self, key: RowKey, *, left_out: bool) -> Work:
        """Return the work with a row left out, or taken again."""
        rows = self.edits.left_out | {key} if left_out else self.edits.left_out - {key}
        return replace(self, edits=replace(self.edits, left_out=frozenset(rows)))

    def with_person(self, key: RowKey) -> Work:
        """Return the work with a row taken that was about nobody."""
        return replace(self, edits=replace(self.edits, people=self.edits.people | {key}))

    def with_choice(self, key: RowKey, who: str | None) -> Work:
        """Return the work with what was said about whom a row is about; None takes it back."""
        choices = {row: said for row, said in self.choices.items() if row != key} | ({key: who} if who else {})
        return replace(self, choices=choices).with_address(key, None)

    def remembering(self, brought: Collection[RowKey]) -> Work:
        """Return the work with only what is to be remembered of these rows, which are on the roster: an import may have been undone."""
        in_case = {key: case for key, case in self.in_case.items() if key in brought}
        return replace(self, in_case=in_case, as_brought={key: row for key, row in self.as_brought.items() if key in brought})

    def with_address(self, key: RowKey, address: str | None) -> Work:
        """Return the work with the address at which the row's person is written to from now on; None: at the one on file."""
        kept = {row: said for row, said in self.addresses.items() if row != key}
        return replace(self, addresses=kept | ({key: address} if address else {}))

    def without(self, keys: Collection[RowKey]) -> Work:
        """Return the work without anything that was said about these rows."""
        edits = replace(
            self.edits,
            cells=_others(self.edits.cells, keys),
            left_out=self.edits.left_out - set(keys),
            people=self.edits.people - set(keys),
        )
        return replace(
            self,
            edits=edits,
            choices=_others(self.choices, keys),
            in_case=_others(self.in_case, keys),
            as_brought=_others(self.as_brought, keys),
            to_organizer=_others(self.to_organizer, keys),
            addresses=_others(self.addresses, keys),
        )

    def packed(self) -> bytes:
        """Return the work as JSON."""
        said = {
            "layout": choices.to_json(self.layout),
            "cells": self.edits.cells,
            "values": self.edits.values,
            "left_out": sorted(self.edits.left_out),
            "people": sorted(self.edits.people),
            "choices": dict(self.choices),
            "normal_case": self.normal_case,
            "in_case": dict(self.in_case),
            "as_brought": {key: dict(row) for key, row in self.as_brought.items()},
            "to_organizer": dict(self.to_organizer),
            "addresses": dict(self.addresses),
            "without_address": self.without_address,
        }
        return json.dumps(said, sort_keys=True).encode()

    @staticmethod
    def unpacked(packed: bytes) -> Work:
        """Return the work from what `packed` made of it."""
        said = json.loads(packed)
        edits = Edits(
            cells={key: {Field(name): text for name, text in row.items()} for key, row in said["cells"].items()},
            values={Field(name): texts for name, texts in said["values"].items()},
            left_out=frozenset(said["left_out"]),
            people=frozenset(said.get("people", ())),
        )
        return Work(
            layout=choices.from_json(said["layout"]),
            edits=edits,
            choices=said["choices"],
            normal_case=said["normal_case"],
            in_case=said.get("in_case", {}),
            as_brought={key: {Field(name): text for name, text in row.items()} for key, row in said.get("as_brought", {}).items()},
            to_organizer=said.get("to_organizer", {}),
            addresses=said.get("addresses", {}),
            without_address=said.get("without_address", False),
        )


def _others(said: Mapping[RowKey, T], keys: Collection[RowKey]) -> dict[RowKey, T]:
    return {key: each for key, each in said.items() if key not in keys}


def reading_of(tables: Tables, work: Work, *, today: date) -> Reading:
    """Return the people of a list as what people have said about it makes them: preview, file and import share this one reading.

    Args:
        today: a birth date after it is unlikely.
    """
    cells = {**work.edits.cells} | {key: {**work.edits.cells.get(key, {}), **row} for key, row in work.as_brought.items()}
    reading = read(tables, work.layout, replace(work.edits, cells=cells), today=today)
    if work.without_address:
        reading = replace(reading, rows=tuple(map(_without_address, reading.rows)))
    if not work.normal_case and not any(work.in_case.values()):
        return reading
    names = (name for row in reading.rows for name in (row.nominee.given_names, row.nominee.surname1, row.nominee.surname2 or ""))
    known = spellings(names)
    return replace(
        reading, rows=tuple(_in_case(row, known) if work.in_case.get(row.key, work.normal_case) else row for row in reading.rows)
    )


def lacks_address(row: ListRow) -> bool:
    """Whether the row's cell of the address is empty."""
    return any(_is_no_address(problem) for problem in row.problems)


def _is_no_address(problem: Problem) -> bool:
    return problem.field is Field.EMAIL and problem.code is ProblemCode.MISSING


def _without_address(row: ListRow) -> ListRow:
    """Return the row with its missing address as a doubt, which keeps nobody out."""
    if not lacks_address(row):
        return row
    problems = (replace(each, severity=Severity.WARNING) if _is_no_address(each) else each for each in row.problems)
    return replace(row, problems=tuple(problems))


def _in_case(row: ListRow, known: Mapping[str, str]) -> ListRow:
    nominee = row.nominee
    nominee = replace(
        nominee,
        given_names=normal_case(nominee.given_names, known),
        surname1=normal_case(nominee.surname1, known),
        surname2=normal_case(nominee.surname2, known) if nominee.surname2 else nominee.surname2,
    )
    return replace(row, nominee=nominee)
