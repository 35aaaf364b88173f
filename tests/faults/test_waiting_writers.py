"""More people send forms than the server has threads while the database is locked: pages can still be read.

Against the real server with the app's own waits (10 and 15 s), which the lock outlasts in the full run. Forms that find no
place to wait get an answer at once. Pages wait behind writers only until the server knows that the lock is stuck.
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
"""Number of forms that find no place to wait and get an answer at once."""
STEADY_SECONDS = 1.5
"""Seconds during which pages are read afterwards."""
QUICK_SECONDS = 0.5
"""Seconds for one page, on a machine with other work."""


@dataclass
class Reading:
    """Clients that open the seminar's page again and again, and record time, duration and status."""

    live: LiveServer
    slug: str
    looks: list[tuple[float, float, int]] = field(default_factory=list)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Read pages while the block runs."""
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
        """Return the seconds of the slowest page requested after `since`."""
        return max(seconds for begun, seconds, _status in self.looks if begun >= since)

    def median(self, since: float) -> float:
        """Return the median seconds of the pages requested after `since`."""
        return statistics.median(seconds for begun, seconds, _status in self.looks if begun >= since)


def crowd_while_locked(
    database: TestDatabase, visitors: Visitors, pool: ThreadPoolExecutor, *, least: float, most: float
) -> tuple[Reading, float, float]:
    """Send all forms and read pages while the lock is held.

    Args:
        database: that is locked.
        visitors: send the forms.
        pool: a thread for each form.
        least: seconds that the lock is held.
        most: seconds after which the lock is released if not all have got an answer.

    Returns:
        The pages that were read, when the crowd came, and when all without a place to wait had their answer (monotonic seconds).
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
