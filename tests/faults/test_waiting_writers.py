"""More people send forms than the server has threads while somebody holds the lock: pages are read all the same.

Against the real server with the product's own waits (10 and 15 s), which the lock outlasts in the full form. Those who find no
place to wait are told so at once; pages stand behind writers no longer than it takes to know that the lock is stuck.
"""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from seminar_app.core.write_queue import PLACES
from tests.conftest import TestDatabase
from tests.faults import outages
from tests.faults.serving import seminars, serving
from tests.faults.test_killed_workers import lost_or_doubled
from tests.faults.test_outages import LONGEST_READ_SECONDS, Visitors
from tests.support.factories import Make
from tests.support.form_sender import Answer, letters, send
from tests.support.server import LiveServer

CROWD = 64
WORKERS = 2
READERS = 2
TOLD = CROWD - WORKERS * PLACES
"""So many find no place, and are told so at once."""
STEADY_SECONDS = 1.5
"""For which pages are read when that is done."""
QUICK_SECONDS = 0.5
"""A page, on a machine on which much else is going on."""


@dataclass
class Reading:
    """Somebody opens the seminar's page again and again: when, how long it took, with what status."""

    live: LiveServer
    slug: str
    looks: list[tuple[float, float, int]] = field(default_factory=list)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """While the block runs."""
        over = threading.Event()

        def look() -> None:
            while not over.is_set():
                begun = time.monotonic()
                status = send(self.live.port, "GET", f"/seminars/{self.slug}", cookie="language=es").status
                self.looks.append((begun, time.monotonic() - begun, status))
                over.wait(0.05)

        with ThreadPoolExecutor(READERS) as pool:
            looking = [pool.submit(look) for _ in range(READERS)]
            try:
                yield
            finally:
                over.set()
        for one in looking:
            one.result()

    def longest(self, since: float) -> float:
        """Seconds of the slowest page that was asked for after this."""
        return max(seconds for begun, seconds, _status in self.looks if begun >= since)

    def median(self, since: float) -> float:
        """Seconds of the page in the middle of those."""
        return statistics.median(seconds for begun, seconds, _status in self.looks if begun >= since)


def crowd_while_locked(
    database: TestDatabase, visitors: Visitors, pool: ThreadPoolExecutor, *, least: float, most: float
) -> tuple[Reading, float, float]:
    """Let all write and some read while the lock is held; what was read, when the crowd came, when all without a place were told so.

    Args:
        least: seconds that the lock is held.
        most: that it is held if not all are told.
    """
    reading = Reading(visitors.live, visitors.slug)
    people = [(letters(4000 + n), uuid.uuid4()) for n in range(CROWD)]
    with reading.going_on():
        with outages.locked(database, database.url, visitors.live):
            came = time.monotonic()
            asked: list[Future[Answer]] = [pool.submit(visitors.register, *person) for person in people]
            while sum(one.done() for one in asked) < TOLD and time.monotonic() < came + most:
                time.sleep(0.05)
            told = time.monotonic()
            time.sleep(max(STEADY_SECONDS, least + came - told) if told < came + most else 0)
            done = [one.result() for one in asked if one.done()]
        answers = [one.result() for one in asked]
    if {answer.status for answer in done} - {503} or not all(answer.retry_after and b"submission_id" in answer.body for answer in done):
        visitors.faults.append("somebody was not told when to come again, with what they typed")
    if len(done) < TOLD or {answer.status for answer in answers} - {303, 503}:
        visitors.faults.append(f"{len(done)} were told so; in the end {[answer.status for answer in answers]}")
    visitors.recover("the crowd", people)
    return reading, came, told


@pytest.mark.parametrize("seconds", [3.0, pytest.param(25.0, marks=pytest.mark.full)])
def test_pages_are_read_while_more_wait_to_write_than_there_are_threads(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, seconds: float
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path, workers=WORKERS) as live, ThreadPoolExecutor(CROWD) as pool:
        visitors = Visitors(live, seminar.slug)
        reading, came, told = crowd_while_locked(database, visitors, pool, least=seconds, most=60)
    assert visitors.faults == []
    assert {status for _begun, _seconds, status in reading.looks} == {200}
    assert reading.longest(came) < LONGEST_READ_SECONDS
    assert reading.median(told) < QUICK_SECONDS
    assert lost_or_doubled(session, visitors.recorder) == []


@pytest.mark.sqlite_first
def test_where_all_threads_may_wait_pages_stand_behind_them(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path, workers=WORKERS, broken="places") as live, ThreadPoolExecutor(CROWD) as pool:
        reading, came, _told = crowd_while_locked(database, Visitors(live, seminar.slug), pool, least=0, most=LONGEST_READ_SECONDS + 1)
    assert reading.longest(came) > LONGEST_READ_SECONDS
