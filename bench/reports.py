"""Measure the pages of reports, and Today: beside 100,000 registrations, and over all of the large data.

  python -m bench.reports [--engine sqlite|postgresql] [--large | --url URL]

The part `reports` of `python -m bench` has the smaller one. `--large` fills the people, seminars and registrations of BAR into a new
PostgreSQL database (without marks, which reports never read); `--url` measures a database that stays, and was filled so before.
Beside each page stands how long the database takes in the same run to group all outcomes by person, and nothing else.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, select, text

from bench import data, servers
from bench.browser import Browser
from bench.databases import Database, fresh, opened
from bench.outcomes import add_outcomes
from bench.population import Size
from bench.results import Row, table
from bench.staff import signed_in
from seminar_app.core.actor import RoleName
from seminar_app.registration.models import Registration
from seminar_app.reports.rules import Definition, Dimension, Names, fiscal_year
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db, session

SMALL = Size(people=50_000, seminars=1_000, registrations=100_000, marks=1)
LARGE = Size(people=1_000_000, seminars=20_000, registrations=2_000_000, marks=1)
SMALL_MS, LARGE_MS, TODAY_MS = 300, 2_000, 300
TIMES = 5
PAIRS = ((Dimension.GROUP, Dimension.SEX), (Dimension.AGENCY, Dimension.FISCAL_YEAR), (Dimension.HOST, Dimension.TOPIC))
OTHERS = (
    ("coverage of all years", "/staff/reports/coverage?from=2001-01-01&to=2100-12-31"),
    ("coverage of the last fiscal year", "/staff/reports/coverage"),
    ("hours per official", "/staff/reports/hours"),
)
"""Other pages that count."""
BARE = "SELECT count(*) FROM (SELECT person_id FROM participation WHERE current GROUP BY person_id) AS each"


def asked(today: date) -> Iterator[tuple[str, Definition]]:
    """Yield the total, each dimension, some pairs, names of now, a fiscal year and a topic, each with its name."""
    yield "the total", Definition()
    for each in Dimension:
        yield f"by {each.value}", Definition(by=(each,))
    for pair in PAIRS:
        yield f"by {' and '.join(pair)}", Definition(by=pair)
    yield "by agency, names of now", Definition(by=(Dimension.AGENCY,), names=Names.NOW)
    year = fiscal_year(today.year - 1)
    yield "by group and sex, a fiscal year", Definition(by=PAIRS[0], first=year.first, last=year.last)
    yield "by agency, one topic", Definition(by=(Dimension.AGENCY,), only={Dimension.TOPIC: "Tema 7"})


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
        return pages(filled(database, SMALL), most=SMALL_MS)


def pages(database: Database, *, most: int, times: int = TIMES) -> list[Row]:
    """Return a row for each figure: the median of its page, as an administrator opens it."""
    cookie, registrations, today = signed_in(database, RoleName.ADMIN), _registrations(database), datetime.now(UTC).date()
    rows = []
    with servers.product(database) as server, Browser(server.url) as browser, Browser(server.url) as organizer:
        browser.take(cookie)
        organizer.take(signed_in(database, RoleName.ORGANIZER, office_id=_largest_office(database)))
        browser.get("/staff/reports/?period=2001")  # loads code
        figures = ((f"people trained {what}", f"/staff/reports/?{urlencode(each.written())}") for what, each in asked(today))
        asked_for = [(browser, what, path, most) for what, path in (*figures, *OTHERS)]
        for who, what, path, mark in (*asked_for, (organizer, "Today, the largest office", "/staff/", TODAY_MS)):
            bare, (ms, status) = _bare(database), _page(who, path, times)
            rows.append(
                Row(
                    what=f"{what}, {registrations:,} registrations",
                    engine=database.engine,
                    figure=f"{ms:.0f} ms" if status == 200 else f"answer {status} after {ms:.0f} ms",
                    limit=f"grouped by person in {bare:.0f} ms",
                    ratio=ms / bare,
                    mark=f"≤ {mark} ms",
                    passed=status == 200 and ms <= mark,
                )
            )
            print(" ".join(rows[-1].cells()), flush=True)
    return rows


def _page(browser: Browser, path: str, times: int) -> tuple[float, int]:
    """Return the median milliseconds of a page, and its worst status."""
    lasted, statuses = [], []
    for _ in range(times):
        begun = time.perf_counter()
        statuses.append(browser.get(path).status)
        lasted.append((time.perf_counter() - begun) * 1000)
    return median(lasted), max(statuses)


def _bare(database: Database) -> float:
    with database.app.app_context():
        session().execute(text("SELECT 1"))  # connects
        begun = time.perf_counter()
        session().execute(text(BARE)).scalar_one()
        lasted = (time.perf_counter() - begun) * 1000
        db.session.remove()
        db.engine.dispose()
    return lasted


def _largest_office(database: Database) -> int:
    with database.app.app_context():
        found = session().scalars(select(Seminar.office_id).group_by(Seminar.office_id).order_by(func.count().desc()).limit(1)).one()
        db.session.remove()
        db.engine.dispose()
    return found


def _registrations(database: Database) -> int:
    with database.app.app_context():
        found = session().scalar(select(func.count()).select_from(Registration)) or 0
        db.session.remove()
        db.engine.dispose()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reports")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--url")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.url:
        with opened(options.url) as database:
            rows = pages(database, most=LARGE_MS, times=3)
    elif options.large:
        with fresh("postgresql") as database:
            rows = pages(filled(database, LARGE), most=LARGE_MS, times=3)
    else:
        rows = measure(options.engine)
    print(table(rows))


if __name__ == "__main__":
    main()
