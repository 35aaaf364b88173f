"""A registration that was acknowledged is in the database, once, and no seat is given twice: against the real server.

Each test has a broken twin that it must catch. Short forms run in `make test`, full ones in `make test-full`.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.web.database import db
from tests.conftest import TestDatabase
from tests.support.factories import Make
from tests.support.form_sender import Answer, FormSender, at_once, letters
from tests.support.server import LiveServer

CLIENTS = 64
SAME_FORM = 10
FAR = date(2090, 6, 3)


@contextmanager
def serving(database: TestDatabase, folder: Path, *, broken: str = "", workers: int = 2) -> Iterator[LiveServer]:
    """The real server on the test's database, whole or broken."""
    target = "tests.faults.registration_app:app"
    with LiveServer(database.url, folder, workers=workers, target=target, environment={"BROKEN": broken}) as live:
        yield live


def seminars(make: Make, number: int, *, seats: int) -> list[Seminar]:
    """So many seminars with so many seats each."""
    return [make.seminar(seats=seats, starts_on=FAR, ends_on=FAR) for _ in range(number)]


# The last seat.


def rush(live: LiveServer, session: Session, rounds: list[Seminar]) -> list[str]:
    """In each round 64 people want the one seat; says what went wrong."""
    faults: list[str] = []
    sender = FormSender(live.port, "PGR")
    sender.open(rounds[0].slug)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for seminar in rounds:
            slug = seminar.slug

            def one(number: int, slug: str = slug) -> Answer:
                return sender.send(slug, letters(1000 + number), uuid.uuid4())

            answers = Counter(answer.status for answer in at_once(pool, one, range(CLIENTS)))
            session.rollback()
            states = Counter(session.scalars(select(Registration.state).where(Registration.seminar_id == seminar.id)))
            taken, size = session.execute(select(SeatPool.taken, SeatPool.size).where(SeatPool.seminar_id == seminar.id)).one()
            places = session.scalars(select(Registration.queue_place).where(Registration.seminar_id == seminar.id)).all()
            if answers != {303: CLIENTS}:
                faults.append(f"{slug}: answers {dict(answers)}")
            if states[RegistrationState.REGISTERED] > size or taken != states[RegistrationState.REGISTERED]:
                faults.append(f"{slug}: oversold, {states[RegistrationState.REGISTERED]} seated and {taken} counted of {size}")
            if states != {RegistrationState.REGISTERED: 1, RegistrationState.WAITLISTED: CLIENTS - 1}:
                faults.append(f"{slug}: states {dict(states)}")
            if sorted(place for place in places if place) != list(range(1, CLIENTS)):
                faults.append(f"{slug}: the queue is {places}")
    return faults


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.full)])
def test_the_last_seat_goes_to_one_and_everybody_else_waits(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, rounds: int
) -> None:
    make.agency("PGR")
    wanted = seminars(make, rounds, seats=1)
    with serving(database, tmp_path) as live:
        assert rush(live, session, wanted) == []


def test_without_lock_and_check_the_seat_is_sold_more_than_once(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    wanted = seminars(make, 2, seats=1)
    if session.get_bind().dialect.name == "postgresql":
        with unit_of_work(session):
            session.execute(text("ALTER TABLE seat_pool DROP CONSTRAINT ck_seat_pool_room"))
    with serving(database, tmp_path, broken="lock,check") as live:
        assert [fault for fault in rush(live, session, wanted) if "oversold" in fault]


def test_without_the_lock_the_database_itself_refuses_the_extra_person(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    with serving(database, tmp_path, broken="lock") as live:
        faults = rush(live, session, seminars(make, 1, seats=1))
    assert faults, "the lock was off and nobody noticed"
    assert not [fault for fault in faults if "oversold" in fault]


def test_rows_written_past_the_program_are_counted_and_refused_too(database: TestDatabase, make: Make, session: Session) -> None:
    seminar, agency = make.seminar(seats=3), make.agency()
    pool = session.scalars(select(SeatPool)).one()
    people = [make.person(letters(number)) for number in range(8)]
    seminar_id, pool_id, agency_id = seminar.id, pool.id, agency.id
    session.rollback()

    def insert(person_id: int) -> bool:
        with database.app.app_context():
            try:
                with unit_of_work(db.session()) as own:
                    own.execute(
                        text(
                            "INSERT INTO registration (public_id, seminar_id, person_id, agency_id, state, seat_pool_id, source, language,"
                            " link_hash, link_version, registered_at, version)"
                            " VALUES (:id, :seminar, :person, :agency, 'registered', :pool, 'import', 'es', :hash, 1, CURRENT_TIMESTAMP, 1)"
                        ),
                        {
                            "id": uuid.uuid4().hex,
                            "seminar": seminar_id,
                            "person": person_id,
                            "agency": agency_id,
                            "pool": pool_id,
                            "hash": uuid.uuid4().bytes * 2,
                        },
                    )
            except IntegrityError:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(len(people)) as threads:
        done = at_once(threads, insert, [person.id for person in people])
    session.rollback()
    assert sum(done) == 3
    assert session.scalars(select(SeatPool.taken)).one() == 3


# The same form many times at once.


def press_many_times(live: LiveServer, session: Session, wanted: list[Seminar]) -> list[str]:
    """In each round the same form is sent ten times at once; says what went wrong."""
    faults: list[str] = []
    sender = FormSender(live.port, "PGR")
    sender.open(wanted[0].slug)
    with ThreadPoolExecutor(SAME_FORM) as pool:
        for number, seminar in enumerate(wanted):
            slug, name, submission = seminar.slug, letters(5000 + number), uuid.uuid4()

            def one(_turn: int, slug: str = slug, name: str = name, submission: uuid.UUID = submission) -> Answer:
                return sender.send(slug, name, submission)

            answers = set(at_once(pool, one, range(SAME_FORM)))
            session.rollback()
            registrations = session.scalar(select(func.count()).select_from(Registration).where(Registration.seminar_id == seminar.id))
            messages = session.scalar(select(func.count()).select_from(Message).where(Message.to_address == f"{name.lower()}@pgr.example"))
            if registrations != 1 or messages != 1:
                faults.append(f"{slug}: {registrations} registrations, {messages} messages")
            if len(answers) != 1 or next(iter(answers)).status != 303:
                faults.append(f"{slug}: answers {answers}")
    return faults


@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.full)])
def test_the_same_form_ten_times_at_once_is_one_registration_and_one_message(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, rounds: int
) -> None:
    make.agency("PGR")
    wanted = seminars(make, rounds, seats=5)
    with serving(database, tmp_path) as live:
        assert press_many_times(live, session, wanted) == []


