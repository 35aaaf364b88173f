"""Measure the figures of reports: beside 100,000 registrations, and over all of the large data.

  python -m bench.reports [--large | --url URL]

The part `reports` of `python -m bench` has the smaller one. `--large` fills the data of BAR (without marks, which reports never
read) into a new PostgreSQL database; `--url` measures a database that stays, and was filled so before.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median

from sqlalchemy import func, select

from bench import data
from bench.databases import Database, fresh, opened
from bench.outcomes import add_outcomes
from bench.population import Size
from bench.results import Row, table
from seminar_app.registration.models import Registration
from seminar_app.reports.queries import EVERYTHING, table_of
from seminar_app.reports.queries.gaps import gaps_of
from seminar_app.reports.rules import Definition, Dimension, Names, fiscal_year
from seminar_app.web.database import db, session

SMALL = Size(people=50_000, seminars=1_000, registrations=100_000, marks=1)
LARGE = Size(people=1_000_000, seminars=20_000, registrations=2_000_000, marks=1)
SMALL_MS, LARGE_MS = 300, 2_000
TIMES = 5
PAIRS = ((Dimension.GROUP, Dimension.SEX), (Dimension.AGENCY, Dimension.FISCAL_YEAR), (Dimension.HOST, Dimension.TOPIC))


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure by name."""

    what: str
    definition: Definition


def asked(today: date) -> Iterator[Asked]:
    """Yield the total, each dimension, some pairs, and a fiscal year."""
    yield Asked("the total", Definition())
    for each in Dimension:
        yield Asked(f"by {each.value}", Definition(by=(each,)))
    yield Asked("by agency, names of now", Definition(by=(Dimension.AGENCY,), names=Names.NOW))
    for pair in PAIRS:
        yield Asked(f"by {' and '.join(pair)}", Definition(by=pair))
    year = fiscal_year(today.year - 1)
    yield Asked("by group and sex, a fiscal year", Definition(by=PAIRS[0], first=year.first, last=year.last))
    yield Asked("by agency, one topic", Definition(by=(Dimension.AGENCY,), only={Dimension.TOPIC: "Tema 7"}))


def filled(database: Database, size: Size) -> Database:
    """Fill a new database, and return it."""
    data.prepare(database)
    seconds = data.fill(database, size)
    add_outcomes(database)
    print(f"{size.registrations:,} registrations written in {seconds:.0f} s", flush=True)
    return database


def measure(engine: str) -> list[Row]:
    """Return the rows of the report, of a new database of the smaller size."""
    with fresh(engine) as database:
        return figures(filled(database, SMALL), most=SMALL_MS)


def figures(database: Database, *, most: int, times: int = TIMES) -> list[Row]:
    """Return a row for each figure: the median milliseconds of what a page reads, which is the figure and its gaps."""
    today = datetime.now(UTC).date()
    rows = []
    with database.app.app_context():
        registrations = session().scalar(select(func.count()).select_from(Registration)) or 0
        for each in asked(today):
            lasted = [_milliseconds(each.definition, today) for _ in range(times)]
            ms = median(lasted)
            what = f"people trained {each.what}, {registrations:,} registrations"
            rows.append(Row(what=what, engine=database.engine, figure=f"{ms:.0f} ms", limit="", mark=f"≤ {most} ms", passed=ms <= most))
        db.session.remove()
        db.engine.dispose()
    return rows


def _milliseconds(definition: Definition, today: date) -> float:
    begun = time.perf_counter()
    table_of(session(), definition, EVERYTHING, today=today)
    gaps_of(session(), definition, EVERYTHING, today=today)
    lasted = (time.perf_counter() - begun) * 1000
    session().rollback()
    return lasted


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.url:
        with opened(options.url) as database:
            rows = figures(database, most=LARGE_MS, times=3)
    elif options.large:
        with fresh("postgresql") as database:
            rows = figures(filled(database, LARGE), most=LARGE_MS, times=3)
    else:
        rows = measure(options.engine)
    print(table(rows))


if __name__ == "__main__":
    main()
