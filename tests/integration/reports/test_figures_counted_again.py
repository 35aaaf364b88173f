"""Reports against two calculations that share no code with them: their lines from the bare tables, their figures by DuckDB."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import and_, false, or_, true
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.reports.queries import EVERYTHING, agency_values, counted, rows, sexes, table_of
from seminar_app.reports.queries.figures import Table
from seminar_app.reports.rules import TOTAL, Count, Definition, Dimension, Names, Status, cell_and_totals, tallies
from tests.conftest import TestDatabase
from tests.support.counted_again import FIGURES, Cell, Cells, CountedAgain, Question, differences, fewer, questions
from tests.support.lines_again import lines_again, lines_of
from tests.support.training_years import TODAY, TrainingYears

SHORT = 13
PERIODS = ((None, None), (date(2014, 10, 1), date(2019, 9, 30)))
AS_JSON = (
    ("people", "completed", Question(("group", "sex"), "then", *PERIODS[1])),
    ("participations", "registered", Question(("host",), "now", None, date(2020, 12, 31))),
    ("hours", "attended", Question((), "now")),
)
THERE = or_(Participation.seated, Participation.attended)


@dataclass
class Reports:
    """What the program says of the years of training in a database."""

    app: Flask
    session: Session
    url: str
    folder: Path

    def command(self, *arguments: str) -> bytes:
        """Return what `flask reports …` writes."""
        result = self.app.test_cli_runner().invoke(args=["reports", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout_bytes

    def wrong_lines(self) -> list[str]:
        """Return lines that should not be there or are left out, and people who are told apart, or taken for one, in error."""
        found, whose = lines_of(csv.DictReader(io.StringIO(self.command("rows").decode(), newline="")))
        again, whose_again = lines_again(self.url, today=TODAY.date())
        wrong = [f"should not be there: {each}" for each in found - again] + [f"is left out: {each}" for each in again - found]
        return [*wrong, *(f"is no person: {each}" for each in whose - whose_again)]

    def counted_again(self) -> CountedAgain:
        """Return the calculation from the lines that the program writes."""
        lines = self.folder / "lines.csv"
        lines.write_bytes(self.command("rows"))
        return CountedAgain(lines)

    def wrong_cells(self, asked: Iterable[Question]) -> list[str]:
        """Return a line for each figure of a cell or of a total that the program counts otherwise than DuckDB does."""
        again, wrong = self.counted_again(), list[str]()
        for each in asked:
            table = self._table(each)
            for by in (by for number in range(len(each.by) + 1) for by in combinations(each.by, number)):
                part = replace(each, by=by)
                wrong += differences(part, _cells_by(by, each, table), again.cells(part))
        return wrong

    def _table(self, asked: Question) -> Table:
        by = tuple(Dimension(each) for each in asked.by)
        definition = Definition(by=by, names=Names(asked.names), first=asked.first, last=asked.last)
        return table_of(self.session, definition, EVERYTHING, today=TODAY.date())

    def as_json(self, count: str, status: str, asked: Question) -> dict[Cell, int]:
        """Return the cells that `reports trained` writes."""
        options = ["--count", count, "--status", status, "--names", asked.names, "--by", ",".join(asked.by)]
        for name, day in (("--from", asked.first), ("--to", asked.last)):
            options += [name, day.isoformat()] if day else []
        answer = json.loads(self.command("trained", *options))
        found = answer["rows"] if asked.by else [{"value": answer["total"]}]
        return {tuple(row[name] for name in asked.by): _whole(count, row["value"]) for row in found}


def _cells_by(by: Sequence[str], asked: Question, table: Table) -> Cells:
    """Return the cells by some of the dimensions: totals over all values of the others."""
    found: Cells = {}
    for cell, counts in {**table.cells, **table.totals}.items():
        if [value == TOTAL for value in cell] == [dimension not in by for dimension in asked.by]:
            numbers = (_whole(count, counts.value(Count(count), Status(status))) for count, status in FIGURES)
            found[tuple(value for value in cell if value != TOTAL)] = tuple(numbers)
    return found


def _whole(count: str, value: float) -> int:
    """Return a figure as a whole number: hours in tenths."""
    return round(value * 10) if count == "hours" else int(value)


@pytest.fixture
def reports(app: Flask, session: Session, database: TestDatabase, tmp_path: Path) -> Reports:
    return Reports(app, session, database.url, tmp_path)


@pytest.mark.parametrize("seminars", [SHORT, pytest.param(200, marks=pytest.mark.full)])
def test_lines_and_figures_are_those_of_an_independent_calculation(reports: Reports, seminars: int) -> None:
    TrainingYears(reports.session).make(seminars)
    assert reports.wrong_lines() == []
    assert reports.wrong_cells(questions(PERIODS) if seminars > SHORT else fewer(questions(PERIODS))) == []
    again = reports.counted_again()
    for count, status, asked in AS_JSON:
        place = FIGURES.index((count, status))
        assert reports.as_json(count, status, asked) == {cell: figures[place] for cell, figures in again.cells(asked).items()}


@pytest.mark.sqlite_first
def test_a_calculation_that_is_broken_is_noticed(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    TrainingYears(reports.session).make(8)
    named = counted._NAMED
    outcomes = {
        "superseded outcomes count": and_(Participation.current, THERE),
        "former versions count": and_(~Participation.superseded, THERE),
        "who was there without a seat does not count": and_(counted.COUNTS, Participation.seated),
    }
    breaks: list[tuple[str, ModuleType, str, Any]] = [
        *((what, counted, "_NAMED", replace(named, counts=condition)) for what, condition in outcomes.items()),
        *((what, rows, "COUNTS", condition) for what, condition in outcomes.items()),
        *(("drafts and cancelled seminars count", module, "HELD", true()) for module in (counted, rows)),
        ("the sex of a reserved identity is told", sexes, "HIDDEN", Person.id.is_(None)),
        ("the agency of a reserved identity is told", counted, "_NAMED", replace(named, hidden=Participation.id.is_(None))),
        ("a reserved identity is told", rows, "HIDDEN", false()),
        ("totals count hosts apart", tallies, "cell_and_totals", lambda cell, _again: cell_and_totals(cell)),
        ("totals of people are sums", tallies, "_together", lambda sets: sum(map(len, sets))),
        ("agencies of today are those of then", agency_values, "sole_successors", lambda *_all, **_named: {}),
    ]
    for what, module, name, wrong in breaks:
        with monkeypatch.context() as broken:
            broken.setattr(module, name, wrong)
            found = (
                reports.wrong_lines()
                if module in (rows, agency_values)
                else reports.wrong_cells([Question((each,)) for each in ("sex", "host", "agency")])
            )
        assert found, f"{what}, in {module.__name__}"
    assert reports.wrong_lines() == []
