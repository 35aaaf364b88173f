"""Every acknowledged registration and mark is in the database, once, even when workers are killed: against the real server."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark, Observation
from seminar_app.core.actor import RoleName
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from tests.conftest import TestDatabase
from tests.faults.fault_probe import FaultProbe, probing
from tests.faults.serving import miscounted, seminars, serving
from tests.support.factories import Make
from tests.support.form_sender import FormSender, address_of, letters
from tests.support.marks import wrong_marks
from tests.support.recorder import Outcome, Recorder, check
from tests.support.server import LiveServer
from tests.support.staff import signed_in_sender

SEATS = 100_000
PAST = date(2020, 6, 3)
CROWD = 6
BETWEEN = 4
"""Registrations between two kills."""
PATIENCE_SECONDS = 20.0


@dataclass
class Crowd:
    """Clients that send a form until it is acknowledged, and the record of their answers."""

    sender: FormSender
    slug: str
    patient: bool
    recorder: Recorder = field(default_factory=Recorder)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def told(self) -> int:
        """Number of acknowledged forms."""
        return self.recorder.statuses[303]

    def register(self, first: int) -> None:
        """Register people one after the other, from this number on."""
        number = first
        while not self.ended.is_set():
            name, submission = letters(20_000 + number), uuid.uuid4()
            deadline = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < deadline:
                answer = self.sender.register(self.slug, name, submission)
                if self.recorder.note(address_of(name), answer.status) is not Outcome.UNKNOWN or not self.patient:
                    break
                time.sleep(0.02)
            number += CROWD

    def wait_for_more(self, number: int) -> None:
        """Wait until `number` more forms are acknowledged."""
        enough, deadline = self.told + number, time.monotonic() + PATIENCE_SECONDS
        while self.told < enough and time.monotonic() < deadline:
            time.sleep(0.002)


def kill_again_and_again(crowd: Crowd, kills: int, kill: Callable[[random.Random], None]) -> None:
    """Let the clients register while `kill` is called at random moments; return when all clients have ended."""
    chance = random.Random(7)
    with ThreadPoolExecutor(CROWD) as pool:
        running = [pool.submit(crowd.register, first) for first in range(CROWD)]
        try:
            for _ in range(kills):
                crowd.wait_for_more(BETWEEN)
                time.sleep(chance.uniform(0, 0.02))
                kill(chance)
            crowd.wait_for_more(BETWEEN)
        finally:
            crowd.ended.set()
        for one in running:
            one.result()


def crowd_at(live: LiveServer, slug: str, *, patient: bool) -> Crowd:
    sender = FormSender(live.port, "PGR")
    sender.open(slug)
    return Crowd(sender, slug, patient)


@dataclass
class Killer:
    """Kills workers one at a time or all together, and asks the fault probe whether they died in the middle of a write."""

    live: LiveServer
    fault_probe: FaultProbe
    killed: int = 0
    in_mid_write: int = 0

    def one(self, chance: random.Random) -> None:
        """Kill one worker with SIGKILL."""
        if pids := self.live.worker_pids():
            self._kill(chance.choice(pids))

    def all(self, _chance: random.Random) -> None:
        """Kill all workers with SIGKILL at one instant."""
        for pid in self.live.worker_pids():
            self._kill(pid)

    def _kill(self, pid: int) -> None:
        self.live.kill_worker(pid)
        while _lives(pid):
            time.sleep(0.001)
        self.killed += 1
        self.in_mid_write += self.fault_probe.died_writing(pid)


@dataclass
class Coordinators(Crowd):
    """Clients that mark people until it is acknowledged, each in its own line: one person in one session, marked again and again."""

    lines: Sequence[tuple[uuid.UUID, uuid.UUID]] = ()
    """Registration and session of each client."""

    def register(self, first: int) -> None:
        """Mark the person of this line absent, excused, absent, and so on."""
        person, place = self.lines[first]
        page, was, number = uuid.uuid4(), "", 0
        while not self.ended.is_set():
            number += 1
            status = ("absent", "excused")[number % 2]
            fields = {f"was-{person.hex}": was, f"mark-{person.hex}": status, f"n-{person.hex}": str(number), "page": page.hex}
            observation = uuid.uuid5(page, f"{place.hex} {person.hex} {number}")
            deadline, outcome = time.monotonic() + PATIENCE_SECONDS, Outcome.UNKNOWN
            while time.monotonic() < deadline and outcome is Outcome.UNKNOWN:
                answer = self.sender.post(f"/staff/seminars/{self.slug}/attendance/{place}", fields)
                outcome = self.recorder.note(observation.hex, answer.status)
                time.sleep(0.02 if outcome is Outcome.UNKNOWN else 0)
            was = f"{status}::{observation.hex}"


def _lives(pid: int) -> bool:
    """Whether the process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def lost_or_doubled(session: Session, recorder: Recorder) -> list[str]:
    """Return the violations among registrations and the messages that belong to them."""
    session.rollback()
    people = session.scalars(select(Person.email).join(Registration, Registration.person_id == Person.id))
    faults = check(recorder, [address or "" for address in people])
    for kind in ("form_sent", "registered"):
        told = list(session.scalars(select(Message.to_address).where(Message.kind == kind)))
        faults += [f"message {kind}: {fault}" for fault in check(recorder, told)]
    return faults


