"""Time of finding who may be the same person, beside many people: `python -m bench.matching [--people 100000] [--engine both]`.

Asks for people on file and for forms with a slip, as the pages do, and prints the median and the 95th percentile in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from statistics import median, quantiles

from sqlalchemy import select

from bench.data import fill, prepare
from bench.databases import Database, fresh
from bench.population import SEED, Size
from seminar_app.cli.serving.processes import settle_memory
from seminar_app.people.matching import By, Compared
from seminar_app.people.models import Person
from seminar_app.people.queries import candidates
from seminar_app.web.database import db

MARK_MS = 50
ASKED = 220
FIRST = 20
"""Questions that are not counted: they load code and build the queries."""


def measure(database: Database) -> tuple[list[float], list[float], int]:
    """Return the milliseconds of each question, those of this process alone, and how many candidates all of them found."""
    chance, times, own, found = random.Random(SEED), [], [], 0
    with database.app.app_context():
        session = db.session()
        ids = session.scalars(select(Person.id).where(~Person.reserved, Person.sort_key > "")).all()
        people = [session.get_one(Person, person_id) for person_id in chance.sample(ids, ASKED)]
        settle_memory()  # as a web worker does
        for number, person in enumerate(people):
            slip = person.given_names[:-1] if number % 2 else person.given_names
            sought = Compared(given_names=slip, surname1=person.surname1, surname2=person.surname2, email="new@bench.example")
            begun, worked = time.perf_counter(), time.process_time()
            found += len(candidates(session, sought, by=By.STAFF))
            times.append((time.perf_counter() - begun) * 1000)
            own.append((time.process_time() - worked) * 1000)
            session.rollback()
        db.session.remove()
        db.engine.dispose()
    return times[FIRST:], own[FIRST:], found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    for engine in ("sqlite", "postgresql") if options.engine == "both" else (options.engine,):
        with fresh(engine) as database:
            prepare(database)
            fill(database, Size(options.people, 1, 10, 10))
            times, own, found = measure(database)
            p95 = quantiles(times, n=20)[-1]
            verdict = "met" if p95 <= MARK_MS else "not met"
            print(f"{engine}: {options.people:,} people, median {median(times):.1f} ms, p95 {p95:.1f} ms, slowest {max(times):.1f} ms")
            print(
                f"  this process alone: median {median(own):.1f} ms, p95 {quantiles(own, n=20)[-1]:.1f} ms; load {os.getloadavg()[0]:.1f}"
            )
            print(f"  mark p95 <= {MARK_MS} ms: {verdict}; {found / ASKED:.1f} candidates a question")


if __name__ == "__main__":
    main()
