"""python -m bench [--engine sqlite|postgresql|both] [--only page,registration,attendance,start] [--seconds 5] [--write].

Prints one row for each mark of BAR that this version has; `--write` puts them into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path

from bench import attendance, data, pages, registration, starts
from bench.databases import fresh
from bench.results import Row, table

PARTS = ("page", "registration", "attendance", "start")
REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def main() -> int:
    """Measure; the exit code is 0 where every mark is met."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    wanted = set(options.only.split(","))
    busy = os.getloadavg()[0]
    rows: list[Row] = []
    for engine in ("sqlite", "postgresql") if options.engine == "both" else (options.engine,):
        rows += measure(engine, wanted, options.seconds)
        print(table(rows[-40:]), flush=True)
    if options.write:
        write(rows, busy)
    missed = [row for row in rows if row.passed is False]
    print(f"\n{len(rows)} rows, {len(missed)} below their mark.", *(f"\n  {row.what} ({row.engine}): {row.figure}" for row in missed))
    return 1 if missed else 0


def measure(engine: str, wanted: set[str], seconds: float) -> list[Row]:
    """All rows of one database."""
    rows: list[Row] = []
    with fresh(engine) as database:
        data.prepare(database)
        page_rows, bare = pages.measure(database, seconds=seconds)
        rows += page_rows
        if "registration" in wanted:
            rows += registration.measure(database, seconds=seconds, pages_per_second=bare)
        if "attendance" in wanted:
            rows += attendance.measure(database, seconds=seconds, pages_per_second=bare)
        if "start" in wanted:
            rows.append(starts.cold_start(database))
            if engine == "sqlite":
                rows += starts.page_weight(database)
    return rows


def write(rows: list[Row], busy: float) -> None:
    """Put the figures between their marks in the report."""
    text = REPORT.read_text(encoding="utf-8")
    head = f"Measured on {datetime.now(UTC):%d %B %Y} on {starts.machine()}; load of the machine when it began: {busy:.1f}."
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    REPORT.write_text(f"{before}{BEGIN}\n\n{head}\n\n{table(rows)}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
