"""People and their forms while the database cannot serve: against the real server, on both databases.

A person who sends a form gets a 503 that says when to try again and keeps what was typed. Pages that only read work where
they can. Nothing is written that was not acknowledged. When the outage is over, the same server goes on by itself.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from seminar_app.core.sqlite import sqlite_module
from seminar_app.web.database import db
from tests.conftest import PostgresqlDatabase, TestDatabase
from tests.faults import outages
from tests.faults.serving import seminars, serving
from tests.faults.test_killed_workers import lost_or_doubled
from tests.support.factories import Make
from tests.support.form_sender import Answer, FormSender, address_of, at_once, entry_of, letters, send
from tests.support.recorder import Recorder
from tests.support.server import LiveServer

Outage = Callable[[TestDatabase, str, LiveServer], AbstractContextManager[None]]
WRITERS = 6
RECOVERY_SECONDS = 20.0
LONGEST_READ_SECONDS = 8.0
"""Less than any wait for a lock (10 and 15 s)."""


@dataclass
class Visitors:
    """Clients at the form and the page of one seminar."""

    live: LiveServer
    slug: str
    recorder: Recorder = field(default_factory=Recorder)
    number: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sender = FormSender(self.live.port, "PGR")
        self.sender.open(self.slug)

    def register(self, name: str, submission: uuid.UUID) -> Answer:
        """Send the form and record the answer."""
        answer = self.sender.register(self.slug, name, submission)
        self.recorder.note(address_of(name), answer.status)
        return answer

    def read(self) -> int:
        """Open the seminar's page with a cookie, so that the page cache is not used."""
        return send(self.live.port, "GET", f"/seminars/{self.slug}", cookie="language=es").status

    def suffer(self, what: str, *, reads: bool, at_rest: Callable[[], None] = lambda: None) -> list[tuple[str, uuid.UUID]]:
        """Register while the outage lasts, and record violations. Return the people who are still to be registered."""
        people = [(letters(900 + self.number + n), uuid.uuid4()) for n in range(WRITERS)]
        self.number += WRITERS
        with ThreadPoolExecutor(WRITERS) as pool:
            asked = [pool.submit(self.register, *person) for person in people]
            deadline = time.monotonic() + 60
            while True:
                begun, status = time.monotonic(), self.read()
                if status != (200 if reads else 503) or time.monotonic() - begun > LONGEST_READ_SECONDS:
                    self.faults.append(f"{what}: a page was answered with {status} after {time.monotonic() - begun:.1f} s")
                if all(one.done() for one in asked) or time.monotonic() > deadline:
                    break
                time.sleep(0.1)
        for (name, submission), one in zip(people, asked, strict=True):
            answer, page = one.result(), one.result().body.decode()
            if answer.status != 503 or not answer.retry_after:
                self.faults.append(f"{what}: a form was answered with {answer.status}, Retry-After «{answer.retry_after}»")
            kept = [*entry_of(name, "PGR").values(), submission.hex]
            if lost := [value for value in kept if f'value="{value}"' not in page]:
                self.faults.append(f"{what}: {lost} are not on the page any more")
        at_rest()
        return people

    def recover(self, what: str, people: list[tuple[str, uuid.UUID]]) -> None:
        """Send the same forms again, until each is acknowledged."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline and self.read() != 200:
            time.sleep(0.1)
        for name, submission in people:
            while (answer := self.register(name, submission)).status != 303 and time.monotonic() < deadline:
                time.sleep(0.1)
            if answer.status != 303:
                self.faults.append(f"{what}: {name} was answered with {answer.status} afterwards")


def through(visitors: Visitors, database: TestDatabase, url: str, *, outage: Outage, reads: bool) -> list[str]:
    """Run one outage, with a registration before it and recovery after it. Return the violations."""
    what = outage.__name__
    visitors.recover(f"before {what}", [(letters(700 + visitors.number), uuid.uuid4())])
    with outage(database, url, visitors.live):
        people = visitors.suffer(what, reads=reads)
    visitors.recover(what, people)
    return visitors.faults


def test_a_lock_that_nobody_lets_go_of(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    """WriteQueue wait as long as the product lets them (here 1.5 s instead of 15 or 10), and the lock is held longer."""
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path, WAIT_SECONDS="1.5") as live:
        assert through(Visitors(live, seminar.slug), database, database.url, outage=outages.locked, reads=True) == []


@pytest.mark.full
def test_a_lock_that_is_held_for_twenty_seconds(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path) as live:
        visitors, begun = Visitors(live, seminar.slug), time.monotonic()
        with outages.locked(database, database.url, live):
            people = visitors.suffer("twenty seconds", reads=True, at_rest=lambda: time.sleep(max(0.0, 20 - time.monotonic() + begun)))
        visitors.recover("twenty seconds", people)
    assert visitors.faults == []
    assert lost_or_doubled(session, visitors.recorder) == []


def test_a_database_that_is_missing_read_only_damaged_full_or_restarted(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    """One server lives through all outages, one after the other."""
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    if isinstance(database, PostgresqlDatabase):
        every = ((outages.missing, False), (outages.read_only, True), (outages.no_room, True), (outages.stopped, False))
        database._run(f"ALTER DATABASE {database.name} SET synchronous_commit = on")  # the tests' server is faster than safe
        with serving(database, tmp_path) as live:
            visitors = Visitors(live, seminar.slug)
            for outage, reads in every:
                through(visitors, database, database.url, outage=outage, reads=reads)
                forget_connections(database)
        assert visitors.faults == []
        assert lost_or_doubled(session, visitors.recorder) == []
        return
    session.rollback()
    with outages.small_disk(tmp_path) as disk:
        url = f"sqlite:///{disk / 'small.sqlite3'}"
        forget_connections(database)
        shutil.copyfile(outages.sqlite_path(database.url), outages.sqlite_path(url))
        with LiveServer(url, tmp_path, target="tests.faults.registration_app:app") as live:
            visitors = Visitors(live, seminar.slug)
            for outage, reads in ((outages.missing, False), (outages.read_only, True), (outages.full, True), (outages.damaged, False)):
                through(visitors, database, url, outage=outage, reads=reads)
        assert visitors.faults == []
        with closing(sqlite_module().connect(outages.sqlite_path(url))) as whole:  # with what a worker that ended left in the log
            whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(outages.sqlite_path(url), outages.sqlite_path(database.url))
    assert lost_or_doubled(session, visitors.recorder) == []


def forget_connections(database: TestDatabase) -> None:
    """Close the connections that this test itself holds."""
    with database.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.sqlite_only
def test_a_server_that_does_not_look_writes_into_a_file_that_is_gone(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path, broken="moved") as live:
        visitors = Visitors(live, seminar.slug)
        with ThreadPoolExecutor(30) as pool:  # so that there are connections
            at_once(pool, lambda n: visitors.register(letters(300 + n), uuid.uuid4()), range(30))
        with outages.missing(database, database.url, live):
            visitors.suffer("missing", reads=False)
    assert [fault for fault in visitors.faults if "a form was answered with 303" in fault]


def test_a_server_that_takes_the_fault_for_its_own_keeps_nothing(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path, broken="patience", WAIT_SECONDS="0.3") as live:
        faults = through(Visitors(live, seminar.slug), database, database.url, outage=outages.locked, reads=True)
    assert [fault for fault in faults if "was answered with 500" in fault]
    assert [fault for fault in faults if "not on the page any more" in fault]


def test_after_everything_each_is_there_once(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    """Six people at a time, while the lock is taken and released."""
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with serving(database, tmp_path, WAIT_SECONDS="0.3") as live, ThreadPoolExecutor(WRITERS) as pool:
        visitors = Visitors(live, seminar.slug)
        for turn in range(3):
            people = [(letters(500 + turn * WRITERS + n), uuid.uuid4()) for n in range(WRITERS)]
            with outages.locked(database, database.url, live):
                at_once(pool, lambda person: visitors.register(*person), people)
            visitors.recover("turn", people)
    assert visitors.recorder.statuses[503] >= WRITERS
    assert visitors.faults == []
    assert lost_or_doubled(session, visitors.recorder) == []
