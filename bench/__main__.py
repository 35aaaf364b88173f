"""python -m bench [--engine sqlite|postgresql|both] [--only page,registration,…] [--large] [--seconds 5] [--write].

Prints one row for each mark of BAR with the limit measured in the same run, and at the end which are met; `--large` adds the
pages over a million people (some fifteen minutes). With `--large`, `--write` puts the plans into docs/plans.md.
"""

from __future__ import annotations

import argparse
import os
import warnings
from datetime import UTC, datetime
from pathlib import Path

from bench import attendance, certificates, data, large, memory, nominations, pages, paper, registration, reports, starts
from bench.databases import fresh, opened
from bench.results import TO_COME, Row, summary, table

PARTS = ("page", "registration", "attendance", "start", "memory", "weight", "clone", "lists", "paper", "certificates", "reports")
DOCS = Path(__file__).parents[1] / "docs"
PLANS = DOCS / "plans.md"


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", default=",".join(PARTS), help="some of " + ", ".join(PARTS))
    parser.add_argument("--large", action="store_true", help="also (or with --only= alone) a million people against a hundredth of them")
    parser.add_argument("--share", type=float, default=1.0, help="of the large data: 0.1 is a hundred thousand people")
    parser.add_argument(
        "--pair", nargs=2, metavar="URL", help="the small and the large database, filled before (bench.data --url) and kept"
    )
    parser.add_argument("--pages", default="", help="of the large data only pages whose name has this in it")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the servers keep their compiled modules, as they do in use
    wanted = set(filter(None, options.only.split(",")))
    if unknown := wanted - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    busy = os.getloadavg()[0]
    rows: list[Row] = []
    for engine in ("sqlite", "postgresql") if options.engine == "both" else (options.engine,):
        if found := measure(engine, wanted, options.seconds):
            print(table(found), flush=True)
        rows += found
    if wanted:
        rows += TO_COME
    if options.large:
        if options.pair:
            with opened(options.pair[0]) as small, opened(options.pair[1]) as big:
                looked = large.compare(small, big, only=options.pages)
        else:
            looked = large.measure(size=large.LARGE.part(options.share), only=options.pages)
        found = large.rows_of(looked)
        print(table(found), flush=True)
        rows += found
        if options.write:
            replace(PLANS, "plans", f"{head(busy)}\n\n{large.plans_table(looked)}")
    print(f"\n{summary(rows)}")


def measure(engine: str, wanted: set[str], seconds: float) -> list[Row]:
    """All rows of one database."""
    rows: list[Row] = []
    if not wanted:
        return rows
    with fresh(engine) as database:
        data.prepare(database)
        if "page" in wanted:
            rows, bare = pages.measure(database, seconds=seconds)
        elif "attendance" in wanted:
            bare = pages.bare_pages_per_second(database, seconds=seconds)
        if "registration" in wanted:
            rows += registration.measure(database, seconds=seconds)
        if "attendance" in wanted:
            rows += attendance.measure(database, seconds=seconds, pages_per_second=bare)
        if "start" in wanted:
            rows.append(starts.cold_start(database))
        if "memory" in wanted:
            rows += memory.measure(database)
        if engine == "sqlite":
            rows += starts.page_weight(database) if "weight" in wanted else []
            rows += [starts.clone_to_demo()] if "clone" in wanted else []
        if "lists" in wanted:
            rows.append(nominations.row(database))
        if "paper" in wanted:
            rows += paper.measure(database)
        if "certificates" in wanted:
            rows += certificates.measure(database)
    if "reports" in wanted:
        rows += reports.measure(engine)
    return rows


def head(busy: float) -> str:
    """When and on what."""
    return f"Measured on {datetime.now(UTC):%d %B %Y} on {starts.machine()}; load of the machine when it began: {busy:.1f}."


def replace(report: Path, name: str, text: str) -> None:
    """Put a text between its marks in a report."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = report.read_text(encoding="utf-8").split(begin)
    _old, after = rest.split(end)
    report.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
