"""No seat is given twice when many people ask for it at once: against the real server, with several processes."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import TestDatabase
from tests.faults.fault_probe import probing
from tests.faults.serving import miscounted, seminars, serving
from tests.support.factories import Make
from tests.support.form_sender import Answer, FormSender, address_of, at_once, letters
from tests.support.recorder import Recorder, check
from tests.support.server import LiveServer

CLIENTS = 64
SEATED, WAITING = RegistrationState.REGISTERED, RegistrationState.WAITLISTED


def rush(live: LiveServer, session: Session, rounds: list[Seminar]) -> list[str]:
    """In each round 64 people send the form, and then all press the button of their mail for the one seat. Return the violations."""
    faults: list[str] = []
    sender = FormSender(live.port, "PGR")
    sender.open(rounds[0].slug)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for seminar in rounds:
            slug, recorder = seminar.slug, Recorder()

            def send(number: int, slug: str = slug) -> Answer:
                return sender.send(slug, letters(1000 + number), uuid.uuid4())

            sent = list(pool.map(send, range(CLIENTS)))

            def press(number: int, sent: list[Answer] = sent, recorder: Recorder = recorder) -> None:
                recorder.note(address_of(letters(1000 + number)), sender.press(sent[number]).status)

            at_once(pool, press, range(CLIENTS))
            session.rollback()
            rows = session.execute(
                select(Registration.state, Registration.queue_place, Person.email)
                .join(Person, Person.id == Registration.person_id)
                .where(Registration.seminar_id == seminar.id)
            ).all()
            states = Counter(state for state, _place, _address in rows)
            taken, size = session.execute(select(SeatPool.taken, SeatPool.size).where(SeatPool.seminar_id == seminar.id)).one()
            if recorder.statuses != {303: CLIENTS}:
                faults.append(f"{slug}: answers {dict(recorder.statuses)}")
            faults += [f"{slug}: {fault}" for fault in check(recorder, [address or "" for _state, _place, address in rows])]
            if states[SEATED] > size or taken != states[SEATED]:
                faults.append(f"{slug}: oversold, {states[SEATED]} seated and {taken} counted of {size}")
            if states != {SEATED: 1, WAITING: CLIENTS - 1}:
                faults.append(f"{slug}: states {dict(states)}")
            if (queue := sorted(place for _state, place, _address in rows if place)) != list(range(1, CLIENTS)):
                faults.append(f"{slug}: the queue is {queue}")
    return faults


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.full)])
def test_the_last_seat_goes_to_one_and_everybody_else_waits(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, rounds: int
) -> None:
    make.agency("PGR")
    wanted = seminars(make, rounds, seats=1)
    with serving(database, tmp_path, FAULT_PROBE=str(tmp_path)) as live, probing(database, tmp_path) as fault_probe:
        assert rush(live, session, wanted) == []
    assert fault_probe.waits >= rounds, "nobody waited for a lock, so nothing was tried"


def drop_the_check(session: Session) -> None:
    """Drop the CHECK on PostgreSQL; on SQLite the broken server ignores it (`check`)."""
    if session.get_bind().dialect.name == "postgresql":
        with unit_of_work(session):
            session.execute(text("ALTER TABLE seat_pool DROP CONSTRAINT ck_seat_pool_room"))


def test_without_lock_and_check_the_seat_is_sold_more_than_once(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    wanted = seminars(make, 2, seats=1)
    drop_the_check(session)
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
    assert miscounted(session) == []
