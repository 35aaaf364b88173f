"""The figures of reports counted again: by DuckDB, from the lines of `reports rows`, in SQL that shares no code with the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
from msgspec import Struct

COUNTS = ("people", "participations", "hours")
STATUSES = ("completed", "attended", "registered")
NAMES = ("then", "now")
DIMENSIONS = (
    *("agency", "group", "level", "state", "sex", "topic", "host", "office", "funding_source", "country", "seminar"),
    *("month", "quarter", "year", "fiscal_year"),
)
PAIRS = (
    ("group", "sex"),
    ("host", "fiscal_year"),
    ("agency", "seminar"),
    ("state", "quarter"),
    ("level", "topic"),
    ("host", "agency"),
    ("seminar", "host"),
)

_LOAD = """
CREATE TABLE line AS
SELECT kind, pseudonym AS person, hosts, CAST(ends_on AS DATE) AS ended, sex, topic, office, funding_source, country, seminar,
    agency_then, group_then, level_then, state_then, agency_now, group_now, level_now, state_now,
    CAST(registered AS INTEGER) AS registered, CAST(attended AS INTEGER) AS attended, CAST(completed AS INTEGER) AS completed,
    CAST(minutes AS BIGINT) AS minutes
FROM (SELECT coalesce(COLUMNS(*), '') FROM read_csv(?, header = true, all_varchar = true))
"""
_CALENDAR = {
    "month": "strftime(ended, '%Y-%m')",
    "quarter": "strftime(ended, '%Y-') || 'Q' || quarter(ended)",
    "year": "strftime(ended, '%Y')",
    "fiscal_year": "'FY' || year(ended + INTERVAL 3 MONTH)",
    "host": "unnest(string_split(hosts, ' '))",
}
_OF_THE_AGENCY = ("agency", "group", "level", "state")
FIGURES = tuple(product(COUNTS, STATUSES))
_VALUES = {
    "people": "count(DISTINCT person) FILTER (kind = 'named' AND {status} > 0)",
    "participations": "coalesce(sum({status}), 0)",
    "hours": "(coalesce(sum(minutes) FILTER ({status} > 0), 0) + 3) // 6",
}
"""Hours are tenths of hours, half up."""

Cell = tuple[str, ...]
Cells = dict[Cell, tuple[int, ...]]
"""For each cell the nine figures, in the order of `FIGURES`."""


class Question(Struct, frozen=True):
    """A breakdown that is asked for, in a period."""

    by: tuple[str, ...] = ()
    names: str = "then"
    first: date | None = None
    last: date | None = None


def questions(periods: Iterable[tuple[date | None, date | None]]) -> Iterator[Question]:
    """Yield both namings by nothing, by each dimension, and by some pairs, in each of these periods."""
    groupings = ((), *((each,) for each in DIMENSIONS), *PAIRS)
    for (first, last), names, by in product(periods, NAMES, groupings):
        yield Question(by, names, first, last)


def fewer(asked: Iterable[Question]) -> Iterator[Question]:
    """Leave out pairs in a period, and names of now where no agency is named."""
    for each in asked:
        if (each.names == "then" or {*each.by} & {*_OF_THE_AGENCY}) and (len(each.by) < 2 or each.first is None):
            yield each


class CountedAgain:
    """Answers questions from a file of lines."""

    def __init__(self, lines: Path) -> None:
        self._database = duckdb.connect(config={"threads": 1})
        self._database.execute(_LOAD, [str(lines)])

    def cells(self, asked: Question) -> Cells:
        """Return the cells of the breakdown."""
        columns = [f"{_column(name, asked.names)} AS by{n}" for n, name in enumerate(asked.by)]
        inner = f"SELECT {', '.join(['*', *columns])} FROM line WHERE ended BETWEEN $first AND $last"  # noqa: S608  names of this module
        keys = [f"by{n}" for n in range(len(asked.by))]
        values = [_VALUES[count].format(status=status) for count, status in FIGURES]
        found = self._database.execute(
            f"SELECT {', '.join([*keys, *values])} FROM ({inner})" + (f" GROUP BY {', '.join(keys)}" if keys else ""),  # noqa: S608
            {"first": asked.first or date.min, "last": asked.last or date.max},
        ).fetchall()
        return {tuple(row[: len(keys)]): tuple(map(int, row[len(keys) :])) for row in found}


def _column(name: str, names: str) -> str:
    if name in _OF_THE_AGENCY:
        return f'"{name}_{names}"'
    return _CALENDAR.get(name, f'"{name}"')


def differences(asked: Question, theirs: Cells, again: Cells) -> Sequence[str]:
    """Return a line for each figure of a cell that is not the same. A cell that is not there is zero."""
    nothing = (0,) * len(FIGURES)
    return [
        f"{asked}, {' '.join(figure)} of {cell}: {mine}, and counted again {other}"
        for cell in sorted({*theirs, *again})
        for figure, mine, other in zip(FIGURES, theirs.get(cell, nothing), again.get(cell, nothing), strict=True)
        if mine != other
    ]