def test_a_form_that_does_not_know_itself_sends_more_than_one_message(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    with serving(database, tmp_path, broken="submission") as live:
        assert press_many_times(live, session, seminars(make, 2, seats=5))


# Workers killed in mid-write.


@dataclass
class Crowd:
    """People who send the form until somebody says that it has arrived; what they were told is remembered."""

    sender: FormSender
    slug: str
    patient: bool
    told: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    failures: Counter[int] = field(default_factory=Counter)

    def register(self, first: int) -> None:
        """Register one after the other, from this number on in steps of 100."""
        number = first
        while not self.ended.is_set():
            name, submission = letters(20_000 + number), uuid.uuid4()
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                status = self.sender.send(self.slug, name, submission).status
                if status == 303:
                    self.told.append(f"{name.lower()}@pgr.example")
                    break
                self.failures[status] += 1
                if not self.patient:
                    break
                time.sleep(0.05)
            number += 100


def kill_again_and_again(live: LiveServer, crowd: Crowd, *, volleys: int, clients: int = 6) -> None:
    """Let the crowd register while all workers die at random moments and are started again; ends when all is quiet.

    All at once, because granian gives up when one of its workers dies twice within seconds.
    """
    chance = random.Random(7)
    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(crowd.register, first) for first in range(clients)]
        try:
            for _volley in range(volleys):
                before = len(crowd.told)
                deadline = time.monotonic() + 20
                while len(crowd.told) < before + 8 and time.monotonic() < deadline:
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.05))
                live.kill()
                live.start()
        finally:
            crowd.ended.set()
        for one in running:
            one.result()


def lost_or_doubled(session: Session, crowd: Crowd) -> list[str]:
    """Of those who were told that it arrived, who is not there exactly once with exactly one message."""
    session.rollback()
    found = Counter(session.scalars(select(Person.email).join(Registration, Registration.person_id == Person.id)))
    mails = Counter(session.scalars(select(Message.to_address)))
    return [f"{who}: {found[who]} registrations, {mails[who]} messages" for who in crowd.told if (found[who], mails[who]) != (1, 1)]


@pytest.mark.parametrize("volleys", [5, pytest.param(75, marks=pytest.mark.full)])
def test_what_was_acknowledged_survives_the_killing_of_workers(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, volleys: int
) -> None:
    """Each volley kills four workers: 20 on each database in the short form, 300 in the full one."""
    make.agency("PGR")
    seminar = make.seminar(seats=100_000, starts_on=FAR, ends_on=FAR)
    with serving(database, tmp_path, workers=4) as live:
        sender = FormSender(live.port, "PGR")
        sender.open(seminar.slug)
        crowd = Crowd(sender, seminar.slug, patient=True)
        kill_again_and_again(live, crowd, volleys=volleys)
    assert len(crowd.told) >= 8 * volleys
    assert crowd.failures[0], "nobody was cut off, so nothing was tried"
    assert lost_or_doubled(session, crowd) == []
    taken = session.scalars(select(SeatPool.taken)).one()
    assert taken == session.scalar(select(func.count()).select_from(Registration))


def test_an_acknowledgement_before_the_commit_loses_registrations(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    seminar = make.seminar(seats=100_000, starts_on=FAR, ends_on=FAR)
    with serving(database, tmp_path, broken="early") as live:
        sender = FormSender(live.port, "PGR")
        sender.open(seminar.slug)
        crowd = Crowd(sender, seminar.slug, patient=False)
        kill_again_and_again(live, crowd, volleys=2)
    assert [line for line in lost_or_doubled(session, crowd) if "0 registrations" in line]