@pytest.mark.parametrize("kills", [20, pytest.param(300, marks=pytest.mark.full)])
def test_what_was_acknowledged_survives_the_killing_of_workers(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, kills: int
) -> None:
    """The server keeps running: it restarts workers however fast they die, here one after the other within a second."""
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=SEATS)
    with serving(database, tmp_path, workers=3, FAULT_PROBE=str(tmp_path)) as live, probing(database, tmp_path) as fault_probe:
        crowd, killer, server = crowd_at(live, seminar.slug, patient=True), Killer(live, fault_probe), live.process
        kill_again_and_again(crowd, kills, killer.one)
        assert live.process is server
        assert server is not None
        assert server.is_alive()
    assert killer.killed >= kills - 2
    assert killer.in_mid_write >= kills // 20, "no kill fell between a written row and the end of its commit"
    assert crowd.recorder.told(Outcome.UNKNOWN), "nobody was cut off"
    assert lost_or_doubled(session, crowd.recorder) == []
    assert miscounted(session) == []


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.full)])
def test_marks_that_were_acknowledged_survive_the_killing_of_workers(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, kills: int
) -> None:
    """Each client keeps the id of an observation that was not answered. Three clients mark the same person, each in another session."""
    seminar, agency = make.seminar(starts_on=PAST, ends_on=PAST), make.agency("PGR")
    pool = make.pool(seminar, agency, 5)
    people = [make.registration(seminar, make.person(surname1=name), agency=agency, pool=pool) for name in ("Álvarez", "Zamora")]
    places = [make.seminar_session(seminar, hour=hour).public_id for hour in (9, 13, 17)]
    account = make.account((RoleName.ADMIN, {}))
    lines = [(person.public_id, place) for person in people for place in places]
    session.close()
    with serving(database, tmp_path, workers=3, FAULT_PROBE=str(tmp_path)) as live, probing(database, tmp_path) as fault_probe:
        sender = signed_in_sender(database.app, account, live.port)
        crowd, killer = Coordinators(sender, seminar.slug, patient=True, lines=lines), Killer(live, fault_probe)
        kill_again_and_again(crowd, kills, killer.one)
    assert killer.killed >= kills - 2
    assert crowd.recorder.told(Outcome.UNKNOWN), "nobody was cut off"
    assert crowd.recorder.told(Outcome.FAIL) == []
    assert check(crowd.recorder, [one.hex for one in session.scalars(select(Observation.public_id))]) == []
    assert wrong_marks(session) == []
    assert not any(session.scalars(select(Mark.conflict))), "what was sent again followed what it had followed before"
    assert len(session.scalars(select(Mark.id)).all()) == len(lines)


def test_an_acknowledgement_before_the_commit_loses_registrations(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=SEATS)
    with serving(database, tmp_path, broken="early") as live:
        crowd, killer = crowd_at(live, seminar.slug, patient=False), Killer(live, FaultProbe(tmp_path))
        kill_again_and_again(crowd, 2, killer.all)
    assert [line for line in lost_or_doubled(session, crowd.recorder) if "0 in the database" in line]


def test_a_server_whose_workers_can_never_start_says_so_and_ends(tmp_path: Path) -> None:
    live = LiveServer("sqlite:///nowhere", tmp_path, target="tests.faults.serving:nothing")
    with pytest.raises(RuntimeError, match="No worker could start"):
        live.start()


def test_workers_that_die_at_one_instant_all_come_back(database: TestDatabase, tmp_path: Path) -> None:
    with serving(database, tmp_path, workers=3) as live:
        for _ in range(2):
            before = set(live.worker_pids())
            for pid in before:
                os.kill(pid, 9)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(set(live.worker_pids()) - before) < 3 and time.monotonic() < deadline:
                time.sleep(0.02)
            assert len(set(live.worker_pids()) - before) == 3
