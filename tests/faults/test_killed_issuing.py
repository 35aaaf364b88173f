"""A worker is killed while it issues certificates, at any statement: taken up again, each person has one number, and none is left out."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from seminar_app.audit.verifying import verify
from seminar_app.certificates.issue_job import begin_issuing
from seminar_app.certificates.models import Certificate, CertificateNumber
from seminar_app.certificates.services import issuing
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import JobState
from seminar_app.messages.models import Message
from seminar_app.web.database import db
from tests.conftest import TestDatabase
from tests.faults.issuing_worker import issue
from tests.support.factories import Make
from tests.support.issuing import Finished, finished
from tests.support.server import FORKS

pytestmark = pytest.mark.sqlite_first
"""A worker of its own costs a second of CPU for each kill."""
PEOPLE = 8
MOST_STATEMENTS = 60
"""So many has the whole work; a kill after its end is none."""
LONGEST_SECONDS = 120
ROUNDS = [pytest.param(10, id="short"), pytest.param(100, id="full", marks=pytest.mark.full)]


@pytest.fixture
def desk(make: Make, session: Session) -> Finished:
    return finished(make, session, *[(f"Rosa{number}", "Ortega", None) for number in range(PEOPLE)])


def work_in_a_child(database: TestDatabase, *, dies_at: int, twin: bool = False) -> bool:
    """Let a worker do what waits, in a process of its own that is killed at a statement. Return whether it came to its end."""
    settings = {
        "SEMINAR_MODE": "test",
        "SECRET_KEY": "test key of at least thirty-two characters",
        "SEMINAR_DATA_DIR": str(database.folder),
        "DATABASE_URL": database.url,
        "PUBLIC_URL": "http://localhost",
    }
    worker = FORKS.Process(target=issue, args=(settings, dies_at, twin))
    worker.start()
    worker.join(LONGEST_SECONDS)
    if worker.is_alive():
        worker.kill()
        raise AssertionError("a worker did not come to its end")
    assert worker.exitcode in (0, -signal.SIGKILL)
    return worker.exitcode == 0


def begin(desk: Finished, make: Make) -> None:
    account = make.account((RoleName.ORGANIZER, {"office_id": desk.office.id}))
    with unit_of_work(desk.session) as work:
        begin_issuing(work, ChangeContext(clock.now(), f"account:{account.public_id.hex}"), seminar=desk.seminar)
    let_go(desk.session)


def let_go(session: Session) -> None:
    """Let go of the database before a process is made."""
    session.rollback()
    session.expire_all()
    session.close()
    db.session.remove()
    db.engine.dispose()


def as_lost(session: Session) -> None:
    """Let the last sign of life of a job under way be long ago, and forget how often it was begun."""
    with unit_of_work(session) as work:
        long_ago = {"beat_at": datetime(2020, 1, 1, tzinfo=UTC), "attempt": 1}
        work.execute(update(LongJob).where(LongJob.state == JobState.RUNNING).values(long_ago))
    let_go(session)


def faults(session: Session) -> list[str]:
    """Return what is not as it should be after any number of kills: numbers left out or given twice, people twice, mails."""
    session.rollback()
    made = session.execute(select(Certificate.number, Certificate.registration_id).order_by(Certificate.number)).all()
    files = session.scalar(select(func.count()).where(SealedFile.kind == issuing.PRINTED))
    counts = {
        "numbers": [row.number for row in made] == list(range(1, len(made) + 1)),
        "people": len({row.registration_id for row in made}) == len(made),
        "mails": session.scalar(select(func.count()).select_from(Message)) == len(made),
        "printed": files == len(made),
        "audit": verify(session).broken == 0,
    }
    return [name for name, right in counts.items() if not right]


def kill_until_done(database: TestDatabase, desk: Finished, choose: Callable[[], int], *, twin: bool = False) -> tuple[int, list[str]]:
    """Kill the worker again and again until it comes to its end. Return how often, and the first faults seen."""
    kills = 0
    while not work_in_a_child(database, dies_at=choose(), twin=twin):
        kills += 1
        wrong = faults(desk.session)
        if wrong:
            return kills, wrong
        as_lost(desk.session)
    return kills, faults(desk.session)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_killed_worker_is_taken_up_and_everybody_has_one_number(database: TestDatabase, make: Make, desk: Finished, rounds: int) -> None:
    chance, kills = random.Random(20140603), 0
    while kills < rounds:
        begin(desk, make)
        again, wrong = kill_until_done(database, desk, lambda: chance.randrange(1, MOST_STATEMENTS))
        assert wrong == []
        assert whole(desk)
        kills += again
        forget_all(desk.session)


def test_a_number_that_is_given_before_its_certificate_is_found_out(database: TestDatabase, make: Make, desk: Finished) -> None:
    """The broken twin: the last number is committed before the rows that bear it."""
    begin(desk, make)
    statement = iter(range(18, MOST_STATEMENTS))
    _kills, wrong = kill_until_done(database, desk, lambda: next(statement), twin=True)
    assert wrong, "a number was lost and nobody noticed"


def whole(desk: Finished) -> bool:
    """Whether everybody has a certificate with its PDF, and the job is done."""
    session = desk.session
    session.rollback()
    made = session.scalars(select(Certificate)).all()
    states = set(session.scalars(select(LongJob.state)))
    return len(made) == PEOPLE and all(each.file_id for each in made) and states == {JobState.DONE}


def forget_all(session: Session) -> None:
    """Let nothing be issued yet, and no job be there."""
    with unit_of_work(session) as work:
        for model in (LongJob, Certificate, SealedFile, Message):
            work.execute(delete(model))
        work.execute(update(CertificateNumber).values(last=0))
    let_go(session)
