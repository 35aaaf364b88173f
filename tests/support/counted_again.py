"""The figures of reports counted again: by DuckDB, from the lines of `reports rows`, in SQL that shares no code with the program."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

import duckdb

COUNTS = ("people", "participations", "hours")
STATUSES = ("completed", "attended", "registered")
NAMES = ("then", "now")
DIMENSIONS = (
    *("agency", "group", "level", "state", "sex", "topic", "host", "office", "funding_source", "country", "seminar"),
    *("month", "quarter", "year", "fiscal_year"),
)
PAIRS = (("group", "sex"), ("host", "fiscal_year"), ("agency", "seminar"), ("state", "quarter"), ("level", "topic"), ("host", "agency"))

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
_VALUES = {
    "people": "count(DISTINCT person) FILTER (kind = 'named')",
    "participations": "sum({status})",
    "hours": "sum(minutes)",
}

Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A report that is asked for."""

    count: str
    status: str
    names: str
    by: tuple[str, ...]
    first: date | None = None
    last: date | None = None


def questions(periods: Collection[tuple[date | None, date | None]], *, pairs: Collection[tuple[str, ...]] = PAIRS) -> Iterator[Question]:
    """Yield each count, status and naming by nothing, by each dimension, and by some pairs, in each of these periods."""
    groupings = ((), *((each,) for each in DIMENSIONS), *pairs)
    for count, status, names, by, (first, last) in product(COUNTS, STATUSES, NAMES, groupings, periods):
        yield Question(count, status, names, by, first, last)


class CountedAgain:
    """Answers questions from a file of lines."""

    def __init__(self, lines: Path) -> None:
        self._database = duckdb.connect()
        self._database.execute(_LOAD, [str(lines)])

    def cells(self, asked: Question) -> dict[Cell, int]:
        """Return the cells of the report; hours in tenths, half up. A cell that nobody is in is left out."""
        value = _VALUES[asked.count].format(status=asked.status)
        columns = [f"{_column(name, asked.names)} AS by{n}" for n, name in enumerate(asked.by)]
        inner = f"SELECT {', '.join(['*', *columns])} FROM line WHERE {asked.status} > 0 AND ended BETWEEN $first AND $last"  # noqa: S608
        keys = [f"by{n}" for n in range(len(asked.by))]
        grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
        found = self._database.execute(
            f"SELECT {', '.join([*keys, value])} FROM ({inner}){grouped}",  # noqa: S608  names of this module only
            {"first": asked.first or date.min, "last": asked.last or date.max},
        ).fetchall()
        tenths = asked.count == "hours"
        cells = {tuple(row[:-1]): int(row[-1] or 0) for row in found}
        return {cell: (number + 3) // 6 if tenths else number for cell, number in cells.items() if number}


def _column(name: str, names: str) -> str:
    if name in _OF_THE_AGENCY:
        return f'"{name}_{names}"'
    return _CALENDAR.get(name, f'"{name}"')


def differences(asked: Question, theirs: dict[Cell, int], again: dict[Cell, int]) -> Sequence[str]:
    """Return a line for each cell that is not the same."""
    cells = sorted(cell for cell in {*theirs, *again} if theirs.get(cell) != again.get(cell))
    return [f"{asked}: {cell}: {theirs.get(cell)} and counted again {again.get(cell)}" for cell in cells]
